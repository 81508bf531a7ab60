package dev.serin.proxy.listener;

import dev.serin.base.time.Timers;
import dev.serin.proxy.http.manager.HttpConnection;
import dev.serin.proxy.http.manager.Scope;
import dev.serin.proxy.listener.ListenerConfig.Chain;
import dev.serin.proxy.listener.ListenerConfig.Http;
import dev.serin.proxy.listener.ListenerConfig.Tcp;
import dev.serin.proxy.network.TcpProxy;
import dev.serin.proxy.network.filter.ConnectionContext;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.stream.Timing;
import dev.serin.proxy.stream.Traffic;
import dev.serin.proxy.tls.TlsObserver;
import dev.serin.proxy.transport.ProxiedClient;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/// The path of one accepted connection to the filter that carries it, top to bottom. The
/// connection's event loop only.
final class ConnectionPath extends ChannelInboundHandlerAdapter {
    private static final AtomicLong IDS = new AtomicLong();

    /// Where no limit is configured but going on is allowed: a client of a server-first protocol
    /// waits for the server, so waiting for the client would never end.
    private static final long SERVER_FIRST_MILLIS = 300;

    /// From how many octets on Envoy tells TLS from others.
    private static final int RECORD_HEAD = 5;

    private final Worker worker;
    private final Scope scope;
    private final Neighbours neighbours;
    private final LiveListener accepted;
    private final @Nullable ProxiedClient client;
    private ListenerConfig config;
    private @Nullable InetSocketAddress local;
    private @Nullable InetSocketAddress remote;
    private @Nullable InetSocketAddress direct;
    private @Nullable ByteBuf seen;
    private @Nullable String protocol;
    private Timers.@Nullable Timer detection;
    private boolean tls;
    private boolean http;
    private boolean inspected;
    private boolean done;

    /// @param client whom a PROXY header has told of; null for whoever is at the other end
    ConnectionPath(
            Worker worker,
            Scope scope,
            Neighbours neighbours,
            LiveListener accepted,
            @Nullable ProxiedClient client) {
        this.worker = worker;
        this.scope = scope;
        this.neighbours = neighbours;
        this.accepted = accepted;
        this.config = accepted.config();
        this.client = client;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        remote = (InetSocketAddress) ctx.channel().remoteAddress();
        local = (InetSocketAddress) ctx.channel().localAddress();
        if (remote == null || local == null) {
            ctx.close(); // gone before we looked
            return;
        }
        direct = remote;
        if (client != null) {
            remote = client.source();
            local = client.destination();
        }

        // 1. Where the client meant to go; before anything that asks for the local address.
        if (config.inspection().originalDestination() && client == null) {
            var original = OriginalDestination.of(ctx.channel());
            if (original != null && original.equals(local)) {
                done = true;
                ctx.close(); // to the proxy itself: passing it on would come back here for ever
                return;
            }
            local = original == null ? local : original;
        }

        // 2. The listener for that destination, if this one only catches.
        if (config.handOff()) {
            var other = neighbours.at(local);
            config = other == null ? config : other;
        }

        // 3. What the first octets say; only where a filter chain asks for it, since a client of a
        // server-first protocol sends none.
        tls = asks(config.inspection().tls(), local.getPort());
        http = asks(config.inspection().http(), local.getPort());
        if (tls || http) {
            await(ctx);
            return;
        }
        choose(ctx, FirstOctets.UNKNOWN);
    }

    private static boolean asks(ListenerConfig.@Nullable PortTest test, int port) {
        return test != null && test.test(port);
    }

    private void await(ChannelHandlerContext ctx) {
        var limit = config.detectMillis();
        if (limit == 0 && config.goOnUndetected()) {
            limit = SERVER_FIRST_MILLIS;
        }
        if (limit > 0) {
            detection = worker.after(limit, () -> undetected(ctx));
        }
    }

