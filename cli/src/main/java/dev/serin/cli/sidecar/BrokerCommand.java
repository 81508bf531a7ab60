package dev.serin.cli.sidecar;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.broker.SocketBroker;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Consumer;

/// `serin broker SOCKET NAMESPACES MARK shared|own`: the process that makes the proxies' sockets;
/// started by a mesh, not by people, and not in the table of commands.
public final class BrokerCommand {
    private BrokerCommand() {}

    /// Serves until standard input ends, which is when who started it has died.
    public static int run(List<String> words, Consumer<String> problem) throws IOException {
        if (words.size() != 4) {
            throw new ProblemException(
                    Problem.of("serin broker", "it is not for people", "start `serin up`"));
        }
        var socket = Path.of(words.get(0));
        var terms =
                new SocketBroker.Terms(
                        socket,
                        Path.of(words.get(1)),
                        Integer.parseInt(words.get(2)),
                        words.get(3).equals("shared"));
        try (var _ = new SocketBroker(terms, problem)) {
            // For its group, which is the folder's: the proxies'.
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
            System.in.transferTo(OutputStream.nullOutputStream());
        }
        return 0;
    }
}
