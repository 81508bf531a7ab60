package dev.serin.local.node;

import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.config.Resource;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;

/// A pod's activeDeadlineSeconds: how long it may be there before it is ended as failed. Owned by
/// the pod's thread.
final class Deadline {
    static final String REASON = "DeadlineExceeded";
    static final String MESSAGE = "Pod was active on the node longer than the specified deadline";

    private final Timers timers;
    private final Ticker ticker;
    private final Runnable due;
    private Timers.@Nullable Timer timer;
    private long seconds;
    private boolean passed;

    /// @param due told on a timer's thread, once for each deadline that is set
    Deadline(Timers timers, Ticker ticker, Runnable due) {
        this.timers = timers;
        this.ticker = ticker;
        this.due = due;
    }

    /// Sets it, or another one when the manifest has changed.
    void set(Resource pod, @Nullable Instant start) {
        var wanted = pod.spec().path("activeDeadlineSeconds").asLong(0);
        if (start == null || wanted == seconds) {
            return;
        }
        cancel();
        seconds = wanted;
        if (wanted > 0) {
            var left = Duration.between(ticker.now(), start.plusSeconds(wanted));
            timer = timers.after(left.isNegative() ? Duration.ZERO : left, due);
        }
    }

    void cancel() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    /// It has passed, and the pod had not finished.
    void pass() {
        passed = true;
    }

    boolean passed() {
        return passed;
    }

    /// Says it in a status, should it have passed.
    void tell(ObjectNode status) {
        if (passed) {
            status.put("phase", "Failed").put("reason", REASON).put("message", MESSAGE);
        }
    }
}
