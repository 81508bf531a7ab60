package dev.serin.local.node;

import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// The first part of a pod's end: its callers are waited for, bounded, within the grace that the
/// pod has in all. Then, once, its containers are asked to end in what is left of it. The pod's
/// thread.
final class Departure {
    /// How long callers may take to hear of it; half of the grace if that is less.
    static final Duration LONGEST = Duration.ofSeconds(2);

    private final Farewell farewell;
    private final Ticker ticker;
    private final Timers timers;
    private final Executor owner;
    private final Consumer<Duration> then;
    private Timers.@Nullable Timer patience;
    private boolean over;

    /// @param owner the pod's thread
    /// @param then given what is left of the grace
    Departure(
            Farewell farewell,
            Ticker ticker,
            Timers timers,
            Executor owner,
            Consumer<Duration> then) {
        this.farewell = farewell;
        this.ticker = ticker;
        this.timers = timers;
        this.owner = owner;
        this.then = then;
    }

    void begin(String address, Duration grace) {
        var begun = ticker.nanos();
        Runnable left = () -> now(grace.minus(Duration.ofNanos(ticker.nanos() - begun)));
        var half = grace.dividedBy(2);
        patience =
                timers.after(
                        half.compareTo(LONGEST) < 0 ? half : LONGEST, () -> owner.execute(left));
        farewell.to(address).whenComplete((_, _) -> owner.execute(left));
    }

    /// Waits no longer.
    void now(Duration left) {
        if (over) {
            return;
        }
        over = true;
        if (patience != null) {
            patience.cancel();
        }
        then.accept(left);
    }
}
