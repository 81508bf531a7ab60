package dev.serin.proxy.agent;

import dev.serin.proxy.socket.Sockets;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutHandler;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Asks the application beside the proxy, from inside its pod: one connection a request.
public final class AppClient {
    private static final int LONGEST = 16 << 20;

    private static final InetAddress[] PASSED = {
        InetAddress.ofLiteral("127.0.0.6"), InetAddress.ofLiteral("::6")
    };

    private final Sockets sockets;
    private final EventLoopGroup loops;
    private final InetAddress address;

    /// @param address the application's, a literal
    public AppClient(Sockets sockets, EventLoopGroup loops, String address) {
        this.sockets = sockets;
        this.loops = loops;
        this.address = InetAddress.ofLiteral(address);
    }

    /// Completes if the port takes a connection, else with the reason.
    CompletableFuture<Boolean> connect(int port, Duration timeout) {
        var answer = new CompletableFuture<Boolean>();
        bootstrap(timeout, channel -> {})
                .connect(new InetSocketAddress(address, port))
                .addListener((ChannelFuture done) -> {
                    if (done.isSuccess()) {
                        answer.complete(true);
                        done.channel().close();
                    } else {
                        answer.completeExceptionally(done.cause());
                    }
                });
        return answer;
    }

    /// GETs `path`; completes with whatever status came, or with the reason why none did.
    CompletableFuture<Answer> get(
            int port, String path, Map<String, String> headers, Duration timeout) {
        var answer = new CompletableFuture<Answer>();
        var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
        request.headers()
                .set(HttpHeaderNames.HOST, address.getHostAddress() + ":" + port)
                .set(HttpHeaderNames.USER_AGENT, "serin-proxy")
                .set(HttpHeaderNames.CONNECTION, "close");
        headers.forEach(request.headers()::set);
        bootstrap(
                        timeout,
                        channel ->
                                channel.pipeline()
                                        .addLast(
                                                new ReadTimeoutHandler(
                                                        timeout.toMillis(), TimeUnit.MILLISECONDS))
                                        .addLast(new HttpClientCodec())
                                        .addLast(new HttpObjectAggregator(LONGEST))
                                        .addLast(new Reader(answer)))
                .connect(new InetSocketAddress(address, port))
                .addListener((ChannelFuture done) -> {
                    if (done.isSuccess()) {
                        done.channel().writeAndFlush(request);
                    } else {
                        request.release();
                        answer.completeExceptionally(done.cause());
                    }
                });
        return answer;
    }

    private Bootstrap bootstrap(Duration timeout, java.util.function.Consumer<Channel> pipeline) {
        var v6 = address.getAddress().length == 16;
        var bootstrap =
                new Bootstrap()
                        .group(loops)
                        .channelFactory(() -> sockets.newClient(v6))
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                (int) Math.max(1, timeout.toMillis()))
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        pipeline.accept(channel);
                                    }
                                });
        if (!address.isLoopbackAddress()) {
            // The pod's rules let only this source through to the workload: a marked connection to
            // the pod's own
            // address goes to the inbound listener, which would count probes as requests.
            bootstrap.localAddress(new InetSocketAddress(PASSED[v6 ? 1 : 0], 0));
        }
        return bootstrap;
    }

    /// What the application answered.
    record Answer(int status, String type, String body) {}

    /// Waits for the whole response.
    private static final class Reader extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final CompletableFuture<Answer> answer;

        Reader(CompletableFuture<Answer> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
            var type = response.headers().get(HttpHeaderNames.CONTENT_TYPE, "text/plain");
            answer.complete(
                    new Answer(
                            response.status().code(),
                            type,
                            response.content().toString(StandardCharsets.UTF_8)));
            context.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            answer.completeExceptionally(new IOException("closed before it answered"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            answer.completeExceptionally(cause);
            context.close();
        }
    }
}
