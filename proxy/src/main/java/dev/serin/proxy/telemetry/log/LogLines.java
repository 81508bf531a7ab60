package dev.serin.proxy.telemetry.log;

import dev.serin.base.flow.Owner;
import dev.serin.base.time.Timers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// Takes lines from event loops and writes them to one stream from another thread, some
/// milliseconds later, many at once. Never blocks the giver: past the bound, lines are dropped and
/// counted. Safe for any thread.
public final class LogLines {
    private static final Duration DELAY = Duration.ofMillis(100);

    private final OutputStream out;
    private final Owner writer;
    private final Timers timers;
    private final int bound;
    private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean planned = new AtomicBoolean();
    private final LongAdder dropped = new LongAdder();

    /// @param writer does the writing
    /// @param bound of lines that wait
    public LogLines(OutputStream out, Owner writer, Timers timers, int bound) {
        this.out = out;
        this.writer = writer;
        this.timers = timers;
        this.bound = bound;
    }

    /// @param line with its line end
    public void write(String line) {
        if (waiting.incrementAndGet() > bound) {
            waiting.decrementAndGet();
            dropped.increment();
            return;
        }
        lines.add(line);
        if (!planned.get() && planned.compareAndSet(false, true)) {
            timers.after(DELAY, this::plan);
        }
    }

    /// Lines that were lost because the file was slower than the traffic, or failed.
    public long dropped() {
        return dropped.sum();
    }

    /// Writes what waits now; completes when it is written.
    public CompletableFuture<Boolean> flush() {
        return writer.call(() -> {
            drain();
            return true;
        });
    }

    private void plan() {
        try {
            writer.execute(this::drain);
        } catch (RejectedExecutionException e) {
            // The writer has ended; whoever ended it flushed before.
            planned.set(false);
        }
    }

    /// Writes what waits. The writer's thread only.
    void drain() {
        planned.set(false);
        var batch = new StringBuilder();
        var count = 0;
        for (var line = lines.poll(); line != null; line = lines.poll()) {
            batch.append(line);
            count++;
            if (batch.length() > 64 << 10) {
                write(batch, count);
                batch.setLength(0);
                count = 0;
            }
        }
        write(batch, count);
    }

    private void write(StringBuilder batch, int count) {
        if (count == 0) {
            return;
        }
        waiting.addAndGet(-count);
        try {
            out.write(batch.toString().getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            // A full disk must not stop traffic; the count tells.
            dropped.add(count);
        }
    }
}
