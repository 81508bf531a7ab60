package dev.serin.proxy.listener;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.net.HostPort;
import dev.serin.proxy.http.manager.Scope;
import dev.serin.proxy.listener.ListenerConfig.Binding;
import dev.serin.proxy.listener.ListenerConfig.Chain;
import dev.serin.proxy.socket.Reading;
import dev.serin.proxy.socket.Sockets;
import dev.serin.proxy.transport.ProxiedClient;
import dev.serin.proxy.worker.Worker;
import dev.serin.proxy.worker.Workers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A listener in use. Its sockets stay while its configuration changes; a new connection goes by
/// the newest. Owner thread, but for what connections read.
public final class LiveListener {
    private final Workers workers;
    private final Sockets sockets;
    private final Scope scope;
    private final Neighbours neighbours;
    private final Admission admission;
    private final Drains drains;
    private Map<InetSocketAddress, Channel> bound = new LinkedHashMap<>();
    private volatile ListenerConfig config;

    /// @param admission lets connections in
    public LiveListener(
            ListenerConfig config,
            Workers workers,
            Sockets sockets,
            Scope scope,
            Neighbours neighbours,
            Admission admission,
            Drains drains) {
        this.config = config;
        this.workers = workers;
        this.sockets = sockets;
        this.scope = scope;
        this.neighbours = neighbours;
        this.admission = admission;
        this.drains = drains;
    }

    public ListenerConfig config() {
        return config;
    }

    /// Puts a new configuration to use. Sockets of addresses that stay are kept, new ones are bound
    /// before old ones are closed. Connections of chains that are gone drain; those of a chain that
    /// changed in logs, metrics or tracing only go on with the new one. Blocks the owner for as
    /// long as binding takes.
    ///
    /// @throws IllegalStateException as the socket says, for instance that the address is in use;
    ///   then all is as before
    public void config(ListenerConfig next) {
        move(next);
        var before = config;
        var kept = next.all();
        for (var chain : before.all()) {
            if (kept.contains(chain)) {
                continue;
            }
            var heir =
                    kept.stream()
                            .filter(c -> c.carriesAs(chain) && c.drain() == null)
                            .findFirst()
                            .orElse(null);
            if (heir == null) {
                drains.begin(chain);
            } else {
                chain.leaveTo(heir);
            }
        }
        config = next;
    }

    private void move(ListenerConfig next) {
        var old = bound;
        var wanted = wanted(next);
        if (next.binding().equals(config.binding()) && old.keySet().equals(wanted)) {
            return;
        }
        var same = next.binding().equals(config.binding());
        var opened = new LinkedHashMap<InetSocketAddress, Channel>();
        try {
            for (var address : wanted) {
                var there = same ? old.get(address) : null;
                opened.put(address, there == null ? open(address, next) : there);
            }
        } catch (IllegalStateException e) {
            opened.values().removeAll(old.values());
            opened.values().forEach(c -> c.close().awaitUninterruptibly());
            if (old.isEmpty()) {
                throw e;
            }
            moveWithGap(next, wanted);
            return;
        }
        bound = opened;
        old.values().stream()
                .filter(c -> !opened.containsValue(c))
                .forEach(c -> c.close().awaitUninterruptibly());
    }

    /// Where an old socket stands in the way of a new one, as one for every address does.
    private void moveWithGap(ListenerConfig next, Set<InetSocketAddress> wanted) {
        var before = config;
        closeSockets();
        try {
            for (var address : wanted) {
                bound.put(address, open(address, next));
            }
        } catch (IllegalStateException e) {
            closeSockets();
            for (var address : wanted(before)) {
                bound.put(address, open(address, before));
            }
            throw e;
        }
    }

    private static Set<InetSocketAddress> wanted(ListenerConfig config) {
        return config.bind() ? new LinkedHashSet<>(config.addresses()) : Set.of();
    }

    /// Binds what the configuration asks for; blocks the owner for as long as that takes.
    ///
    /// @throws IllegalStateException as the socket says, for instance that the address is in use
    public void bind() {
        try {
            for (var address : wanted(config)) {
                bound.put(address, open(address, config));
            }
        } catch (IllegalStateException e) {
            closeSockets();
            throw e;
        }
    }

