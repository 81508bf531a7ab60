package dev.serin.proxy.http.router;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.codec.ResetReason;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.upstream.pool.HostPool;

import org.jspecify.annotations.Nullable;

/// What a client is told when no host answers it, word for word as Envoy does.
final class UpstreamFailures {
    static final LocalReply NO_HOST =
            new LocalReply(
                    503,
                    ResponseFlag.NO_HEALTHY_UPSTREAM.bit(),
                    "no_healthy_upstream",
                    "no healthy upstream");

    private static final String TOO_LONG = "upstream max stream duration reached";

    private UpstreamFailures() {}

    static LocalReply noCluster(int status) {
        return new LocalReply(status, ResponseFlag.NO_CLUSTER_FOUND.bit(), "cluster_not_found", "");
    }

    /// What the cluster's breakers do not let through; null where it is something else.
    ///
    /// @param told whether the client is told so by a header
    static @Nullable LocalReply refused(HostPool.Failure failure, int attempts, boolean told) {
        return switch (failure) {
            case OVERFLOW, TOO_MANY -> overflow(attempts, told);
            case NO_POOL -> NO_HOST;
            case CONNECT, TIMEOUT -> null;
        };
    }

    private static LocalReply overflow(int attempts, boolean told) {
        var reply = before(503, ResponseFlag.UPSTREAM_OVERFLOW, "overflow", "", attempts);
        return told
                ? new LocalReply(
                        reply.status(),
                        reply.flags(),
                        reply.details(),
                        reply.body(),
                        new Headers(8).add("x-envoy-overloaded", "true"))
                : reply;
    }

    /// The cluster asks for a share of its requests to be refused.
    ///
    /// @param all whether it is all of them
    /// @param told whether the client is told so by a header
    static LocalReply dropped(boolean all, boolean told) {
        return all
                ? dropped(ResponseFlag.UNCONDITIONAL_DROP_OVERLOAD, "unconditional", told)
                : dropped(ResponseFlag.DROP_OVERLOAD, "", told);
    }

    private static LocalReply dropped(ResponseFlag flag, String how, boolean told) {
        var before = how.isEmpty() ? "" : how + " ";
        return new LocalReply(
                503,
                flag.bit(),
                before.replace(' ', '_') + "drop_overload",
                before + "drop overload",
                told
                        ? new Headers(8)
                                .add(
                                        "x-envoy-" + before.replace(' ', '-') + "drop-overload",
                                        "true")
                        : null);
    }

    /// @param reason of the transport, for logs only
    static LocalReply notConnected(boolean timeout, String reason, int attempts) {
        return before(
                503,
                ResponseFlag.UPSTREAM_CONNECTION_FAILURE,
                timeout ? "connection timeout" : "remote connection failure",
                timeout ? "" : reason,
                attempts);
    }

    /// @param complete whether the whole request was read
    static LocalReply reset(ResetReason reason, int attempts, boolean complete) {
        if (reason == ResetReason.DURATION) {
            return new LocalReply(
                    complete ? 504 : 408, flag(reason).bit(), TOO_LONG.replace(' ', '_'), TOO_LONG);
        }
        var status = reason == ResetReason.PROTOCOL ? 502 : 503;
        return before(status, flag(reason), why(reason), "", attempts);
    }

    /// What the log says of a response that broke off.
    static String halfway(ResetReason reason) {
        if (reason == ResetReason.DURATION) {
            return TOO_LONG.replace(' ', '_');
        }
        return "upstream_reset_after_response_started{" + why(reason).replace(' ', '_') + "}";
    }

    private static String why(ResetReason reason) {
        return switch (reason) {
            case PROTOCOL -> "protocol error";
            case CONNECTION -> "connection termination";
            case REMOTE -> "remote reset";
            case REFUSED -> "remote refused stream reset";
            case DURATION -> TOO_LONG;
        };
    }

    static ResponseFlag flag(ResetReason reason) {
        return switch (reason) {
            case PROTOCOL -> ResponseFlag.UPSTREAM_PROTOCOL_ERROR;
            case CONNECTION -> ResponseFlag.UPSTREAM_CONNECTION_TERMINATION;
            case DURATION -> ResponseFlag.UPSTREAM_MAX_STREAM_DURATION_REACHED;
            case REMOTE, REFUSED -> ResponseFlag.UPSTREAM_REMOTE_RESET;
        };
    }

    static LocalReply timeout(String details) {
        return new LocalReply(
                504,
                ResponseFlag.UPSTREAM_REQUEST_TIMEOUT.bit(),
                details,
                "upstream request timeout");
    }

    private static LocalReply before(
            int status, ResponseFlag flag, String why, String transport, int attempts) {
        var details = transport.isEmpty() ? why : why + "|" + transport;
        return new LocalReply(
                status,
                flag.bit(),
                "upstream_reset_before_response_started{" + details.replace(' ', '_') + "}",
                "upstream connect error or disconnect/reset before headers. "
                        + (attempts > 1 ? "retried and the latest " : "")
                        + "reset reason: "
                        + why);
    }
}
