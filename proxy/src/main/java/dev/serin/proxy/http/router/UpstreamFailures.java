package dev.serin.proxy.http.router;

import dev.serin.proxy.http.codec.ResetReason;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.stream.ResponseFlag;

/// What a client is told when no host answers it, word for word as Envoy does.
final class UpstreamFailures {
    static final LocalReply NO_HOST =
            new LocalReply(
                    503,
                    ResponseFlag.NO_HEALTHY_UPSTREAM.bit(),
                    "no_healthy_upstream",
                    "no healthy upstream");
    static final LocalReply OVERFLOW = before(503, ResponseFlag.UPSTREAM_OVERFLOW, "overflow", "");

    private UpstreamFailures() {}

    static LocalReply noCluster(int status) {
        return new LocalReply(status, ResponseFlag.NO_CLUSTER_FOUND.bit(), "cluster_not_found", "");
    }

    static LocalReply notConnected(boolean timeout, String reason) {
        return timeout
                ? before(503, ResponseFlag.UPSTREAM_CONNECTION_FAILURE, "connection timeout", "")
                : before(
                        503,
                        ResponseFlag.UPSTREAM_CONNECTION_FAILURE,
                        "remote connection failure",
                        reason);
    }

    static LocalReply reset(ResetReason reason) {
        return switch (reason) {
            case PROTOCOL -> before(502, flag(reason), "protocol error", "");
            case CONNECTION -> before(503, flag(reason), "connection termination", "");
            case REMOTE -> before(503, flag(reason), "remote reset", "");
            case REFUSED -> before(503, flag(reason), "remote refused stream reset", "");
        };
    }

    static ResponseFlag flag(ResetReason reason) {
        return switch (reason) {
            case PROTOCOL -> ResponseFlag.UPSTREAM_PROTOCOL_ERROR;
            case CONNECTION -> ResponseFlag.UPSTREAM_CONNECTION_TERMINATION;
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

    private static LocalReply before(int status, ResponseFlag flag, String why, String transport) {
        var details = transport.isEmpty() ? why : why + "|" + transport;
        return new LocalReply(
                status,
                flag.bit(),
                "upstream_reset_before_response_started{" + details.replace(' ', '_') + "}",
                "upstream connect error or disconnect/reset before headers. reset reason: "
                        + why
                        + (transport.isEmpty() ? "" : ", transport failure reason: " + transport));
    }
}
