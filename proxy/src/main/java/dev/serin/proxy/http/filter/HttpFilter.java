package dev.serin.proxy.http.filter;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.stream.StreamEnd;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

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

    /// A part of the body passes. Takes it over and answers what passes on in its place; what has
    /// nothing to read is dropped.
    default ByteBuf requestBody(StreamContext stream, ByteBuf part) {
        return part;
    }

    /// The request ends, unless it ended with its head. Answers the trailers that pass on.
    default @Nullable Headers requestEnd(StreamContext stream, @Nullable Headers trailers) {
        return trailers;
    }

    /// Not called for 1xx responses.
    ///
    /// @param end there is no body and there are no trailers
    default Next response(StreamContext stream, ResponseHead head, boolean end) {
        return Next.CONTINUE;
    }

    /// A part of the body passes. Takes it over and answers what passes on in its place; what has
    /// nothing to read is dropped.
    default ByteBuf responseBody(StreamContext stream, ByteBuf part) {
        return part;
    }

    /// The response ends. Answers the trailers that pass on; may add to the body before
    /// ([StreamContext#addResponseBody]), unless the response ended with its head.
    default @Nullable Headers responseEnd(StreamContext stream, @Nullable Headers trailers) {
        return trailers;
    }

    /// The stream is over; the last call. Timers of the filter are cancelled here.
    default void ended(StreamContext stream, StreamEnd end) {}
}
