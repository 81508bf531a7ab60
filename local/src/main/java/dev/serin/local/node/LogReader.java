package dev.serin.local.node;

import dev.serin.base.log.LogFile;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/// Reads what one run of a container printed, through all the files that a [LogFile] has made of
/// it, oldest first, and goes on into each new one without a line lost. A file is known by what it
/// is, not by its name, which changes under the reader. One thread.
final class LogReader implements AutoCloseable {
    private final Path log;
    private FileChannel channel;
    private Object key;

    private LogReader(Path log, Part first) throws IOException {
        this.log = log;
        this.channel = FileChannel.open(first.path);
        this.key = first.key;
    }

    /// Begins with the oldest file of the run whose newest is `log`.
    static LogReader of(Path log) throws IOException {
        while (true) {
            var first = oldest(log);
            var reader = new LogReader(log, first);
            if (first.key.equals(key(first.path))) {
                return reader;
            }
            reader.close();
        }
    }

    /// @return how many octets were read, 0 if there are no more now
    int read(ByteBuffer into) throws IOException {
        while (true) {
            var some = channel.read(into);
            if (some > 0) {
                return some;
            }
            var next = next();
            if (next == null) {
                return 0;
            }
            // What came between the last look and the end of that file.
            some = channel.read(into);
            if (some > 0) {
                return some;
            }
            var opened = FileChannel.open(next.path);
            if (!next.key.equals(key(next.path))) {
                opened.close();
                continue;
            }
            channel.close();
            channel = opened;
            key = next.key;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    // The file after this one; null if this is the newest, or the newest is just being made.
    private @Nullable Part next() throws IOException {
        for (int number = 0; number <= LogFile.ROTATED; number++) {
            if (key.equals(key(LogFile.part(log, number)))) {
                var newer = number == 0 ? null : LogFile.part(log, number - 1);
                var itsKey = newer == null ? null : key(newer);
                return newer == null || itsKey == null ? null : new Part(newer, itsKey);
            }
        }
        // So much was printed meanwhile that it has gone: on with what there is.
        return oldest(log);
    }

    private static Part oldest(Path log) throws IOException {
        for (int number = LogFile.ROTATED; number >= 0; number--) {
            var path = LogFile.part(log, number);
            var key = key(path);
            if (key != null) {
                return new Part(path, key);
            }
        }
        throw new NoSuchFileException(log.toString());
    }

    private static @Nullable Object key(Path path) throws IOException {
        try {
            return Objects.requireNonNull(
                    Files.readAttributes(path, BasicFileAttributes.class).fileKey());
        } catch (NoSuchFileException _) {
            return null;
        }
    }

    private record Part(Path path, Object key) {}
}
