package dev.serin.proxy.http.manager;

import dev.serin.base.time.Timers;
import dev.serin.proxy.worker.Worker;

import org.jspecify.annotations.Nullable;

/// Watches that a stream gives a sign of life now and then. One timer however many signs there are.
/// The stream's event loop only.
final class IdleWatch {
    private final Worker worker;
    private Timers.@Nullable Timer timer;
    private long lastSign;

    IdleWatch(Worker worker, long now) {
        this.worker = worker;
        this.lastSign = now;
    }

    void sign() {
        if (timer != null) { // else the clock need not be read for each part of a body
            lastSign = worker.ticker().nanos();
        }
    }

    /// Runs `idle` once when there was no sign for `millis`; 0 for never.
    void start(long millis, Runnable idle) {
        cancel();
        if (millis > 0) {
            await(millis, millis, idle);
        }
    }

    private void await(long next, long millis, Runnable idle) {
        timer =
                worker.after(
                        next,
                        () -> {
                            var quiet = (worker.ticker().nanos() - lastSign) / 1_000_000;
                            if (quiet < millis) {
                                await(millis - quiet, millis, idle);
                            } else {
                                idle.run();
                            }
                        });
    }

    void cancel() {
        if (timer != null) {
            timer.cancel();
        }
    }
}