    private void undetected(ChannelHandlerContext ctx) {
        if (done) {
            return;
        }
        if (config.goOnUndetected()) {
            choose(ctx, FirstOctets.UNKNOWN);
        } else {
            done = true;
            ctx.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        var in = (ByteBuf) message;
        var all = seen;
        if (all == null) {
            all = in;
            seen = in;
        } else {
            all.writeBytes(in); // one piece, however small the pieces are in which a client sends
            in.release();
        }
        var found = done ? null : FirstOctets.look(all, tls, http);
        if (found != null) {
            inspected(found);
            choose(ctx, found);
        } else if (!done && tls && all.readableBytes() >= RECORD_HEAD) {
            // that it is no TLS may be known before what it is
            var plain = FirstOctets.look(all, true, false);
            if (plain != null) {
                inspected(plain);
            }
        }
    }

    /// As Envoy's `tls_inspector.*`, once a connection.
    private void inspected(FirstOctets found) {
        if (!tls || inspected) {
            return;
        }
        inspected = true;
        var observer = scope.observer();
        if (!found.transport().equals("tls")) {
            observer.counted("tls_inspector.tls_not_found");
            return;
        }
        observer.counted("tls_inspector.tls_found");
        observer.counted(
                found.protocols().isEmpty()
                        ? "tls_inspector.alpn_not_found"
                        : "tls_inspector.alpn_found");
        observer.counted(
                found.serverName() == null
                        ? "tls_inspector.sni_not_found"
                        : "tls_inspector.sni_found");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !done) {
            choose(ctx, FirstOctets.UNKNOWN);
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        done = true;
        end();
        ctx.fireChannelInactive();
    }

    private void end() {
        if (detection != null) {
            detection.cancel();
        }
        if (seen != null) {
            seen.release();
            seen = null;
        }
    }

    /// 4. The filter chain, in Envoy's order, then what carries the connection from here.
    private void choose(ChannelHandlerContext ctx, FirstOctets found) {
        done = true;
        var plain = found.transport().equals(FirstOctets.UNKNOWN.transport());
        protocol = plain && !found.protocols().isEmpty() ? found.protocols().getFirst() : null;
        var to = java.util.Objects.requireNonNull(local);
        var from = java.util.Objects.requireNonNull(remote);
        var facts =
                new Facts(
                        to,
                        from,
                        java.util.Objects.requireNonNull(direct),
                        found.serverName(),
                        found.transport(),
                        found.protocols());
        var chain = FilterChainMatcher.match(config, facts);
        var downstream =
                new Downstream(
                        IDS.incrementAndGet(),
                        config.name(),
                        config.direction(),
                        to,
                        from,
                        java.util.Objects.requireNonNull(direct),
                        chain == null ? "" : chain.name(),
                        found.serverName(),
                        null,
                        null,
                        null);
        if (chain == null) {
            var slots = new Slots();
            slots.put(ConnectionEnd.CODE_DETAILS, "filter_chain_not_found");
            var refused = end(downstream, ResponseFlag.NO_ROUTE_FOUND.bit(), null, slots);
            config.logs().forEach(log -> log.ended(refused));
            ctx.close();
            return;
        }
        watch(ctx, chain);
        secure(ctx, chain, downstream);
    }

    /// 5. TLS, where the chain has it; the client has proved who it is before anything else is
    ///    made.
    private void secure(ChannelHandlerContext ctx, Chain chain, Downstream downstream) {
        if (chain.tls() == null) {
            admit(ctx, chain, downstream);
            return;
        }
        var handshake =
                new ClientHandshake(
                        worker,
                        chain.handshakeMillis(),
                        secured -> {
                            protocol = secured.alpn();
                            admit(ctx, chain, downstream.secured(secured));
                        },
                        reason -> insecure(downstream, reason));
        var handler = chain.tls().server(new TlsObserver.Whose(true, config.statName()), handshake);
        if (handler == null) {
            insecure(downstream, "TLS error: Secret is not supplied by SDS");
            ctx.close();
            return;
        }
        handshake.begin(ctx.channel());
        var early = seen;
        seen = null;
        var pipeline = ctx.pipeline();
        pipeline.addBefore(ctx.name(), null, handler);
        if (early != null) {
            pipeline.fireChannelRead(early);
            pipeline.fireChannelReadComplete();
        }
    }

    private void insecure(Downstream downstream, String reason) {
        var failed = end(downstream.insecure(reason), 0, null, new Slots());
        config.logs().forEach(log -> log.ended(failed));
    }

    /// 6. The chain's own filters, which may refuse; before anything is sent to a host.
    private void admit(ChannelHandlerContext ctx, Chain chain, Downstream downstream) {
        var connection =
                new ConnectionContext(
                        downstream,
                        new Slots(),
                        downstream.tls() == null ? null : downstream.tls().alpn(),
                        name -> scope.observer().counted(name));
        if (client != null) {
            var header = accepted.config().inspection().proxyHeader();
            var passed = client;
            if (header != null) {
                header.facts().tell(client, connection.slots());
                passed = header.facts().passed(client);
            }
            connection.slots().put(ProxiedClient.SLOT, passed);
        }
        if (chain.target() instanceof Http) {
            log(ctx, connection);
        }
        for (var filter : chain.filters()) {
            var detail = filter.refusal(connection);
            if (detail != null) {
                refuse(chain, connection, detail);
                close(ctx, filter.refusalMillis());
                return;
            }
        }
        carry(ctx, chain, connection);
    }

    private void close(ChannelHandlerContext ctx, long afterMillis) {
        if (afterMillis > 0) {
            ctx.channel().config().setAutoRead(false);
            detection = worker.after(afterMillis, ctx::close);
        } else {
            ctx.close();
        }
    }

    private void refuse(Chain chain, ConnectionContext connection, String detail) {
        if (chain.target() instanceof Tcp(var tcp)) {
            var end = end(connection.downstream(), 0, detail, connection.slots());
            tcp.observers().forEach(o -> o.opened(end));
            tcp.observers().forEach(o -> o.ended(end));
            config.logs().forEach(log -> log.ended(end));
        }
    }

    /// The listener's own log tells of connections, when they are over.
    private void log(ChannelHandlerContext ctx, ConnectionContext connection) {
        var logs = config.logs();
        if (logs.isEmpty()) {
            return;
        }
        var began = worker.ticker().nanos();
        ctx.channel()
                .closeFuture()
                .addListener(_ -> {
                    var end =
                            end(connection.downstream(), 0, null, connection.slots()).since(began);
                    logs.forEach(log -> log.ended(end));
                });
    }

    /// 7. HTTP or TCP; what was read so far goes to it first.
    private void carry(ChannelHandlerContext ctx, Chain chain, ConnectionContext connection) {
        var downstream = connection.downstream();
        var own = accepted.scope(chain, ctx.channel(), downstream.id());
        var carrier =
                switch (chain.target()) {
                    case Http(var manager) ->
                            HttpCarrier.of(
                                    worker,
                                    manager,
                                    new HttpConnection(worker, manager, own, downstream),
                                    downstream.tls() == null ? protocol : downstream.tls().alpn());
                    case Tcp(var tcp) ->
                            new TcpProxy(worker, tcp.loggedBy(config.logs()), own, connection);
                };
        var early = seen;
        seen = null;
        var pipeline = ctx.pipeline();
        for (var filter : chain.filters()) {
            var handler = filter.handler(connection);
            if (handler != null) {
                pipeline.addBefore(ctx.name(), null, handler);
            }
        }
        pipeline.replace(this, null, carrier);
        if (early != null) {
            pipeline.fireChannelRead(early);
            pipeline.fireChannelReadComplete();
        }
    }

    /// Tells of the connection now and when it is closed. As Envoy before it is secured or
    /// admitted: those that come no further count too.
    private void watch(ChannelHandlerContext ctx, Chain chain) {
        var observer = scope.observer();
        var http = chain.target() instanceof Http;
        var prefix =
                switch (chain.target()) {
                    case Http(var manager) -> manager.statPrefix();
                    case Tcp(var tcp) -> tcp.statPrefix();
                };
        var listener = config.statName();
        observer.opened(listener, prefix, http);
        ctx.channel().closeFuture().addListener(_ -> observer.closed(listener, prefix, http));
    }

    /// The end of a connection that never went anywhere.
    private ConnectionEnd end(
            Downstream downstream, long flags, @Nullable String details, Slots slots) {
        var now = worker.ticker().nanos();
        return new ConnectionEnd(
                downstream,
                flags,
                details,
                new Traffic(0, 0, 0, 0),
                new Timing(now, 0, 0, 0, 0, 0, now),
                null,
                slots);
    }
}
