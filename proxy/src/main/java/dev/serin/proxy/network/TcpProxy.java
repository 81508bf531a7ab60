package dev.serin.proxy.network;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.time.Timers;
import dev.serin.proxy.http.manager.Scope;
import dev.serin.proxy.network.TcpConfig.Share;
import dev.serin.proxy.network.filter.ConnectionContext;
import dev.serin.proxy.network.filter.TcpCluster;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.ConnectionObserver;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.stream.Timing;
import dev.serin.proxy.stream.Traffic;
import dev.serin.proxy.stream.UpstreamUse;
import dev.serin.proxy.tls.Tls;
import dev.serin.proxy.transport.ConnectionWish;
import dev.serin.proxy.transport.ProxiedClient;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.balance.MetadataMatch;
import dev.serin.proxy.upstream.pool.Connector;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// One connection, taken to a host of its cluster octet by octet. Each side is read only while the
/// other can be written; a side that ends its direction leaves the other one open. The connection's
/// event loop only.
public final class TcpProxy extends ChannelInboundHandlerAdapter {

    private final Worker worker;
    private final TcpConfig config;
    private final Scope scope;
    private final Downstream downstream;
    private final Slots slots;
    private final LeftOver.Held held = LeftOver.hold("connection", "tcp proxy");
    private final long start;
    private @Nullable Channel client;
    private @Nullable Channel server;
    private @Nullable LiveCluster cluster;
    private @Nullable TcpPicking picking;
    private Timers.@Nullable Timer end;

    private @Nullable Host host;
    private @Nullable TcpAttempt attempt;
    private Timers.@Nullable Timer progress;
    private Timers.@Nullable Timer idle;
    private @Nullable ByteBuf early;
    private @Nullable String details;
    private @Nullable String transportFailure;
    private boolean clientEnded;
    private boolean serverEnded;
    private boolean over;
    private int attempts;
    private long flags;
    private long received;
    private long sent;
    private long upstreamStart;
    private long lastOctet;

    public TcpProxy(Worker worker, TcpConfig config, Scope scope, ConnectionContext connection) {
        this.worker = worker;
        this.config = config;
        this.scope = scope;
        this.downstream = connection.downstream();
        this.slots = connection.slots();
        this.start = worker.ticker().nanos();
        this.lastOctet = start;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        client = ctx.channel();
        ctx.channel().config().setAutoRead(false);
        ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        var share = share();
        cluster = scope.known().cluster(share.cluster());
        if (cluster == null) {
            fail(ResponseFlag.NO_CLUSTER_FOUND, "");
            return;
        }
        picking = new TcpPicking(worker, config, share, downstream, slots);
        attempt(cluster);
        if (!over && config.most().toMillis() > 0) {
            end =
                    worker.after(
                            config.most().toMillis(),
                            () -> fail(ResponseFlag.DURATION_TIMEOUT, ""));
        }
        if (config.idle().toMillis() > 0) {
            watchIdle(config.idle().toMillis());
        }
    }

    private Share share() {
        var chosen = slots.get(TcpCluster.SLOT);
        if (chosen != null) {
            return new Share(chosen, 1, MetadataMatch.NONE);
        }
        var shares = config.shares();
        if (shares.size() > 1) {
            var drawn = scope.draws().named("weighted-cluster").below(config.total());
            for (var share : shares) {
                drawn -= share.weight();
                if (drawn < 0) {
                    return share;
                }
            }
        }
        return shares.getFirst();
    }

    // ---- to a host

    private void attempt(LiveCluster to) {
        var aggregate = to.aggregate();
        var member = aggregate == null ? null : aggregate.choose(scope.known()::cluster, 0);
        if (member == null) {
            attempt(to, -1);
        } else {
            attempt(member.cluster(), member.priority());
        }
    }

    private void attempt(LiveCluster to, int priority) {
        var picked = to.pick(Objects.requireNonNull(picking).of(priority));
        if (picked == null) {
            fail(ResponseFlag.NO_HEALTHY_UPSTREAM, "");
            return;
        }
        attempts++;
        host = picked;
        var begun = TcpAttempt.begin(to, picked);
        if (begun == null) {
            fail(ResponseFlag.UPSTREAM_OVERFLOW, "");
            return;
        }
        attempt = begun;
        Connector.connect(
                worker,
                to,
                picked,
                wish(to),
                new HostSide(),
                future -> connected(to, begun, future));
    }

    private ConnectionWish wish(LiveCluster to) {
        if (!to.config().transports().announced()) {
            return ConnectionWish.NONE;
        }
        var told = slots.get(ProxiedClient.SLOT);
        return new ConnectionWish(
                null,
                null,
                null,
                List.of(),
                told == null
                        ? new ProxiedClient(downstream.remote(), downstream.local(), List.of())
                        : told);
    }

    private void connected(LiveCluster to, TcpAttempt begun, ChannelFuture future) {
        if (over) {
            future.channel().close();
            return;
        }
        if (!future.isSuccess()) {
            attempt = null;
            begun.failed(future.cause());
            Objects.requireNonNull(picking).tried(begun.host());
            transportFailure = Connector.reason(future.cause());
            if (attempts < config.connectAttempts()) {
                attempt(Objects.requireNonNull(cluster));
            } else {
                to.observer().count(ClusterEvent.UPSTREAM_CX_CONNECT_ATTEMPTS_EXCEEDED);
                flags |= ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED.bit();
                fail(ResponseFlag.UPSTREAM_CONNECTION_FAILURE, "");
            }
            return;
        }
        begun.connected();
        transportFailure = null;
        upstreamStart = worker.ticker().nanos();
        server = future.channel();
        to.config().filters().place(server, downstream, slots);
        var waiting = early;
        early = null;
        if (waiting != null) {
            server.writeAndFlush(waiting, server.voidPromise());
        }
        var soFar = end();
        config.observers().forEach(o -> o.opened(soFar));
        if (clientEnded) {
            shut(server);
        } else {
            read(clientSide(), true);
        }
        watchProgress();
    }

