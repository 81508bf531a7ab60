package dev.serin.conformance.differential.client;

import dev.serin.conformance.differential.scenario.Tls;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/// One HTTP/2 connection, in clear text with prior knowledge or over TLS.
final class Http2Client implements Client {
    static final EventLoopGroup LOOPS =
            new MultiThreadIoEventLoopGroup(
                    1, Thread.ofPlatform().daemon().factory(), NioIoHandler.newFactory());

    private final Channel connection;
    private final @Nullable SslHandler ssl;

    Http2Client(Ask ask, int port) {
        var tls = ask.tls();
        var address = InetAddress.ofLiteral(ask.to());
        ssl =
                tls == null
                        ? null
                        : tls.sni().isEmpty()
                                ? tls.client().newHandler(Unpooled.EMPTY_BUFFER.alloc())
                                : tls.client()
                                        .newHandler(Unpooled.EMPTY_BUFFER.alloc(), tls.sni(), port);
        var made =
                new Bootstrap()
                        .group(LOOPS)
                        .channel(NioSocketChannel.class)
                        .handler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel channel) {
                                        if (ssl != null) {
                                            channel.pipeline().addLast(ssl);
                                        }
                                        channel.pipeline()
                                                .addLast(
                                                        Http2FrameCodecBuilder.forClient()
                                                                .validateHeaders(false)
                                                                .initialSettings(
                                                                        Http2Settings
                                                                                .defaultSettings()
                                                                                .initialWindowSize(
                                                                                        1 << 20))
                                                                .build(),
                                                        new Http2MultiplexHandler(
                                                                new ChannelInboundHandlerAdapter()));
                                    }
                                })
                        .connect(address, port);
        connection = made.syncUninterruptibly().channel();
    }

    @Override
    public List<Outcome> ask(Ask ask) {
        if (ssl != null && !ssl.handshakeFuture().awaitUninterruptibly().isSuccess()) {
            return List.of(Outcome.ended("TLS: " + ssl.handshakeFuture().cause().getMessage()));
        }
        if (!connection.isActive()) {
            return List.of(Outcome.ended("was closed before"));
        }
        var collector = new Collector();
        try {
            var stream =
                    new Http2StreamChannelBootstrap(connection)
                            .handler(collector)
                            .open()
                            .get(5, TimeUnit.SECONDS);
            send(ask, stream);
            collector.done.get(10, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return List.of(Outcome.ended("nothing for 10 s without an answer"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            return List.of(Outcome.ended("no stream"));
        }
        if (!ask.reset().isEmpty()) {
            return List.of(Outcome.ended("reset by us"));
        }
        var outcome = collector.outcome();
        if (ssl != null) {
            outcome.facts().put("tls", Tls.peer(ssl.engine().getSession()));
        }
        return List.of(outcome);
    }

    private static void send(Ask ask, Http2StreamChannel stream) {
        var headers = new DefaultHttp2Headers(false);
        headers.add(":method", ask.method());
        headers.add(":scheme", ask.tls() == null ? "http" : "https");
        if (!ask.authority().isEmpty()) {
            headers.add(":authority", ask.authority());
        }
        headers.add(":path", ask.path());
        ask.headers().forEach(h -> headers.add(h.getKey(), h.getValue()));
        var octets = ask.octets();
        var trailers = !ask.trailers().isEmpty();
        var bare = octets.length == 0 && !trailers;
        stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, bare && ask.reset().isEmpty()));
        if (!ask.reset().equals("head") && octets.length > 0) {
            var half = octets.length / 2;
            stream.writeAndFlush(
                    new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(octets, 0, half), false));
            LockSupport.parkNanos(ask.pause().toNanos());
            if (ask.reset().isEmpty()) {
                stream.writeAndFlush(
                        new DefaultHttp2DataFrame(
                                Unpooled.wrappedBuffer(octets, half, octets.length - half),
                                !trailers));
            }
        }
        if (!ask.reset().isEmpty()) {
            LockSupport.parkNanos(ask.pause().toNanos());
            stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL))
                    .addListener(_ -> stream.close());
        } else if (trailers) {
            var last = new DefaultHttp2Headers(false);
            ask.trailers().forEach(t -> last.add(t.getKey(), t.getValue()));
            stream.writeAndFlush(new DefaultHttp2HeadersFrame(last, true));
        }
    }

    @Override
    public void close() {
        connection.close().awaitUninterruptibly();
    }

    /// What comes on one stream.
    private static final class Collector extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final List<Map.Entry<String, String>> headers = new ArrayList<>();
        private final List<Map.Entry<String, String>> trailers = new ArrayList<>();
        private final List<Map.Entry<String, String>> interim = new ArrayList<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private String status = "";
        private String end = "";

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            try {
                switch (message) {
                    case Http2HeadersFrame frame -> head(frame.headers(), frame.isEndStream());
                    case Http2DataFrame frame -> {
                        var part = new byte[frame.content().readableBytes()];
                        frame.content().readBytes(part);
                        body.writeBytes(part);
                        if (frame.isEndStream()) {
                            ended("complete");
                        }
                    }
                    case Http2ResetFrame frame ->
                            ended(
                                    "stream reset "
                                            + Http2Error.valueOf(frame.errorCode())
                                            + (status.isEmpty() ? " without an answer" : ""));
                    default -> {}
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        private void head(Http2Headers came, boolean last) {
            var code = came.status();
            if (code != null && code.length() == 3 && code.charAt(0) == '1') {
                interim.add(Map.entry("interim " + code, "came"));
                return;
            }
            var into = code == null ? trailers : headers;
            if (code != null) {
                status = code.toString();
            }
            came.forEach(h -> {
                if (!h.getKey().toString().equals(":status")) {
                    into.add(Map.entry(h.getKey().toString(), h.getValue().toString()));
                }
            });
            if (last) {
                ended("complete");
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            ended(status.isEmpty() ? "closed without an answer" : "closed");
        }

        private void ended(String how) {
            if (end.isEmpty()) {
                end = how;
                done.complete(null);
            }
        }

        Outcome outcome() {
            if (status.isEmpty()) {
                return Outcome.ended(end);
            }
            var outcome = Outcome.of("HTTP/2 " + status, headers, octets(), trailers, end);
            interim.forEach(i -> outcome.facts().put(i.getKey(), i.getValue()));
            return outcome;
        }

        private byte[] octets() {
            return body.toString(StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1);
        }
    }
}
