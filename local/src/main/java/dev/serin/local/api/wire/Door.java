package dev.serin.local.api.wire;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.GlobalEventExecutor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLException;

/// The server socket and its connections. Requests of a connection run one after another, those of
/// different connections together.
public final class Door implements AutoCloseable {
    private final EventLoopGroup loops;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel server;

    /// What answers requests; called on a virtual thread of the request's own. When it returns
    /// without an answer, the connection is closed.
    public interface Handler {
        void handle(Exchange exchange) throws IOException, InterruptedException;
    }

    /// Binds and serves.
    ///
    /// @param keys what the server proves itself with
    /// @throws ProblemException if the address is taken
    public Door(
            Sockets sockets,
            SocketAddress address,
            KeyManager keys,
            Handler handler,
            Consumer<Throwable> failures) {
        var tls = tls(keys);
        loops = new MultiThreadIoEventLoopGroup(1, sockets.io());
        var bound =
                new ServerBootstrap()
                        .group(loops)
                        .channelFactory(sockets.servers())
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        connections.add(channel);
                                        channel.pipeline()
                                                .addLast(tls.newHandler(channel.alloc()))
                                                .addLast(new HttpServerCodec())
                                                .addLast(
                                                        new RequestHandler(
                                                                handler::handle, failures));
                                    }
                                })
                        .bind(address)
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new ProblemException(
                    new Problem(
                            "address " + address + " of the local API",
                            String.valueOf(bound.cause().getMessage()),
                            "an address that is free",
                            "end what listens there, or choose another port"),
                    bound.cause());
        }
        server = bound.channel();
    }

    /// BoringSSL, as the proxies have it: the JDK's own ciphers are slow before the second compiler
    /// has come to them, a third of all that a list of thousands takes. Where the library does not
    /// load, the JDK's does the same.
    private static SslContext tls(KeyManager keys) {
        var provider = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
        try {
            return SslContextBuilder.forServer(keys).sslProvider(provider).build();
        } catch (SSLException e) {
            throw new ProblemException(
                    new Problem(
                            "certificate of the local API",
                            String.valueOf(e.getMessage()),
                            "a chain and its key",
                            null),
                    e);
        }
    }

    /// With the port that was given where 0 was asked for.
    public InetSocketAddress address() {
        return (InetSocketAddress) server.localAddress();
    }

    /// Ends every connection; returns when they are closed.
    @Override
    public void close() {
        server.close().awaitUninterruptibly();
        connections.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
