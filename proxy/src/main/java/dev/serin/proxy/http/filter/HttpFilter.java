package dev.serin.proxy.http.filter;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.stream.StreamEnd;

import io.netty.buffer.ByteBuf;

/// One step of a stream's path. Requests pass the filters in the order of the configuration,
/// responses in reverse. All calls of a stream come on its event loop; a filter never throws, it
/// answers with [StreamContext#reply].
public interface HttpFilter {
    /// What happens after a filter has seen a head.
    enum Next {
        /// The next filter's turn.
        CONTINUE,
        /// Nothing, until [StreamContext#resumeRequest()] or [StreamContext#resumeResponse()], or a
        /// reply. The other side is not read meanwhile.
        PAUSE
    }

    /// @param end there is no body and there are no trailers
    default Next request(StreamContext stream, RequestHead head, boolean end) {
        return Next.CONTINUE;
    }

    /// A part of the body passes; look, but do not keep, change or release.
    default void requestBody(StreamContext stream, ByteBuf body) {}

    default void requestTrailers(StreamContext stream, Headers trailers) {}

    /// Not called for 1xx responses.
    ///
    /// @param end there is no body and there are no trailers
    default Next response(StreamContext stream, ResponseHead head, boolean end) {
        return Next.CONTINUE;
    }

    /// A part of the body passes; look, but do not keep, change or release.
    default void responseBody(StreamContext stream, ByteBuf body) {}

    default void responseTrailers(StreamContext stream, Headers trailers) {}

    /// The stream is over; the last call. Timers of the filter are cancelled here.
    default void ended(StreamContext stream, StreamEnd end) {}
}