    private Channel open(InetSocketAddress address, ListenerConfig next) {
        var future = bootstrap(address, next.binding()).bind(address).awaitUninterruptibly();
        if (!future.isSuccess()) {
            throw new IllegalStateException(
                    refusal(address, String.valueOf(future.cause().getMessage())), future.cause());
        }
        var held = LeftOver.hold("listener", next.name() + " " + address);
        future.channel().closeFuture().addListener(_ -> held.release());
        return future.channel();
    }

    /// Why an address cannot be had, and what to do about it.
    private static String refusal(InetSocketAddress address, String said) {
        var place = new HostPort(NetUtil.toAddressString(address.getAddress()), address.getPort());
        var cure =
                said.contains("already in use")
                        ? "; another process listens there: end it (ss -ltnp shows which it is), or"
                                + " choose another port"
                        : said.contains("ermission")
                                ? "; ports below 1024 need root or CAP_NET_BIND_SERVICE"
                                : said.contains("assign")
                                        ? "; no interface of this machine has that address"
                                        : "";
        return "cannot listen on " + place + ": " + said + cure;
    }

    private ServerBootstrap bootstrap(InetSocketAddress address, Binding binding) {
        var v6 = address.getAddress() instanceof Inet6Address;
        var bootstrap =
                new ServerBootstrap()
                        .group(workers.group())
                        .channelFactory(() -> sockets.newServer(v6))
                        .option(ChannelOption.SO_BACKLOG, binding.backlog())
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                        .childOption(ChannelOption.RECVBUF_ALLOCATOR, Reading.usual())
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(
                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                new WriteBufferWaterMark(
                                        binding.bufferLimit() / 4, binding.bufferLimit()))
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        accept(workers.of(channel.eventLoop()), channel);
                                    }
                                });
        SocketOptions.set(bootstrap, binding, address, sockets.transport());
        return bootstrap;
    }

    private void accept(Worker worker, Channel channel) {
        if (worker.pressure().refusesConnections()) {
            channel.close();
            return;
        }
        var refused = admission.admit(config.name(), channel);
        if (refused != null) {
            var place = String.valueOf(channel.localAddress()).replaceAll("[/\\[\\]]", "");
            scope.observer().counted("listener." + place.replace(':', '_') + "." + refused);
            channel.close();
            return;
        }
        channel.pipeline().addLast(new SlowReaders(worker));
        var now = config;
        var rules = now.inspection().proxyHeader();
        channel.pipeline()
                .addLast(
                        rules == null
                                ? path(worker, null)
                                : new ProxyHeaderReader(
                                        worker,
                                        rules,
                                        now.detectMillis(),
                                        client -> path(worker, client)));
    }

    private ConnectionPath path(Worker worker, @Nullable ProxiedClient client) {
        return new ConnectionPath(worker, scope, neighbours, this, client);
    }

    /// The data plane as the streams of a connection on `chain` see it: draining when the chain is.
    Scope scope(Chain chain, Channel channel, long id) {
        // multiples of the golden ratio lie evenly between 0 and 1, however many there are
        var share = id * 0.6180339887498949 % 1;
        var connection = new Chain.Connection(channel, share);
        var connections = chain.connections();
        connections.add(connection);
        channel.closeFuture().addListener(_ -> connections.remove(connection));
        var pressure = workers.of(channel.eventLoop()).pressure();
        return new ChainScope(scope, chain, share, pressure);
    }

    /// Where it listens; the port is the real one where 0 was asked for.
    public List<InetSocketAddress> addresses() {
        return bound.values().stream().map(c -> (InetSocketAddress) c.localAddress()).toList();
    }

    /// Takes no new connections; those that it has drain.
    public void close() {
        closeSockets();
        config.all().forEach(drains::begin);
    }

    private void closeSockets() {
        bound.values().forEach(c -> c.close().awaitUninterruptibly());
        bound.clear();
    }
}
