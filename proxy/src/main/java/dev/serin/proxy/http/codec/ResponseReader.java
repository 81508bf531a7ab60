package dev.serin.proxy.http.codec;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.ResponseHead;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

/// What a stream is told by the host's side. Event loop only.
public interface ResponseReader {
    /// A 1xx head; after 101 the body is a tunnel's.
    void informational(ResponseHead head);

    /// @param end there is no body
    void head(ResponseHead head, boolean end);

    /// A part of the body, now owned by the reader.
    void body(ByteBuf part);

    void end(@Nullable Headers trailers);

    /// All that was there to read has been handed over, for now.
    void readComplete();

    /// The host broke off; the last call.
    ///
    /// @param detail for logs
    void reset(ResetReason reason, String detail);

    /// The host takes more of the request again.
    void writable();
}
