package dev.serin.local.node;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/// What containers printed: `kubectl logs`. Safe for any thread.
public final class PodLogs {
    // A line may have a carriage return or any other end of line but its own in it.
    private static final Pattern STAMPED =
            Pattern.compile("(\\S+Z) (?:stdout|stderr) [FP] (.*)", Pattern.DOTALL);
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
        try (var reader = LogReader.of(file(request))) {
            var lines = new Lines(reader);
            // 1. What is there, of which the last lines may be asked for only.
            var last = new ArrayDeque<String>();
            for (var line = lines.next(); line != null; line = lines.next()) {
                if (!since(line, request.since)) {
                    continue;
                }
                if (request.tailLines < 0) {
                    write(out, line, request.timestamps);
                } else {
                    last.addLast(line);
                    if (last.size() > request.tailLines) {
                        last.removeFirst();
                    }
                }
            }
            for (var line : last) {
                write(out, line, request.timestamps);
            }
            out.flush();
            // 2. What comes.
            while (request.follow) {
                var end = ended.getAsBoolean();
                for (var line = lines.next(); line != null; line = lines.next()) {
                    write(out, line, request.timestamps);
                }
                out.flush();
                if (end || Thread.currentThread().isInterrupted()) {
                    return;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
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

    /// Cuts a log into lines. Latin-1 in and out: bytes pass unchanged, wherever a read has cut
    /// them.
    private static final class Lines {
        private final LogReader reader;
        private final ByteBuffer octets = ByteBuffer.allocate(64 * 1024).limit(0);
        private final StringBuilder part = new StringBuilder();

        Lines(LogReader reader) {
            this.reader = reader;
        }

        /// @return null if there is no whole line now
        @Nullable String next() throws IOException {
            while (true) {
                while (octets.hasRemaining()) {
                    var next = (char) (octets.get() & 0xff);
                    if (next == '\n') {
                        var line = part.toString();
                        part.setLength(0);
                        return line;
                    }
                    part.append(next);
                }
                octets.clear();
                var read = reader.read(octets);
                octets.flip();
                if (read == 0) {
                    return null;
                }
            }
        }
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
