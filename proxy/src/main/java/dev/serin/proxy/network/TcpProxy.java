package dev.serin.proxy.network;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.time.Timers;
import dev.serin.proxy.format.Entry;
import dev.serin.proxy.http.manager.Scope;
import dev.serin.proxy.network.TcpConfig.Share;
import dev.serin.proxy.network.TunnelRequest.Client;
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
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;

import org.jspecify.annotations.Nullable;

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
    private final Progress progress;
    private final long start;
    private @Nullable Channel client;
    private @Nullable HostSide trying;

    /// What is tried, once the octets go there.
    private @Nullable HostSide server;

    private @Nullable LiveCluster cluster;
    private @Nullable TcpPicking picking;
    private Timers.@Nullable Timer end;

    private @Nullable Host host;
    private @Nullable LiveCluster tried;
    private Timers.@Nullable Timer retry;
    private Timers.@Nullable Timer idle;
    private @Nullable ByteBuf early;
    private @Nullable String details;
    private @Nullable String transportFailure;
    private boolean clientEnded;
    private boolean serverEnded;

    /// The client has ended, and all that it said is with the host.
    private boolean hostHasAll;

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
        this.progress = new Progress(worker, this::end);
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
                            () -> {
                                flags |= unanswered();
                                fail(ResponseFlag.DURATION_TIMEOUT, "");
                            });
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
        var side = side(to, picked);
        if (side == null) {
            fail(ResponseFlag.UPSTREAM_OVERFLOW, "");
            return;
        }
        attempts++;
        host = picked;
        tried = to;
        trying = side;
        side.connect(wish(to));
    }

    private void again(LiveCluster to) {
        var pause = config.pause();
        if (pause == null) {
            attempt(to);
        } else {
            var draw = scope.draws().named("retry-backoff");
            retry = worker.after(pause.millis(attempts, draw), () -> attempt(to));
        }
    }

    /// Null if there may be no connection more.
    private @Nullable HostSide side(LiveCluster to, Host picked) {
        var owner = new HostAnswers();
        var into = config.tunnel();
        if (into == null) {
            var socket = new HostSocket(worker, to, picked, downstream, slots, owner);
            return socket.begin() ? socket : null;
        }
        var told = new Client(slots, () -> Entry.of(end(), worker.ticker().now()));
        var tunnel = new HostTunnel(worker, to, picked, into, told, owner);
        return tunnel.begin() ? tunnel : null;
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
            early = early == null ? part : Unpooled.wrappedBuffer(early, part);
        } else {
            to.write(part);
            if (!to.hasRoom()) {
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
            server.readMore(ctx.channel().isWritable());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            clientEnded = true;
            if (server != null) {
                server.shut(this::hostHasAll);
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
            server.abort();
        } else if (!over) {
            flags |= ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION.bit();
        }
        finish();
    }

    // ---- the host's side

    private final class HostAnswers implements HostSide.Owner {
        @Override
        public void connected() {
            var to = Objects.requireNonNull(trying);
            server = to;
            upstreamStart = worker.ticker().nanos();
            var waiting = early;
            early = null;
            if (waiting != null) {
                to.write(waiting);
                to.flush();
            }
            progress.opened(config.observers());
            if (clientEnded) {
                to.shut(TcpProxy.this::hostHasAll);
            } else {
                read(clientSide(), to.hasRoom());
            }
        }

        @Override
        public void unconnected(boolean failed, boolean asked, @Nullable String reason) {
            trying = null;
            Objects.requireNonNull(picking).tried(Objects.requireNonNull(host));
            transportFailure = reason;
            if (failed) {
                flags |= ResponseFlag.UPSTREAM_CONNECTION_FAILURE.bit();
            }
            if (!asked) {
                host = null;
            }
            if (attempts < config.connectAttempts()) {
                again(Objects.requireNonNull(cluster));
                return;
            }
            Objects.requireNonNull(tried)
                    .observer()
                    .count(ClusterEvent.UPSTREAM_CX_CONNECT_ATTEMPTS_EXCEEDED);
            fail(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED, "");
        }

        @Override
        public void octets(ByteBuf part) {
            sent += part.readableBytes();
            lastOctet = worker.ticker().nanos();
            if (over) {
                part.release();
                return;
            }
            clientSide().write(part, clientSide().voidPromise());
            if (!clientSide().isWritable() && server != null) {
                server.readMore(false);
            }
        }

        @Override
        public void readComplete() {
            clientSide().flush();
        }

        @Override
        public void writable(boolean more) {
            if (!clientEnded) {
                read(clientSide(), more);
            }
        }

        @Override
        public void ended(boolean both) {
            serverEnded = true;
            if (both) {
                clientEnded = true; // since nobody takes what it says
                hostHasAll = true;
                read(clientSide(), false);
            } else {
                shut(clientSide(), () -> {});
            }
            closeIfBothEnded();
        }

        @Override
        public void gone() {
            finish();
        }

        @Override
        public void broken() {
            flags |= ResponseFlag.UPSTREAM_REMOTE_RESET.bit();
            abort(clientSide());
            finish();
        }
    }

    private static void read(Channel channel, boolean wanted) {
        channel.config().setAutoRead(wanted);
    }

    /// One side was reset, so the other is too when it is closed.
    static void abort(Channel other) {
        other.config().setOption(ChannelOption.SO_LINGER, 0);
    }

    /// Ends one direction after what was written has gone.
    static void shut(Channel channel, Runnable then) {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(_ -> {
                    Tls.shutdownOutput(channel);
                    then.run();
                });
    }

    private void hostHasAll() {
        hostHasAll = true;
        closeIfBothEnded();
    }

    private void closeIfBothEnded() {
        if (clientEnded && serverEnded && hostHasAll) {
            var last = clientSide();
            last.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> finish());
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
        progress.cancel();
        if (retry != null) {
            retry.cancel();
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
        if (trying != null) {
            trying.close();
        }
        clientSide().flush().close();
        held.release();
        var last = end();
        for (ConnectionObserver observer : config.observers()) {
            observer.ended(last);
        }
        scope.observer().ended(config.statPrefix(), last);
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
                                flags |= unanswered();
                                finish();
                            } else {
                                watchIdle(config.idle().toMillis() - quiet);
                            }
                        });
    }

    /// A request for a tunnel that is given up counts as refused, as Envoy has it.
    private long unanswered() {
        return server == null && trying instanceof HostTunnel asked && asked.local() != null
                ? ResponseFlag.UPSTREAM_CONNECTION_FAILURE.bit()
                : 0;
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
                        server == null ? null : server.local(),
                        to.config().metadata(),
                        on == null ? Map.of() : on.metadata(),
                        attempts,
                        List.of(),
                        transportFailure,
                        null,
                        server == null ? null : server.tls());
    }

    private Channel clientSide() {
        return Objects.requireNonNull(client);
    }
}
