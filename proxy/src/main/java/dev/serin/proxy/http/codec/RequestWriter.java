package dev.serin.proxy.http.codec;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/// The host's side of a stream, to be written to. Event loop only.
public interface RequestWriter {
    /// What follows is octets of another protocol, so each direction ends by itself; in HTTP/1.1
    /// the connection ends with the first that does. Before the head.
    void tunnel();

    /// @param end there is no body
    void head(RequestHead head, boolean end);

    /// A part of the body, now owned by the writer.
    void write(ByteBuf part);

    void endRequest(@Nullable Headers trailers);

    void flush();

    /// The response is not wanted any more. No call to the reader follows.
    void cancel();

    boolean writable();

    /// Whether more of the response is wanted now.
    void readMore(boolean wanted);

    /// This side's address.
    @Nullable InetSocketAddress local();

    /// Whether the connection has carried a request before, so that the host may have closed it
    /// without knowing of this one.
    boolean reused();
}
