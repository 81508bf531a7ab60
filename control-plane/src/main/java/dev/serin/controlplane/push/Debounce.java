package dev.serin.controlplane.push;

import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.Executor;

/// Decides when changes are worked on: the first one after a quiet while at once, those that follow
/// close behind together, when no further one came for `quiet` or the first of them has waited for
/// `longest`. Owned by one thread, on which `flush` runs.
public final class Debounce {
    private final Duration quiet;
    private final Duration longest;
    private final Ticker ticker;
    private final Timers timers;
    private final Executor owner;
    private final Runnable flush;
    private @Nullable Long flushed;
    private long firstWaiting;
    private long lastChange;
    private Timers.@Nullable Timer timer;

    /// @param owner the thread that owns this; timers come back to it
    public Debounce(
            Duration quiet,
            Duration longest,
            Ticker ticker,
            Timers timers,
            Executor owner,
            Runnable flush) {
        this.quiet = quiet;
        this.longest = longest;
        this.ticker = ticker;
        this.timers = timers;
        this.owner = owner;
        this.flush = flush;
    }

    /// There is something to flush.
    public void changed() {
        var now = ticker.nanos();
        lastChange = now;
        if (timer != null) {
            return;
        }
        firstWaiting = now;
        if (flushed == null || now - flushed >= quiet.toNanos()) {
            flushNow(now);
        } else {
            schedule(quiet.toNanos());
        }
    }

    public void close() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void schedule(long nanos) {
        timer = timers.after(Duration.ofNanos(nanos), () -> owner.execute(this::due));
    }

    private void due() {
        if (timer == null) {
            return;
        }
        timer = null;
        var now = ticker.nanos();
        var settled = lastChange + quiet.toNanos();
        var latest = firstWaiting + longest.toNanos();
        var end = Math.min(settled, latest);
        if (now >= end) {
            flushNow(now);
        } else {
            schedule(end - now);
        }
    }

    private void flushNow(long now) {
        flushed = now;
        flush.run();
    }
}
