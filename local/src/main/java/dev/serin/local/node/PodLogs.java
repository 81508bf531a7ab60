package dev.serin.local.node;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/// What containers printed: `kubectl logs`. Safe for any thread.
public final class PodLogs {
    private static final Pattern STAMPED = Pattern.compile("^(\\S+Z) (?:stdout|stderr) [FP] (.*)$");
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Path folder;

    PodLogs(Path folder) {
        this.folder = folder;
    }

    /// What is asked for.
    ///
    /// @param podUid of the pod, since a name may be given again
    /// @param follow go on with what is printed from now on, until the container has ended
    /// @param tailLines so many last lines; negative for all
    /// @param previous the run before this one
    /// @param since only lines from then on; the epoch for all
    public record Request(
            String podUid,
            String container,
            boolean follow,
            int tailLines,
            boolean previous,
            boolean timestamps,
            Instant since) {}

    /// Writes the lines to `out` and returns when there are no more; with `follow` that is when
    /// `ended` says that the container has ended, or when `out` fails because the reader has gone.
    ///
    /// @param ended asked when all that is there was written
    /// @throws ProblemException if the container has printed nothing because it never ran
    public void stream(Request request, OutputStream out, BooleanSupplier ended)
            throws IOException {
        var file = file(request);
        var first = new ArrayList<String>();
        var rotated = file.resolveSibling(file.getFileName() + ".1");
        if (Files.exists(rotated)) {
            first.addAll(lines(rotated));
        }
        long position = Files.size(file);
        first.addAll(lines(file));
        first.removeIf(line -> !since(line, request.since));
        var from = request.tailLines < 0 ? 0 : Math.max(0, first.size() - request.tailLines);
        for (var line : first.subList(from, first.size())) {
            write(out, line, request.timestamps);
        }
        out.flush();
        if (request.follow) {
            follow(file, position, out, request.timestamps, ended);
        }
    }

    private Path file(Request request) {
        var runs = runs(folder.resolve(request.podUid).resolve("logs").resolve(request.container));
        var index = runs.size() - (request.previous ? 2 : 1);
        if (index < 0) {
            throw new ProblemException(
                    Problem.of(
                            "container " + request.container,
                            request.previous ? "has no run before this one" : "has not run yet",
                            "see why with kubectl describe pod"));
        }
        return runs.get(index);
    }

    /// The log files of a container's runs, oldest first.
    static List<Path> runs(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".log"))
                    .sorted((a, b) -> Integer.compare(number(a), number(b)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int number(Path log) {
        return Integer.parseInt(log.getFileName().toString().replace(".log", ""));
    }

    private static void follow(
            Path file, long from, OutputStream out, boolean stamps, BooleanSupplier ended)
            throws IOException {
        long position = from;
        var part = new StringBuilder();
        while (true) {
            var last = ended.getAsBoolean();
            if (Files.exists(file) && Files.size(file) < position) {
                position = 0; // It was full and a new one has begun.
            }
            if (Files.exists(file)) {
                try (var channel = FileChannel.open(file)) {
                    var bytes = ByteBuffer.allocate(64 * 1024);
                    while (channel.read(bytes, position) > 0) {
                        position += bytes.position();
                        part.append(
                                new String(
                                        bytes.array(),
                                        0,
                                        bytes.position(),
                                        StandardCharsets.ISO_8859_1));
                        bytes.clear();
                        lines(part, out, stamps);
                    }
                }
            }
            if (last || Thread.currentThread().isInterrupted()) {
                return;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    // Latin-1 in and out: bytes pass unchanged, wherever a read has cut them.
    private static void lines(StringBuilder part, OutputStream out, boolean stamps)
            throws IOException {
        for (int end = part.indexOf("\n"); end >= 0; end = part.indexOf("\n")) {
            write(out, part.substring(0, end), stamps);
            part.delete(0, end + 1);
        }
        out.flush();
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    }

    private static boolean since(String line, Instant since) {
        var stamped = STAMPED.matcher(line);
        return since.equals(Instant.EPOCH)
                || !stamped.matches()
                || !Instant.parse(stamped.group(1)).isBefore(since);
    }

    private static void write(OutputStream out, String line, boolean stamps) throws IOException {
        var stamped = STAMPED.matcher(line);
        var text =
                !stamped.matches()
                        ? line
                        : stamps ? stamped.group(1) + " " + stamped.group(2) : stamped.group(2);
        out.write((text + "\n").getBytes(StandardCharsets.ISO_8859_1));
    }
}
