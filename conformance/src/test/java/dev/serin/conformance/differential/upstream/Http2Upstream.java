package dev.serin.conformance.differential.upstream;

import dev.serin.conformance.differential.scenario.Texts;
import dev.serin.conformance.differential.scenario.Tls;
import dev.serin.conformance.differential.scenario.Tree;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
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
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// An HTTP/2 server, in clear text with prior knowledge or over TLS; with trailers it is a gRPC
/// one.
final class Http2Upstream extends Upstream {
    private static final EventLoopGroup LOOPS =
            new MultiThreadIoEventLoopGroup(
                    1, Thread.ofPlatform().daemon().factory(), NioIoHandler.newFactory());

    private final Channel server;
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private final @Nullable Tls tls;
    private final int streams;

    Http2Upstream(String name, Tree tree) {
        super(name, tree);
        tls = tree.has("tls") ? Tls.of(tree.under("tls"), "server") : null;
        streams = tree.number("streams", 100);
        server =
                new ServerBootstrap()
                        .group(LOOPS)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel channel) {
                                        accepted(channel);
                                    }
                                })
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .syncUninterruptibly()
                        .channel();
    }

    private void accepted(SocketChannel channel) {
        open.add(channel);
        channel.closeFuture().addListener(_ -> open.remove(channel));
        var pass = pass();
        var number = pass.connections.incrementAndGet();
        if (tls != null) {
            var handler = tls.server().newHandler(channel.alloc());
            channel.pipeline().addLast(handler);
            handler.handshakeFuture()
                    .addListener(future -> {
                        if (future.isSuccess()) {
                            pass.add(
                                    new Received(
                                            "TLS " + Tls.peer(handler.engine().getSession()),
                                            List.of(
                                                    Map.entry(
                                                            "alpn",
                                                            String.valueOf(
                                                                    handler
                                                                            .applicationProtocol()))),
                                            "",
                                            List.of(),
                                            "complete",
                                            number));
                        }
                    });
        }
        channel.pipeline()
                .addLast(
                        Http2FrameCodecBuilder.forServer()
                                .validateHeaders(false)
                                .initialSettings(
                                        Http2Settings.defaultSettings()
                                                .maxConcurrentStreams(streams)
                                                .initialWindowSize(1 << 20))
                                .build(),
                        new Http2MultiplexHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel stream) {
                                        pass.open.incrementAndGet();
                                        stream.closeFuture()
                                                .addListener(_ -> pass.open.decrementAndGet());
                                        stream.pipeline().addLast(new Exchange(pass, number));
                                    }
                                }));
    }

    @Override
    public int port() {
        return ((java.net.InetSocketAddress) server.localAddress()).getPort();
    }

    @Override
    public void close() {
        server.close().awaitUninterruptibly();
        open.forEach(Channel::close);
    }

    /// One stream.
    private final class Exchange extends ChannelInboundHandlerAdapter {
        private final Pass pass;
        private final int connection;
        private final List<Map.Entry<String, String>> headers = new ArrayList<>();
        private final List<Map.Entry<String, String>> trailers = new ArrayList<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private String start = "";
        private boolean remembered;
        private @Nullable Answer answer;

        Exchange(Pass pass, int connection) {
            this.pass = pass;
            this.connection = connection;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            try {
                switch (message) {
                    case Http2HeadersFrame frame -> {
                        head(ctx, frame.headers());
                        if (frame.isEndStream()) {
                            complete(ctx);
                        }
                    }
                    case Http2DataFrame frame -> {
                        var part = new byte[frame.content().readableBytes()];
                        frame.content().readBytes(part);
                        body.writeBytes(part);
                        echo(ctx, part);
                        if (frame.isEndStream()) {
                            complete(ctx);
                        }
                    }
                    case Http2ResetFrame frame ->
                            remember("reset " + Http2Error.valueOf(frame.errorCode()));
                    default -> {}
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        private void head(ChannelHandlerContext ctx, Http2Headers came) {
            if (!start.isEmpty()) {
                came.forEach(h -> trailers.add(entry(h)));
                return;
            }
            start = came.method() + " " + came.path() + " HTTP/2";
            came.forEach(h -> {
                var name = h.getKey().toString();
                if (!name.equals(":method") && !name.equals(":path")) {
                    headers.add(entry(h));
                }
            });
            var chosen = next(pass);
            answer = chosen;
            if (chosen.reset().equals("request")) {
                remember("reset by us");
                ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
            } else if (chosen.flags().early()) {
                answer(ctx, chosen);
            } else if (chosen.flags().echo()) {
                ctx.writeAndFlush(new DefaultHttp2HeadersFrame(heading(chosen), false));
            }
        }

        /// What comes goes back at once.
        private void echo(ChannelHandlerContext ctx, byte[] part) {
            var chosen = answer;
            if (chosen == null || !chosen.flags().echo()) {
                return;
            }
            ctx.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(part), false));
            if (chosen.reset().equals("body")) {
                remember("reset by us");
                ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
            } else if (chosen.flags().close()) {
                ctx.executor()
                        .schedule(
                                () -> {
                                    rest(ctx, chosen, new byte[0], 0);
                                },
                                chosen.pause().toMillis(),
                                TimeUnit.MILLISECONDS);
            }
        }

        private static DefaultHttp2Headers heading(Answer chosen) {
            var head = new DefaultHttp2Headers(false);
            head.status(Integer.toString(chosen.status()));
            chosen.headers()
                    .forEach(h ->
                            head.add(h.getKey().toLowerCase(java.util.Locale.ROOT), h.getValue()));
            return head;
        }

        private static Map.Entry<String, String> entry(
                Map.Entry<CharSequence, CharSequence> header) {
            return Map.entry(header.getKey().toString(), header.getValue().toString());
        }

        private void complete(ChannelHandlerContext ctx) {
            remember("complete");
            var chosen = answer;
            if (chosen == null
                    || chosen.flags().early()
                    || chosen.flags().stall()
                    || chosen.reset().equals("request")) {
                return;
            }
            if (chosen.flags().echo()) {
                if (!chosen.flags().close()) {
                    rest(ctx, chosen, new byte[0], 0);
                }
                return;
            }
            ctx.executor()
                    .schedule(
                            () -> answer(ctx, chosen),
                            chosen.delay().toMillis(),
                            TimeUnit.MILLISECONDS);
        }

        private void answer(ChannelHandlerContext ctx, Answer chosen) {
            for (var status : chosen.informational()) {
                ctx.write(
                        new DefaultHttp2HeadersFrame(
                                new DefaultHttp2Headers(false)
                                        .status(Integer.toString(status))
                                        .add("x-hint", "1")));
            }
            var head = heading(chosen);
            var octets = start.startsWith("HEAD ") ? new byte[0] : chosen.octets();
            var bare = octets.length == 0 && chosen.trailers().isEmpty();
            ctx.writeAndFlush(new DefaultHttp2HeadersFrame(head, bare));
            if (bare) {
                after(ctx, chosen);
                return;
            }
            if (chosen.reset().equals("head")) {
                ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
                return;
            }
            var half = octets.length / 2;
            ctx.writeAndFlush(
                    new DefaultHttp2DataFrame(Unpooled.copiedBuffer(octets, 0, half), false));
            if (chosen.reset().equals("body")) {
                ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
                return;
            }
            ctx.executor()
                    .schedule(
                            () -> rest(ctx, chosen, octets, half),
                            chosen.pause().toMillis(),
                            TimeUnit.MILLISECONDS);
        }

        private void rest(ChannelHandlerContext ctx, Answer chosen, byte[] octets, int from) {
            var trailing = !chosen.trailers().isEmpty();
            ctx.writeAndFlush(
                    new DefaultHttp2DataFrame(
                            Unpooled.copiedBuffer(octets, from, octets.length - from), !trailing));
            if (trailing) {
                var last = new DefaultHttp2Headers(false);
                chosen.trailers().forEach(t -> last.add(t.getKey(), t.getValue()));
                ctx.writeAndFlush(new DefaultHttp2HeadersFrame(last, true));
            }
            after(ctx, chosen);
        }

        private void after(ChannelHandlerContext ctx, Answer chosen) {
            if (chosen.flags().close()) {
                ctx.channel()
                        .parent()
                        .writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
            }
        }

        private void remember(String how) {
            if (!remembered && !start.isEmpty()) {
                remembered = true;
                pass.add(
                        new Received(
                                start,
                                List.copyOf(headers),
                                Texts.shown(body.toByteArray()),
                                List.copyOf(trailers),
                                how,
                                connection));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            remember("broken off");
        }
    }
}
