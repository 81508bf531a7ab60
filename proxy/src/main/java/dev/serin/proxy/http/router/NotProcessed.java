package dev.serin.proxy.http.router;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.stream.Direction;

/// How a sidecar tells the one before it that a request never reached the workload, so that it may
/// be sent to another host whatever its method: the connection to the workload could not be made.
/// Between sidecars `connect-failure` then means the whole way, not only the hop to the other
/// sidecar, which is alive while its workload restarts.
final class NotProcessed {
    private static final String HEADER = "x-serin-not-processed";

    private NotProcessed() {}

    /// The reply with the word, if this is the workload's own sidecar.
    static LocalReply told(LocalReply reply, Direction direction) {
        if (direction != Direction.INBOUND) {
            return reply;
        }
        var headers = new Headers(2);
        headers.add(HEADER, "connect-failure");
        return new LocalReply(
                reply.status(), reply.flags(), reply.details(), reply.body(), headers);
    }

    /// Whether the host's sidecar said so; takes the word out, which no client should see. A
    /// workload cannot say it.
    static boolean heard(ResponseHead head, Direction direction) {
        return head.status() == 503
                && head.headers().remove(HEADER)
                && direction != Direction.INBOUND;
    }
}
