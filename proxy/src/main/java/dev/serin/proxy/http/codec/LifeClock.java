package dev.serin.proxy.http.codec;

import dev.serin.base.time.Timers;
import dev.serin.proxy.worker.Worker;

import org.jspecify.annotations.Nullable;

/// Tells a client's connection when it was without a stream for too long, and when it is as old as
/// it may get. Its event loop only.
public final class LifeClock {
    private final Worker worker;
    private final long idleMillis;
    private final Subject subject;
    private Timers.@Nullable Timer idle;
    private Timers.@Nullable Timer age;
    private long idleSince;

    /// The connection that is timed.
    public interface Subject {
        boolean busy();

        /// It was without a stream for too long.
        void idled();

        /// It is as old as it may get.
        void aged();
    }

    public LifeClock(Worker worker, Lifetime life, Subject subject) {
        this.worker = worker;
        this.idleMillis = life.idle().toMillis();
        this.subject = subject;
        this.idleSince = worker.ticker().nanos();
        if (idleMillis > 0) {
            watchIdle(idleMillis);
        }
        if (!life.age().isZero()) {
            age = worker.after(life.age().toMillis(), subject::aged);
        }
    }

    /// The last stream has ended.
    public void idle() {
        idleSince = worker.ticker().nanos();
    }

    private void watchIdle(long millis) {
        idle =
                worker.after(
                        millis,
                        () -> {
                            var quiet = (worker.ticker().nanos() - idleSince) / 1_000_000;
                            if (!subject.busy() && quiet >= idleMillis) {
                                subject.idled();
                            } else {
                                watchIdle(subject.busy() ? idleMillis : idleMillis - quiet);
                            }
                        });
    }

    public void stop() {
        if (idle != null) {
            idle.cancel();
        }
        if (age != null) {
            age.cancel();
        }
    }
}
