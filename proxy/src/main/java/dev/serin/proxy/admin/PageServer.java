package dev.serin.proxy.admin;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.net.HostPort;
import dev.serin.proxy.socket.Sockets;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.GlobalEventExecutor;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/// A tiny HTTP/1.1 server for pages, on event loops and with sockets that are handed in.
public final class PageServer implements AutoCloseable {
    private static final int IDLE_SECONDS = 60;
    private static final int LONGEST_REQUEST = 64 << 10;

    private final String name;
    private final Sockets sockets;
    private final EventLoopGroup loops;
    private final Pages pages;
    private final ChannelGroup channels =
            new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final LeftOver.Held held;

    /// @param name for errors and bookkeeping
    public PageServer(String name, Sockets sockets, EventLoopGroup loops, Pages pages) {
        this.name = name;
        this.sockets = sockets;
        this.loops = loops;
        this.pages = pages;
        this.held = LeftOver.hold("page server", name);
    }

    /// Binds; completes with the address that it has then, or with a [ProblemException].
    public CompletableFuture<InetSocketAddress> start(HostPort place) {
        var bound = new CompletableFuture<InetSocketAddress>();
        var v6 = place.host().indexOf(':') >= 0;
        try {
            new ServerBootstrap()
                    .group(loops)
                    .channelFactory(() -> sockets.newServer(v6))
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .childHandler(new Connection())
                    .bind(new InetSocketAddress(InetAddress.ofLiteral(place.host()), place.port()))
                    .addListener((ChannelFuture done) -> {
                        if (done.isSuccess()) {
                            channels.add(done.channel());
                            bound.complete((InetSocketAddress) done.channel().localAddress());
                        } else {
                            bound.completeExceptionally(failed(place, done.cause()));
                        }
                    });
        } catch (RuntimeException e) {
            bound.completeExceptionally(failed(place, e));
        }
        return bound;
    }

    private ProblemException failed(HostPort place, Throwable cause) {
        return new ProblemException(
                new Problem(
                        name + " on " + place,
                        String.valueOf(cause.getMessage()),
                        "a free port",
                        "see what listens there: ss -ltnp"),
                cause);
    }

    /// Closes the port and what is connected to it.
    @Override
    public void close() {
        channels.close().addListener(_ -> held.release());
    }

    /// One client's connection.
    private final class Connection extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            channels.add(channel);
            channel.pipeline()
                    .addLast(new ReadTimeoutHandler(IDLE_SECONDS))
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpObjectAggregator(LONGEST_REQUEST))
                    .addLast(new PageHandler(pages));
        }
    }
}
