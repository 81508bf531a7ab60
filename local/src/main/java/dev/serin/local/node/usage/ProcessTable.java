package dev.serin.local.node.usage;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The processes of the machine at one moment, as `/proc` tells them. Immutable.
final class ProcessTable {
    // Linux tells CPU time to programs in hundredths of a second, whatever the kernel ticks in.
    private static final long TICK_NANOS = 10_000_000;

    /// Fields of `stat` behind the name, from 0: the parent, and the ticks of the process itself
    /// and of the children that it has waited for, each in user and system mode.
    private static final int PARENT = 1;

    private static final List<Integer> TICKS = List.of(11, 12, 13, 14);

    private final Path proc;
    private final Map<Long, List<Long>> children = new HashMap<>();
    private final Map<Long, Long> ticks = new HashMap<>();

    private ProcessTable(Path proc) {
        this.proc = proc;
    }

    /// All processes.
    static ProcessTable read(Path proc) {
        var table = new ProcessTable(proc);
        try (var folders = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (var folder : folders) {
                table.add(Long.parseLong(folder.getFileName().toString()));
            }
        } catch (IOException | DirectoryIteratorException | NumberFormatException _) {
            // What is there is what is known.
        }
        return table;
    }

    /// One process; null if it has gone.
    static @Nullable Reading one(Path proc, long pid) {
        var table = new ProcessTable(proc);
        table.add(pid);
        return table.tree(pid);
    }

    private void add(long pid) {
        try {
            var text = text(proc.resolve(pid + "/stat"));
            // A name may have spaces and brackets of its own.
            var fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
            children.computeIfAbsent(Long.parseLong(fields[PARENT]), _ -> new ArrayList<>())
                    .add(pid);
            ticks.put(pid, TICKS.stream().mapToLong(at -> Long.parseLong(fields[at])).sum());
        } catch (IOException | RuntimeException _) {
            // It has just ended.
        }
    }

    /// What a process and all below it have used; null if it has gone.
    @Nullable Reading tree(long pid) {
        if (!ticks.containsKey(pid)) {
            return null;
        }
        var todo = new ArrayList<>(List.of(pid));
        long cpu = 0;
        long bytes = 0;
        for (var at = 0; at < todo.size(); at++) {
            var next = todo.get(at);
            cpu += ticks.getOrDefault(next, 0L);
            bytes += memory(next);
            todo.addAll(children.getOrDefault(next, List.of()));
        }
        return new Reading(cpu * TICK_NANOS, bytes);
    }

    // Pages of files are the machine's: every Java program maps the same ones.
    private long memory(long pid) {
        long kilobytes = 0;
        try {
            for (var line : text(proc.resolve(pid + "/status")).split("\n")) {
                if (line.startsWith("RssAnon:") || line.startsWith("RssShmem:")) {
                    kilobytes += Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        } catch (IOException | NumberFormatException _) {
            // It has just ended.
        }
        return kilobytes << 10;
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }
}
