package dev.serin.proxy.http.codec;

import dev.serin.proxy.http.Headers;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

/// What a stream is told by the client's side. Event loop only.
public interface RequestReader {
    /// A part of the body, now owned by the reader.
    void body(ByteBuf part);

    void end(@Nullable Headers trailers);

    /// All that was there to read has been handed over, for now.
    void readComplete();

    /// The client's connection ended; the last call.
    ///
    /// @param reason why this proxy ended it; null if the client did
    void gone(@Nullable String reason);

    /// The client reset the stream, or it was reset for what the client did; the last call.
    ///
    /// @param remote whether the client did
    /// @param detail as `%RESPONSE_CODE_DETAILS%`
    void reset(boolean remote, String detail);

    /// The rest of the request is not HTTP. The reader answers, or resets if it has begun to.
    void malformed(int status, String detail);

    /// The client takes more of the response again.
    void writable();
}