    // ---- the client's side

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        var part = (ByteBuf) message;
        received += part.readableBytes();
        lastOctet = worker.ticker().nanos();
        var to = server;
        if (over) {
            part.release();
        } else if (to == null) {
            early = early == null ? part : io.netty.buffer.Unpooled.wrappedBuffer(early, part);
        } else {
            to.write(part, to.voidPromise());
            if (!to.isWritable()) {
                read(ctx.channel(), false);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (server != null) {
            server.flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (server != null && !serverEnded) {
            read(server, ctx.channel().isWritable());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof io.netty.channel.socket.ChannelInputShutdownEvent) {
            clientEnded = true;
            if (server != null) {
                shut(server);
                closeIfBothEnded();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!over) {
            if (server == null) {
                flags |= ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION.bit();
            }
            finish();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (server != null) {
            abort(server);
        }
        finish();
    }

    // ---- the host's side

    private final class HostSide extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRegistered(ChannelHandlerContext ctx) {
            ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            ctx.fireChannelRegistered();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            var part = (ByteBuf) message;
            sent += part.readableBytes();
            lastOctet = worker.ticker().nanos();
            if (over) {
                part.release();
                return;
            }
            clientSide().write(part, clientSide().voidPromise());
            if (!clientSide().isWritable()) {
                read(ctx.channel(), false);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            clientSide().flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (!clientEnded) {
                read(clientSide(), ctx.channel().isWritable());
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof io.netty.channel.socket.ChannelInputShutdownEvent) {
                serverEnded = true;
                shut(clientSide());
                closeIfBothEnded();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (server != null) {
                finish();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (server != null) {
                flags |= ResponseFlag.UPSTREAM_REMOTE_RESET.bit();
                abort(clientSide());
            }
            finish();
        }
    }

    private static void read(Channel channel, boolean wanted) {
        channel.config().setAutoRead(wanted);
    }

    /// One side was reset, so the other is too when it is closed.
    private static void abort(Channel other) {
        other.config().setOption(ChannelOption.SO_LINGER, 0);
    }

    /// Ends one direction after what was written has gone.
    private static void shut(Channel channel) {
        channel.writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER)
                .addListener(_ -> {
                    Tls.shutdownOutput(channel);
                });
    }

    private void closeIfBothEnded() {
        if (clientEnded && serverEnded) {
            var last = clientSide();
            last.writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER).addListener(_ -> finish());
        }
    }

    // ---- the end

    private void fail(ResponseFlag flag, String detail) {
        flags |= flag.bit();
        details = detail.isEmpty() ? null : detail;
        finish();
    }

    private void finish() {
        if (over) {
            return;
        }
        over = true;
        if (attempt != null) {
            attempt.end();
        }
        if (progress != null) {
            progress.cancel();
        }
        if (idle != null) {
            idle.cancel();
        }
        if (end != null) {
            end.cancel();
        }
        if (early != null) {
            early.release();
            early = null;
        }
        if (server != null) {
            server.flush().close();
        }
        clientSide().flush().close();
        held.release();
        var last = end();
        for (ConnectionObserver observer : config.observers()) {
            observer.ended(last);
        }
        scope.observer().ended(config.statPrefix(), last);
    }

    private void watchProgress() {
        var every = config.progressMillis();
        if (every == 0) {
            return;
        }
        progress =
                worker.after(
                        every,
                        () -> {
                            var soFar = end();
                            config.observers().forEach(o -> o.progressed(soFar));
                            watchProgress();
                        });
    }

    private void watchIdle(long millis) {
        if (over) {
            return;
        }
        idle =
                worker.after(
                        millis,
                        () -> {
                            var quiet = (worker.ticker().nanos() - lastOctet) / 1_000_000;
                            if (quiet >= config.idle().toMillis()) {
                                scope.observer().idled(config.statPrefix());
                                finish();
                            } else {
                                watchIdle(config.idle().toMillis() - quiet);
                            }
                        });
    }

    private ConnectionEnd end() {
        var now = worker.ticker().nanos();
        return new ConnectionEnd(
                downstream,
                flags,
                details,
                new Traffic(received, sent, 0, 0),
                new Timing(start, 0, upstreamStart, 0, 0, 0, now),
                use(),
                slots);
    }

    private @Nullable UpstreamUse use() {
        var to = cluster;
        var on = host;
        return to == null
                ? null
                : new UpstreamUse(
                        to.name(),
                        to.config().statName(),
                        on == null ? null : on.address(),
                        on == null ? null : on.hostname(),
                        server == null ? null : (InetSocketAddress) server.localAddress(),
                        to.config().metadata(),
                        on == null ? Map.of() : on.metadata(),
                        attempts,
                        List.of(),
                        transportFailure,
                        null,
                        server == null ? null : Tls.facts(server));
    }

    private Channel clientSide() {
        return Objects.requireNonNull(client);
    }
}
