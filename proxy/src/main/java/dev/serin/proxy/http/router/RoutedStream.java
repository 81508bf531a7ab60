package dev.serin.proxy.http.router;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.filter.StreamContext;
import dev.serin.proxy.route.RouteMatch;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A stream, as the router sees it: a filter's view, and the way back down. Event loop only.
public interface RoutedStream extends StreamContext {
    Worker worker();

    /// Null if it is not in use.
    @Nullable LiveCluster cluster(String name);

    @Nullable RouteMatch route();

    /// A copy of its request begins its own way.
    void mirrored();

    void informational(ResponseHead head);

    /// @param details as `%RESPONSE_CODE_DETAILS%`
    void respond(ResponseHead head, boolean end, String details);

    /// Takes the part over.
    void respondBody(ByteBuf part);

    void respondEnd(@Nullable Headers trailers);

    void flush();

    /// The response that has begun cannot be ended.
    void breakOff(String details);

    /// Ends here, with a redirect that is followed: the request goes on from the beginning as a
    /// stream of its own, as its head is now, and the client gets that one's response.
    ///
    /// @param body its parts, now the stream's
    void continueElsewhere(ResponseHead redirect, List<ByteBuf> body);

    /// Whether the client takes more of the response now.
    boolean clientWritable();

    /// Whether more of the request is wanted now.
    void readMore(boolean wanted);

    /// Whether the whole request was read.
    boolean requestEnded();
}
