package dev.serin.proxy.http.router;

import dev.serin.base.time.Timers;
import dev.serin.proxy.http.GrpcTimeout;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.route.RouteAction.Forward;

import org.jspecify.annotations.Nullable;

/// How long one request and each of its attempts may take, by its route and its own headers. The
/// stream's event loop only.
final class Deadlines {
    private final RoutedStream stream;
    private long total;
    private long perTry;
    private long perTryIdle;
    private boolean tellsGrpc;
    private Timers.@Nullable Timer overall;
    private Timers.@Nullable Timer attempt;
    private Timers.@Nullable Timer idle;
    private boolean complete;
    private long since;
    private long lastSign;

    Deadlines(RoutedStream stream) {
        this.stream = stream;
    }

    /// By the route, and what the request asks.
    void set(Forward forward, @Nullable Wishes wishes, RouterConfig config) {
        var timeouts = forward.timeouts();
        var asked = wishes == null ? -1 : wishes.total;
        if (wishes != null && config.respectExpected() && wishes.expected >= 0) {
            asked = wishes.expected;
        }
        tellsGrpc = timeouts.grpcMost() >= 0 && stream.request().isGrpc();
        total = asked >= 0 ? asked : tellsGrpc ? grpc(forward) : timeouts.total();
        var retry = forward.retry();
        var each = wishes != null && wishes.perTry >= 0 ? wishes.perTry : retry.perTryMillis();
        perTry = total > 0 && each >= total ? 0 : each;
        perTryIdle = retry.perTryIdleMillis();
    }

    /// For the response to be complete after the request is; 0 for none.
    long totalMillis() {
        return total;
    }

    private long grpc(Forward forward) {
        var timeouts = forward.timeouts();
        var asked = Math.max(0, GrpcTimeout.millis(stream.request().headers()));
        if (timeouts.grpcOffset() < asked) {
            asked -= timeouts.grpcOffset();
        }
        var most = timeouts.grpcMost();
        return most > 0 && (asked == 0 || asked > most) ? most : asked;
    }

    /// Tells the host how long its answer is waited for.
    ///
    /// @param headers whether by a header of the proxy's own
    void tell(RequestHead request, boolean headers) {
        var left = perTry > 0 ? perTry : total;
        if (left <= 0) {
            return;
        }
        if (total > 0 && complete) {
            left = Math.clamp(total - (now() - since) / 1_000_000, 1, left);
        }
        if (headers) {
            request.headers().set("x-envoy-expected-rq-timeout-ms", Long.toString(left));
        }
        if (tellsGrpc) {
            request.headers().set(GrpcTimeout.NAME, GrpcTimeout.of(left));
        }
    }

    /// The request is complete.
    void requestEnded(Runnable timedOut) {
        complete = true;
        since = now();
        if (total > 0) {
            overall = stream.after(total, timedOut);
        }
    }

    /// Whether the request is complete.
    boolean complete() {
        return complete;
    }

    /// By the ticker when the request was complete.
    long since() {
        return since;
    }

    /// A host has a connection for a request that is complete.
    void attemptStarts(Runnable timedOut) {
        if (perTry > 0 && attempt == null) {
            attempt = stream.after(perTry, timedOut);
        }
    }

    /// A host has a connection, and must show signs of life from now on.
    void watchIdle(Runnable idled) {
        if (perTryIdle > 0) {
            lastSign = now();
            idle = stream.after(perTryIdle, () -> look(idled));
        }
    }

    private void look(Runnable idled) {
        var quiet = (now() - lastSign) / 1_000_000;
        if (quiet >= perTryIdle) {
            idled.run();
        } else {
            idle = stream.after(perTryIdle - quiet, () -> look(idled));
        }
    }

    /// A sign of life.
    void sign() {
        if (idle != null) {
            lastSign = now();
        }
    }

    /// The host has answered: it may take the rest of the whole time.
    void answered() {
        if (attempt != null) {
            attempt.cancel();
            attempt = null;
        }
    }

    /// The attempt is over.
    void attemptEnds() {
        answered();
        if (idle != null) {
            idle.cancel();
            idle = null;
        }
    }

    void cancel() {
        attemptEnds();
        if (overall != null) {
            overall.cancel();
            overall = null;
        }
    }

    private long now() {
        return stream.worker().ticker().nanos();
    }
}
