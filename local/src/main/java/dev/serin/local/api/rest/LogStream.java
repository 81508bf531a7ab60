package dev.serin.local.api.rest;

import dev.serin.local.api.wire.Exchange;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;

/// A log on its way to the reader: the answer begins with the first flush, so that a refusal before
/// it can still be one.
final class LogStream extends OutputStream {
    private static final int ENOUGH = 16 * 1024;

    private final Exchange exchange;
    private final @Nullable Long limit;
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private long written;

    LogStream(Exchange exchange, @Nullable Long limit) {
        this.exchange = exchange;
        this.limit = limit;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        var take = limit == null ? length : (int) Math.min(length, Math.max(0, limit - written));
        waiting.write(bytes, offset, take);
        written += take;
        if (waiting.size() >= ENOUGH) {
            flush();
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            if (!exchange.isAnswered()) {
                exchange.begin(200, "text/plain");
            }
            exchange.write(waiting.toByteArray());
            waiting.reset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the reader has gone");
        }
    }
}
