package dev.serin.base.log;

import dev.serin.base.time.Ticker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.Consumer;

/// What one run of a container printed, a line each with its time and stream, in the form of the
/// Container Runtime Interface: `2026-01-01T00:00:00.000000000Z stdout F text`. Bounded as the
/// kubelet's: a full file becomes `.1`, that before it `.2`, and the fifth goes. Safe for any
/// thread.
public final class LogFile implements AutoCloseable {
    /// How many full files are kept beside the one that is written.
    public static final int ROTATED = 4;

    private static final int LONGEST = 16 * 1024;
    private static final byte[] ERROR = "ERROR: ".getBytes(StandardCharsets.UTF_8);
    private static final int MOST_ERRORS = 3;

    private final Path path;
    private final Ticker ticker;
    private final long largest;
    private final Consumer<String> errors;
    private OutputStream out;
    private long size;
    private int errorCount;

    /// @param largest bytes of one file
    public LogFile(Path path, Ticker ticker, long largest) throws IOException {
        this(path, ticker, largest, _ -> {});
    }

    /// @param errors told the first lines that begin with `ERROR: `, without that: what a person
    ///   should see who does not read this log
    public LogFile(Path path, Ticker ticker, long largest, Consumer<String> errors)
            throws IOException {
        this.errors = errors;
        this.path = path;
        this.ticker = ticker;
        this.largest = largest;
        Files.createDirectories(path.getParent());
        this.out = open();
    }

    /// Copies `input` line by line until it ends; a line that is too long is cut into pieces that
    /// are marked `P`. Blocks.
    public void copy(InputStream input, String stream) {
        try (input;
                var lines = stream(stream)) {
            input.transferTo(lines);
        } catch (IOException _) {
            // The container or the disk has gone; what came is written.
        }
    }

    /// Takes what is printed to `stream`; a line is in the file once it is whole. Closing it leaves
    /// the file open.
    public OutputStream stream(String stream) {
        return new Lines(stream);
    }

    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException _) {
            // Nothing is buffered here.
        }
    }

    private synchronized void write(String stream, char mark, byte[] line, int length)
            throws IOException {
        var head = ticker.now() + " " + stream + " " + mark + " ";
        var bytes = head.getBytes(StandardCharsets.UTF_8);
        var whole = new byte[bytes.length + length + 1];
        System.arraycopy(bytes, 0, whole, 0, bytes.length);
        System.arraycopy(line, 0, whole, bytes.length, length);
        whole[whole.length - 1] = '\n';
        if (size + whole.length > largest) {
            out.close();
            rotate();
            out = open();
        }
        out.write(whole);
        size += whole.length;
        if (mark == 'F' && length > ERROR.length && errorCount < MOST_ERRORS && isError(line)) {
            errorCount++;
            errors.accept(
                    new String(line, ERROR.length, length - ERROR.length, StandardCharsets.UTF_8));
        }
    }

    private void rotate() throws IOException {
        for (int number = ROTATED; number > 0; number--) {
            var from = part(path, number - 1);
            if (Files.exists(from)) {
                Files.move(from, part(path, number), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /// The file of that number, 0 for the one that is written.
    public static Path part(Path log, int number) {
        return number == 0 ? log : log.resolveSibling(log.getFileName() + "." + number);
    }

    /// Deletes all of a run's files.
    public static void delete(Path log) throws IOException {
        for (int number = 0; number <= ROTATED; number++) {
            Files.deleteIfExists(part(log, number));
        }
    }

    private static boolean isError(byte[] line) {
        return Arrays.equals(line, 0, ERROR.length, ERROR, 0, ERROR.length);
    }

    private OutputStream open() throws IOException {
        var opened =
                Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        size = Files.size(path);
        return opened;
    }

    private final class Lines extends OutputStream {
        private final String stream;
        private final byte[] line = new byte[LONGEST];
        private int length;

        Lines(String stream) {
            this.stream = stream;
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int count) throws IOException {
            for (int i = from; i < from + count; i++) {
                if (bytes[i] == '\n') {
                    LogFile.this.write(stream, 'F', line, length);
                    length = 0;
                } else {
                    if (length == LONGEST) {
                        LogFile.this.write(stream, 'P', line, length);
                        length = 0;
                    }
                    line[length++] = bytes[i];
                }
            }
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public synchronized void close() throws IOException {
            if (length > 0) {
                LogFile.this.write(stream, 'F', line, length);
                length = 0;
            }
        }
    }
}
