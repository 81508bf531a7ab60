package dev.serin.proxy.listener;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.proxy.http.manager.Scope;
import dev.serin.proxy.listener.ListenerConfig.Chain;
import dev.serin.proxy.socket.Sockets;
import dev.serin.proxy.worker.Worker;
import dev.serin.proxy.worker.Workers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// A listener in use. Its sockets stay while its configuration changes; a new connection goes by
/// the newest. Owner thread, but for what connections read.
public final class LiveListener {
    private final Workers workers;
    private final Sockets sockets;
    private final Scope scope;
    private final Neighbours neighbours;
    private final ChannelGroup connections;
    private final List<Channel> bound = new ArrayList<>();
    private volatile ListenerConfig config;

    /// @param connections every accepted connection is put into it
    public LiveListener(
            ListenerConfig config,
            Workers workers,
            Sockets sockets,
            Scope scope,
            Neighbours neighbours,
            ChannelGroup connections) {
        this.config = config;
        this.workers = workers;
        this.sockets = sockets;
        this.scope = scope;
        this.neighbours = neighbours;
        this.connections = connections;
    }

    public ListenerConfig config() {
        return config;
    }

    /// Puts a new configuration to use. Connections of chains that are in it no more end with their
    /// present stream.
    public void config(ListenerConfig next) {
        var before = config;
        config = next;
        var kept = next.all();
        for (var chain : before.all()) {
            if (!kept.contains(chain)) {
                chain.drain();
            }
        }
    }

    /// Binds what the configuration asks for; blocks the owner for as long as that takes.
    ///
    /// @throws RuntimeException as the socket says, for instance that the address is in use
    public void bind() {
        if (!config.bind()) {
            return;
        }
        for (var address : config.addresses()) {
            var future = bootstrap(address).bind(address).awaitUninterruptibly();
            if (!future.isSuccess()) {
                close();
                throw new IllegalStateException(
                        "cannot listen on " + address + ": " + future.cause().getMessage(),
                        future.cause());
            }
            var held = LeftOver.hold("listener", config.name() + " " + address);
            future.channel().closeFuture().addListener(_ -> held.release());
            bound.add(future.channel());
        }
    }

    private ServerBootstrap bootstrap(InetSocketAddress address) {
        var v6 = address.getAddress() instanceof Inet6Address;
        return new ServerBootstrap()
                .group(workers.group())
                .channelFactory(() -> sockets.newServer(v6))
                .option(ChannelOption.SO_BACKLOG, 4096)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(64 * 1024, 256 * 1024))
                .childHandler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                accept(workers.of(channel.eventLoop()), channel);
                            }
                        });
    }

    private void accept(Worker worker, Channel channel) {
        connections.add(channel);
        channel.pipeline().addLast(new ConnectionPath(worker, scope, neighbours, this));
    }

    /// The data plane as the streams of `chain` see it: draining when the chain is.
    Scope scope(Chain chain) {
        return new ChainScope(scope, chain);
    }

    /// Where it listens; the port is the real one where 0 was asked for.
    public List<InetSocketAddress> addresses() {
        return bound.stream().map(c -> (InetSocketAddress) c.localAddress()).toList();
    }

    /// Takes no new connections; those that it has go on until their chain's drain ends them.
    public void close() {
        bound.forEach(c -> c.close().awaitUninterruptibly());
        bound.clear();
        config.all().forEach(Chain::drain);
    }
}
