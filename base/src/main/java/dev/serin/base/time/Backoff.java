package dev.serin.base.time;

import dev.serin.base.chance.Draw;

import java.time.Duration;

/// How long to wait before the next try: doubling from `base` to `max`, each wait drawn from the
/// upper half of its step, so that many clients of a server that came back do not return at once.
/// Owned by one thread.
public final class Backoff {
    private final Duration base;
    private final Duration max;
    private final Draw jitter;
    private int failures;

    public Backoff(Duration base, Duration max, Draw jitter) {
        this.base = base;
        this.max = max;
        this.jitter = jitter;
    }

    /// The wait after one more failure.
    public Duration next() {
        var doubled = base.multipliedBy(1L << Math.min(failures, 30));
        var step = (doubled.compareTo(max) < 0 ? doubled : max).toNanos();
        failures++;
        return Duration.ofNanos(step / 2 + (long) (jitter.unit() * (step - step / 2.0)));
    }

    /// Failures since the last success.
    public int failures() {
        return failures;
    }

    /// To be called on success: the next wait is the first again.
    public void reset() {
        failures = 0;
    }
}
