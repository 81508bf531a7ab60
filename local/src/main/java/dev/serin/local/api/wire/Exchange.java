package dev.serin.local.api.wire;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/// One request and the answer to it, on a virtual thread of its own: calls block until the network
/// has taken what they wrote. The thread is interrupted when the client goes away.
public final class Exchange {
    private static final int MESSAGE = 1 << 20;

    private final Channel channel;
    private final Request request;
    private final boolean keepAlive;
    private final List<String> warnings = new ArrayList<>();
    private boolean answered;
    private boolean over;

    Exchange(Channel channel, Request request, boolean keepAlive) {
        this.channel = channel;
        this.request = request;
        this.keepAlive = keepAlive;
    }

    public Request request() {
        return request;
    }

    /// What the client is told in `Warning` headers; fill before the answer begins.
    public List<String> warnings() {
        return warnings;
    }

    public boolean isAnswered() {
        return answered;
    }

    /// Answers with a whole body. Waits for the network only where it can't take more, so that a
    /// client who does not read stops the next request of its own.
    ///
    /// @param headers names and values by turns
    public void answer(int status, String type, byte[] body, String... headers)
            throws IOException, InterruptedException {
        var response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(status),
                        Unpooled.wrappedBuffer(body));
        head(response, type, headers);
        if (status != 304) {
            HttpUtil.setContentLength(response, body.length);
        }
        over = true;
        var written = channel.writeAndFlush(response);
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
        if (!channel.isWritable()) {
            sent(written);
        }
    }

    /// Begins an answer whose body comes in pieces; its head is on its way when this returns.
    public void begin(int status, String type, String... headers)
            throws IOException, InterruptedException {
        var response =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
        head(response, type, headers);
        HttpUtil.setTransferEncodingChunked(response, true);
        sent(channel.writeAndFlush(response));
    }

    /// A piece of the body.
    public void write(byte[] piece) throws IOException, InterruptedException {
        if (piece.length > 0) {
            sent(channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(piece))));
        }
    }

    /// The end of a body in pieces.
    public void end() throws IOException, InterruptedException {
        over = true;
        sent(channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
        if (!keepAlive) {
            channel.close();
        }
    }

    /// Turns the connection into a WebSocket.
    ///
    /// @param protocol the subprotocol to agree on, empty for none
    public WebSocket webSocket(String protocol) throws IOException, InterruptedException {
        answered = true;
        over = true;
        var handshaker =
                new WebSocketServerHandshakerFactory(
                                "", protocol.isEmpty() ? null : protocol, true, MESSAGE)
                        .newHandshaker(asked());
        if (handshaker == null) {
            sent(WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(channel));
            throw new IOException("WebSocket version " + request.header("sec-websocket-version"));
        }
        var socket = new WebSocket(channel, Thread.currentThread());
        var shaken = channel.newPromise();
        channel.eventLoop()
                .execute(() -> {
                    var pipeline = channel.pipeline();
                    pipeline.replace(RequestHandler.class, "frames", socket.frames());
                    pipeline.addBefore("frames", "whole", new WebSocketFrameAggregator(MESSAGE));
                    handshaker.handshake(channel, asked(), null, shaken);
                });
        sent(shaken);
        return socket;
    }

    /// Turns the connection into one of another protocol, as `SPDY/3.1`.
    ///
    /// @param headers further ones of the answer, names and values by turns
    public RawSocket upgrade(String protocol, String... headers)
            throws IOException, InterruptedException {
        var response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        head(response, "", headers);
        response.headers().set(HttpHeaderNames.CONNECTION, "Upgrade");
        response.headers().set(HttpHeaderNames.UPGRADE, protocol);
        over = true;
        var socket = new RawSocket(channel, Thread.currentThread());
        var written = channel.newPromise();
        channel.eventLoop()
                .execute(() -> {
                    // The client says nothing of the new protocol before it has seen this.
                    channel.writeAndFlush(response, written);
                    var pipeline = channel.pipeline();
                    pipeline.replace(RequestHandler.class, "octets", socket.octets());
                    pipeline.remove(HttpServerCodec.class);
                });
        sent(written);
        return socket;
    }

    /// Ends the connection of an answer that was begun and can't be finished.
    void abandon() {
        if (!over) {
            channel.close();
        }
    }

    private DefaultFullHttpRequest asked() {
        var copy =
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1,
                        HttpMethod.GET,
                        request.path(),
                        Unpooled.EMPTY_BUFFER);
        copy.headers().set(request.headers());
        return copy;
    }

    private void head(HttpResponse response, String type, String... headers) {
        if (answered) {
            throw new IllegalStateException("answered twice");
        }
        answered = true;
        var all = response.headers();
        if (!type.isEmpty()) {
            all.set(HttpHeaderNames.CONTENT_TYPE, type);
        }
        all.set(HttpHeaderNames.CACHE_CONTROL, "no-cache, private");
        for (int i = 0; i < headers.length; i += 2) {
            all.set(headers[i], headers[i + 1]);
        }
        for (var warning : warnings) {
            all.add("Warning", "299 - \"" + quoted(warning) + '"');
        }
        if (!keepAlive) {
            all.set(HttpHeaderNames.CONNECTION, "close");
        }
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("[\\r\\n]+", " ");
    }

    static void sent(ChannelFuture future) throws IOException, InterruptedException {
        try {
            future.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }
}
