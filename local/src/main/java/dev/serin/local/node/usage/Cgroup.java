package dev.serin.local.node.usage;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// One container's control group, of whichever version. Safe for any thread.
///
/// @param unified whether it is version 2, which has one folder for everything
/// @param folders by controller: `cpu`, `cpuacct`, `memory`, `pids`; several may share one
public record Cgroup(boolean unified, Map<String, Path> folders) {
    /// To which a process writes `0` to be in it, with all that it starts.
    public List<String> doors() {
        return new TreeSet<>(folders.values())
                .stream().map(folder -> folder.resolve("cgroup.procs").toString()).toList();
    }

    /// Null once it has gone.
    @Nullable Reading read() {
        try {
            var memory = folder("memory");
            if (unified) {
                var cpu = number(memory.resolve("cpu.stat"), "usage_usec") * 1000;
                var used =
                        Long.parseLong(Files.readString(memory.resolve("memory.current")).strip());
                return new Reading(
                        cpu,
                        Math.max(0, used - number(memory.resolve("memory.stat"), "inactive_file")));
            }
            var cpu =
                    Long.parseLong(
                            Files.readString(folder("cpuacct").resolve("cpuacct.usage")).strip());
            var used =
                    Long.parseLong(
                            Files.readString(memory.resolve("memory.usage_in_bytes")).strip());
            return new Reading(
                    cpu,
                    Math.max(
                            0,
                            used - number(memory.resolve("memory.stat"), "total_inactive_file")));
        } catch (IOException | RuntimeException _) {
            return null;
        }
    }

    /// How many of its processes the kernel has killed because they used more memory than they may.
    public long killedForMemory() {
        try {
            return number(
                    folder("memory").resolve(unified ? "memory.events" : "memory.oom_control"),
                    "oom_kill");
        } catch (IOException | RuntimeException _) {
            return 0;
        }
    }

    /// @return false while a process is still in it
    boolean remove() {
        var gone = true;
        for (var folder : new TreeSet<>(folders.values())) {
            gone &= Cgroups.remove(folder);
        }
        return gone;
    }

    private Path folder(String controller) {
        var folder = folders.get(controller);
        if (folder == null) {
            throw new IllegalStateException("no controller " + controller);
        }
        return folder;
    }

    private static long number(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1).strip()))
                .findFirst()
                .orElse(0);
    }
}
