package dev.serin.proxy.http.codec;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.ResponseHead;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

/// The client's side of a stream, to be written to. Event loop only. Calls after the end, or after
/// the client has gone, do nothing but release.
public interface ResponseWriter {
    /// A 1xx head; 101 turns the stream into a tunnel.
    void informational(ResponseHead head);

    /// @param end there is no body
    void head(ResponseHead head, boolean end);

    /// A part of the body, now owned by the writer.
    void write(ByteBuf part);

    void endResponse(@Nullable Headers trailers);

    /// Sends what was written so far. The end of a response does so by itself.
    void flush();

    /// What the client sent may be read otherwise by others: its HTTP/1 connection ends with this
    /// stream, unless it is configured not to. Of HTTP/2 nothing but the stream is concerned.
    /// Before the head.
    void distrust();

    /// Breaks the stream off in a way that the client can tell from a good end.
    void reset();

    boolean writable();

    /// Whether the client's body is wanted now.
    void readMore(boolean wanted);
}
