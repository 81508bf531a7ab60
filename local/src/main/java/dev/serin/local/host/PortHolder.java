package dev.serin.local.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds who listens on a TCP port of this machine, as far as this user may see.
final class PortHolder {
    private PortHolder() {}

    /// `name (process id)`, empty if it can't be told.
    static Optional<String> of(int port) {
        return inode(port).flatMap(PortHolder::process);
    }

    private static Optional<String> inode(int port) {
        var hex = ":%04X".formatted(port);
        for (var table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
            try {
                for (var line : Files.readAllLines(Path.of(table))) {
                    var words = line.strip().split(" +");
                    if (words.length > 9 && words[1].endsWith(hex) && words[3].equals("0A")) {
                        return Optional.of(words[9]);
                    }
                }
            } catch (IOException _) {
                // The other table may know.
            }
        }
        return Optional.empty();
    }

    private static Optional<String> process(String inode) {
        return ProcessHandle.allProcesses()
                .filter(process -> holds(process.pid(), "socket:[" + inode + "]"))
                .findFirst()
                .map(process -> name(process.pid()) + " (process " + process.pid() + ")");
    }

    private static boolean holds(long pid, String socket) {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return files.anyMatch(file -> leadsTo(file, socket));
        } catch (IOException _) {
            return false;
        }
    }

    private static boolean leadsTo(Path file, String socket) {
        try {
            return Files.readSymbolicLink(file).toString().equals(socket);
        } catch (IOException _) {
            return false;
        }
    }

    private static String name(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
        } catch (IOException _) {
            return "a program";
        }
    }
}
