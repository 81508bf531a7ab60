package dev.serin.proxy.http.manager;

import dev.serin.base.time.Timers;
import dev.serin.proxy.http.GrpcTimeout;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.route.RouteAction.Forward;
import dev.serin.proxy.route.RouteAction.Timeouts;
import dev.serin.proxy.route.RouteMatch;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.worker.Worker;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// How long a stream may take, and how long it may show no sign of life, by its connection manager
/// and its route. The stream's event loop only.
final class StreamDeadlines {
    /// What can be too much.
    enum Limit {
        /// Until the request was complete.
        REQUEST,
        /// Without a sign of life.
        IDLE,
        /// In all.
        WHOLE;

        /// What the client is told.
        LocalReply reply(boolean requestEnded) {
            var status = requestEnded ? 504 : 408;
            return switch (this) {
                case REQUEST ->
                        new LocalReply(408, 0, "request_overall_timeout", "request timeout");
                case IDLE ->
                        new LocalReply(
                                status,
                                ResponseFlag.STREAM_IDLE_TIMEOUT.bit(),
                                "stream_idle_timeout",
                                "stream timeout");
                case WHOLE ->
                        new LocalReply(
                                status,
                                0,
                                "max_duration_timeout",
                                "downstream duration timeout",
                                null,
                                DEADLINE_EXCEEDED);
            };
        }
    }

    private static final int DEADLINE_EXCEEDED = 4;

    private final Worker worker;
    private final IdleWatch idle;
    private Timers.@Nullable Timer request;
    private Timers.@Nullable Timer whole;

    StreamDeadlines(Worker worker, long now) {
        this.worker = worker;
        this.idle = new IdleWatch(worker, now);
    }

    /// @param route null if there is none
    /// @param end whether the head is all of the request
    void start(
            HttpManager manager,
            @Nullable RouteMatch route,
            RequestHead head,
            boolean end,
            Consumer<Limit> late) {
        var said = route != null && route.action() instanceof Forward to ? to.timeouts() : null;
        var quiet = said == null || said.idle() < 0 ? manager.streamIdleMillis() : said.idle();
        var covered = end && said != null && said.total() > 0 && said.total() <= quiet;
        if (!covered) { // else the response's own time-out comes first, and one timer is enough
            idle.start(quiet, () -> late.accept(Limit.IDLE));
        }
        if (!end && manager.requestMillis() > 0) {
            request = worker.after(manager.requestMillis(), () -> late.accept(Limit.REQUEST));
        }
        var most = whole(manager, said, head);
        if (most > 0) {
            whole = worker.after(most, () -> late.accept(Limit.WHOLE));
        }
    }

    /// Milliseconds; 0 for as long as it takes.
    private static long whole(HttpManager manager, @Nullable Timeouts said, RequestHead head) {
        if (said == null) {
            return 0;
        }
        var grpcMost = said.streamGrpcMost();
        var grpc = grpcMost < 0 ? -1 : GrpcTimeout.millis(head.headers());
        if (grpc < 0) {
            return said.stream() < 0 ? manager.streamMillis() : said.stream();
        }
        var asked = grpcMost > 0 ? Math.min(grpc, grpcMost) : grpc;
        return Math.max(1, asked - said.streamGrpcOffset());
    }

    /// A sign of life.
    void sign() {
        idle.sign();
    }

    /// The request is complete.
    void requestEnded() {
        if (request != null) {
            request.cancel();
            request = null;
        }
    }

    void cancel() {
        idle.cancel();
        requestEnded();
        if (whole != null) {
            whole.cancel();
        }
    }
}
