package dev.serin.proxy.telemetry.log;

import dev.serin.base.flow.Owner;
import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.proxy.extension.AccessLogFactory;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.format.Entry;
import dev.serin.proxy.format.LineFormat;
import dev.serin.proxy.format.SubstitutionFormats;
import dev.serin.proxy.stream.AccessLog;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.StreamEnd;

import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StderrAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;

import org.jspecify.annotations.Nullable;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/// Access logs that are files or the proxy's own output. A file that several listeners name is
/// opened once. Compiled on the proxy's owner, written from any event loop.
public final class FileAccessLogs implements AccessLogFactory, AutoCloseable {
    private static final String FILE = "envoy.extensions.access_loggers.file.v3.FileAccessLog";
    private static final String STDOUT =
            "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog";
    private static final String STDERR =
            "envoy.extensions.access_loggers.stream.v3.StderrAccessLog";
    private static final int BOUND = 16_384;

    private final Files files;
    private final Owner writer;
    private final Timers timers;
    private final Ticker ticker;
    private final Map<String, LogLines> lines = new HashMap<>();
    private final Map<String, Renewed> opened = new HashMap<>();

    /// @param writer does all writing; the caller closes it after this
    public FileAccessLogs(Files files, Owner writer, Timers timers, Ticker ticker) {
        this.files = files;
        this.writer = writer;
        this.timers = timers;
        this.ticker = ticker;
    }

    @Override
    public List<String> types() {
        return List.of(FILE, STDOUT, STDERR);
    }

    @Override
    public AccessLog compile(ExtensionConfig config) throws ConfigProblem {
        if (config.type().equals(STDOUT)) {
            var log = config.as(StdoutAccessLog.parser());
            return log("/dev/stdout", format(log.hasLogFormat() ? log.getLogFormat() : null));
        }
        if (config.type().equals(STDERR)) {
            var log = config.as(StderrAccessLog.parser());
            return log("/dev/stderr", format(log.hasLogFormat() ? log.getLogFormat() : null));
        }
        var log = config.as(FileAccessLog.parser());
        return log(log.getPath(), format(log));
    }

    /// Lines that were lost in all logs.
    public synchronized long dropped() {
        return lines.values().stream().mapToLong(LogLines::dropped).sum();
    }

    /// Writes what waits to the files as they are, and all that comes to files opened anew by their
    /// names. One that cannot be opened stays what it is.
    ///
    /// @param told what went wrong
    public void reopen(Consumer<String> told) {
        try {
            writer.execute(() -> {
                snapshot().forEach(LogLines::drain);
                renew(told);
            });
        } catch (RejectedExecutionException e) {
            // The writer has ended, and the files with it.
        }
    }

    private synchronized void renew(Consumer<String> told) {
        opened.forEach((path, stream) -> {
            try {
                stream.renew(files.open(path));
            } catch (IOException e) {
                told.accept("the log " + path + " is not opened anew: " + reason(e));
            }
        });
    }

    /// Writes what waits and closes the files; completes when that is done.
    public CompletableFuture<Void> end() {
        return CompletableFuture.allOf(
                        snapshot().stream().map(LogLines::flush).toArray(CompletableFuture[]::new))
                .thenRun(this::closeFiles);
    }

    @Override
    public void close() {
        end();
    }

    private synchronized List<LogLines> snapshot() {
        return List.copyOf(lines.values());
    }

    private synchronized void closeFiles() {
        for (var stream : opened.values()) {
            try {
                stream.close();
            } catch (IOException e) {
                // Nobody is left to tell.
            }
        }
        opened.clear();
    }

    private AccessLog log(String path, LineFormat format) throws ConfigProblem {
        return new Written(lines(path), format, ticker);
    }

    private synchronized LogLines lines(String path) throws ConfigProblem {
        var known = lines.get(path);
        if (known != null) {
            return known;
        }
        try {
            var out = new Renewed(files.open(path));
            opened.put(path, out);
            var fresh = new LogLines(out, writer, timers, BOUND);
            lines.put(path, fresh);
            return fresh;
        } catch (IOException e) {
            throw new ConfigProblem("path", "cannot open " + path + ": " + reason(e));
        }
    }

    /// The exceptions of files say no more than the name where their class says it all.
    private static String reason(IOException e) {
        return e instanceof NoSuchFileException
                ? "its folder is not there"
                : e instanceof AccessDeniedException
                        ? "access denied"
                        : String.valueOf(e.getMessage());
    }

    @SuppressWarnings("deprecation") // what Istio still sends
    private static LineFormat format(FileAccessLog log) throws ConfigProblem {
        return switch (log.getAccessLogFormatCase()) {
            case LOG_FORMAT -> format(log.getLogFormat());
            case FORMAT -> LineFormat.text(log.getFormat());
            case JSON_FORMAT -> LineFormat.json(log.getJsonFormat());
            case TYPED_JSON_FORMAT -> LineFormat.json(log.getTypedJsonFormat());
            case ACCESSLOGFORMAT_NOT_SET -> LineFormat.text(LineFormat.ENVOY);
        };
    }

    private static LineFormat format(@Nullable SubstitutionFormatString format)
            throws ConfigProblem {
        return format == null
                ? LineFormat.text(LineFormat.ENVOY)
                : SubstitutionFormats.of(format, LineFormat.ENVOY);
    }

    /// Opens what the configuration names.
    @FunctionalInterface
    public interface Files {
        /// For appending; `/dev/stdout` and `/dev/stderr` are the proxy's own output, whose close
        /// must be harmless.
        OutputStream open(String path) throws IOException;
    }

    /// A file that can become another one. The writer's thread only, but for the end.
    private static final class Renewed extends FilterOutputStream {
        Renewed(OutputStream first) {
            super(first);
        }

        void renew(OutputStream next) throws IOException {
            var before = out;
            out = next;
            before.close();
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count);
        }
    }

    /// A log with its format and its file.
    private record Written(LogLines lines, LineFormat format, Ticker ticker) implements AccessLog {
        @Override
        public void ended(StreamEnd end) {
            write(Entry.of(end, ticker.now()));
        }

        @Override
        public void ended(ConnectionEnd end) {
            write(Entry.of(end, ticker.now()));
        }

        private void write(Entry entry) {
            var text = new StringBuilder(256);
            format.print(entry, text);
            lines.write(text.toString());
        }
    }
}
