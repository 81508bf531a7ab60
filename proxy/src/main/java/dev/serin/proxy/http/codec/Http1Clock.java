package dev.serin.proxy.http.codec;

import dev.serin.base.time.Timers;
import dev.serin.proxy.worker.Worker;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;

import org.jspecify.annotations.Nullable;

/// The times that a client's HTTP/1.1 connection has: idle, in all, for a head, for the last
/// request and to read its answer. Its event loop only.
final class Http1Clock {
    private final Worker worker;
    private final Http1Limits limits;
    private final Subject subject;
    private final LifeClock life;
    private Timers.@Nullable Timer end;
    private Timers.@Nullable Timer head;

    /// The connection that is timed.
    interface Subject extends LifeClock.Subject {
        /// A head has begun and did not end in time.
        void headLate();
    }

    Http1Clock(Worker worker, Http1Limits limits, Subject subject) {
        this.worker = worker;
        this.limits = limits;
        this.subject = subject;
        this.life = new LifeClock(worker, limits.life(), subject);
    }

    /// A stream has ended.
    void idle() {
        life.idle();
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

    /// The connection's end has come: runs `close` if no request comes in the time that one may be
    /// on its way.
    void leave(Runnable close) {
        if (end == null) {
            end = worker.after(limits.life().drainMillis(), close);
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
        end = worker.after(limits.life().closeMillis(), channel::close);
    }

    void stop() {
        life.stop();
        cancel(end);
        cancel(head);
    }

    private static void cancel(Timers.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
