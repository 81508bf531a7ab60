package dev.serin.proxy.http.codec;

import dev.serin.base.time.Timers;
import dev.serin.proxy.worker.Worker;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;

import org.jspecify.annotations.Nullable;

/// The times that a client's HTTP/1.1 connection has: idle, in all, for a head, and to read the
/// last answer. Its event loop only.
final class Http1Clock {
    private final Worker worker;
    private final Http1Limits limits;
    private final Subject subject;
    private Timers.@Nullable Timer idle;
    private Timers.@Nullable Timer age;
    private Timers.@Nullable Timer head;
    private long idleSince;

    /// The connection that is timed.
    interface Subject {
        boolean busy();

        /// It was without a stream for too long.
        void idled();

        /// It is as old as it may get: no stream comes after the present one.
        void aged();

        /// A head has begun and did not end in time.
        void headLate();
    }

    Http1Clock(Worker worker, Http1Limits limits, Subject subject) {
        this.worker = worker;
        this.limits = limits;
        this.subject = subject;
        this.idleSince = worker.ticker().nanos();
        if (!limits.idle().isZero()) {
            watchIdle(limits.idle().toMillis());
        }
        if (!limits.connection().isZero()) {
            age = worker.after(limits.connection().toMillis(), subject::aged);
        }
    }

    /// A stream has ended.
    void idle() {
        idleSince = worker.ticker().nanos();
    }

    private void watchIdle(long millis) {
        idle =
                worker.after(
                        millis,
                        () -> {
                            var limit = limits.idle().toMillis();
                            var since = (worker.ticker().nanos() - idleSince) / 1_000_000;
                            if (!subject.busy() && since >= limit) {
                                subject.idled();
                            } else {
                                watchIdle(subject.busy() ? limit : limit - since);
                            }
                        });
    }

    /// @param begun whether part of a head is there
    void head(boolean begun) {
        if (!begun) {
            cancel(head);
            head = null;
        } else if (head == null && limits.headMillis() > 0) {
            head = worker.after(limits.headMillis(), subject::headLate);
        }
    }

    /// Says that nothing more comes, and gives the client time to see it.
    void linger(Channel channel) {
        stop();
        if (!channel.isActive() || !(channel instanceof DuplexChannel duplex)) {
            channel.close();
            return;
        }
        duplex.shutdownOutput();
        channel.config().setAutoRead(true);
        age = worker.after(limits.closeMillis(), channel::close);
    }

    void stop() {
        cancel(idle);
        cancel(age);
        cancel(head);
    }

    private static void cancel(Timers.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
