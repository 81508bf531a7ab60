package dev.serin.proxy.upstream.pool;

import dev.serin.base.time.Timers;
import dev.serin.proxy.http.codec.HostConnection;
import dev.serin.proxy.http.codec.Http1Client;
import dev.serin.proxy.http.codec.h2.Http2Client;
import dev.serin.proxy.tls.Tls;
import dev.serin.proxy.transport.ConnectionWish;
import dev.serin.proxy.upstream.Breakers;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.HttpUpstream;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.worker.Worker;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ConnectTimeoutException;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One worker's HTTP connections to one host. The one used last is used next, as long as it has
/// room, so that spare ones grow old and go. That worker's loop only.
public final class HostPool implements HostConnection.Keeper {
    /// Why there is no connection.
    public enum Failure {
        /// Too many connections are open, or too much waits for one.
        OVERFLOW,
        /// There is a connection, but too many requests are under way.
        TOO_MANY,
        /// The host could not be reached.
        CONNECT,
        /// The host did not answer in time.
        TIMEOUT,
        /// There may be no further pool.
        NO_POOL
    }

    /// A stream that wants a connection. Is called exactly once, maybe before `acquire` returns.
    public interface Waiter {
        /// Whether the stream may go on now that there is a connection: takes its place in the
        /// breaker of requests. If not, [#failed] comes next.
        boolean admitted();

        /// @param connection with room for a stream
        void ready(HostConnection connection);

        void failed(Failure failure, String reason);
    }

    private final Worker worker;
    private final LiveCluster cluster;
    private final Host host;
    private final HttpUpstream http;
    private final Key key;
    private final Breakers breakers;
    private final ArrayDeque<HostConnection> ready = new ArrayDeque<>();
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
    private final Map<HostConnection, Watch> open = new HashMap<>();
    private final ConnectionWish offering;
    private int connecting;

    /// Whether a connection that is made will most likely carry many streams.
    private boolean many;

    HostPool(Worker worker, LiveCluster cluster, Host host, Key key) {
        this.worker = worker;
        this.cluster = cluster;
        this.host = host;
        this.http = cluster.config().http();
        this.key = key;
        this.breakers = cluster.breakers(key.high());
        this.many = key.http2();
        this.offering =
                key.wish()
                        .carrying(
                                http.choice() == HttpUpstream.Choice.NEGOTIATED
                                        ? List.of("h2", "http/1.1")
                                        : List.of(key.http2() ? "h2" : "http/1.1"));
    }

    /// What streams must have in common to share a pool.
    ///
    /// @param high whether they are of high priority
    record Key(boolean http2, boolean high, ConnectionWish wish) {
        boolean is(boolean asHttp2, boolean asHigh, ConnectionWish asked) {
            return http2 == asHttp2 && high == asHigh && wish.equals(asked);
        }
    }

    Key key() {
        return key;
    }

    /// Gives `waiter` a connection, now or later.
    public void acquire(Waiter waiter) {
        var connection = ready.peekFirst();
        while (connection != null && connection.room() == 0) { // its host has changed its mind
            ready.removeFirst();
            connection = ready.peekFirst();
        }
        if (connection != null) {
            give(connection, waiter);
            return;
        }
        if (!breakers.pending().take()) {
            cluster.observer().count(ClusterEvent.UPSTREAM_RQ_PENDING_OVERFLOW);
            waiter.failed(Failure.OVERFLOW, "");
            return;
        }
        cluster.observer().count(ClusterEvent.UPSTREAM_RQ_PENDING_TOTAL);
        waiting.addLast(waiter);
        if (wantsMore()) {
            connect();
        }
    }

    /// Whether those that wait are more than the connections that are being made will carry.
    private boolean wantsMore() {
        var each = many ? http.http2().streams() : 1;
        return (long) connecting * each < waiting.size();
    }

    /// @param connection the first of `ready`
    private void give(HostConnection connection, Waiter waiter) {
        if (!waiter.admitted()) {
            cluster.observer().count(ClusterEvent.UPSTREAM_RQ_ACTIVE_OVERFLOW);
            waiter.failed(Failure.TOO_MANY, "");
            return;
        }
        var most = http.maxRequests();
        var last = most > 0 && connection.requests() + 1 >= most;
        if (last) {
            cluster.observer().count(ClusterEvent.UPSTREAM_CX_MAX_REQUESTS);
        }
        if (last || connection.room() <= 1) {
            ready.remove(connection);
        }
        waiter.ready(connection);
        if (last) {
            connection.drain();
        }
    }

    /// `waiter` wants no connection any more.
    public void forget(Waiter waiter) {
        if (waiting.remove(waiter)) {
            breakers.pending().give();
        }
    }

    /// Whether the cluster and the host may have one connection more.
    private boolean taken() {
        if (!breakers.connections().take()) {
            return false;
        }
        if (!host.connections().take()) {
            breakers.connections().give();
            return false;
        }
        return true;
    }

    private void gone() {
        breakers.connections().give();
        host.connections().give();
    }

    private void connect() {
        if (!taken()) {
            cluster.observer().count(ClusterEvent.UPSTREAM_CX_OVERFLOW);
            if (!open.isEmpty() || connecting > 0) {
                return; // whoever waits gets the next one that is free
            }
            breakers.connections().force(); // one is always allowed, or the host could starve
            host.connections().force();
        }
        connecting++;
        if (http.choice() == HttpUpstream.Choice.NEGOTIATED) {
            var place = new Unnegotiated();
            Connector.connect(
                    worker, cluster, host, offering, place, future -> negotiated(place, future));
        } else if (key.http2()) {
            var client = new Http2Client(worker, this, http.http2());
            connect(client, client);
        } else {
            var client = new Http1Client(worker, this, http.trailers(), http.http1());
            connect(client, client);
        }
    }

    private void connect(HostConnection connection, ChannelHandler handler) {
        Connector.connect(
                worker,
                cluster,
                host,
                offering,
                handler,
                future -> {
                    if (future.isSuccess()) {
                        connected(connection);
                    } else {
                        connection.discard();
                        unconnected(future.cause());
                    }
                });
    }

    /// The transport is there, and with it the answer which version it carries.
    private void negotiated(Unnegotiated place, ChannelFuture future) {
        var ctx = future.channel().pipeline().context(place);
        if (!future.isSuccess() || ctx == null) {
            var cause = future.cause();
            unconnected(cause == null ? new ClosedChannelException() : cause);
            return;
        }
        var tls = Tls.facts(future.channel());
        many = tls != null && "h2".equals(tls.alpn());
        if (many) {
            var client = new Http2Client(worker, this, http.http2());
            place.giveWay(ctx, client);
            connected(client);
        } else {
            var client = new Http1Client(worker, this, http.trailers(), http.http1());
            place.giveWay(ctx, client);
            connected(client);
        }
    }

    private void connected(HostConnection connection) {
        connecting--;
        cluster.observer().count(ClusterEvent.UPSTREAM_CX_TOTAL);
        cluster.observer()
                .count(
                        connection instanceof Http2Client
                                ? ClusterEvent.UPSTREAM_CX_HTTP2_TOTAL
                                : ClusterEvent.UPSTREAM_CX_HTTP1_TOTAL);
        open.put(connection, new Watch(connection));
        connection.watch(new OctetMeter(cluster.observer()));
        room(connection);
    }

    private void unconnected(Throwable cause) {
        connecting--;
        gone();
        cluster.observer().count(ClusterEvent.UPSTREAM_CX_TOTAL);
        cluster.observer()
                .count(
                        many
                                ? ClusterEvent.UPSTREAM_CX_HTTP2_TOTAL
                                : ClusterEvent.UPSTREAM_CX_HTTP1_TOTAL);
        cluster.observer().count(ClusterEvent.UPSTREAM_CX_DESTROY);
        var failure = cause instanceof ConnectTimeoutException ? Failure.TIMEOUT : Failure.CONNECT;
        var reason = Connector.reason(cause);
        if (failure == Failure.TIMEOUT) {
            cluster.observer().count(ClusterEvent.UPSTREAM_CX_CONNECT_TIMEOUT);
        }
        cluster.observer().count(ClusterEvent.UPSTREAM_CX_CONNECT_FAIL);
        // All that wait: another try would most likely end the same, and they know other hosts.
        List<Waiter> told = new ArrayList<>(waiting);
        waiting.clear();
        for (var waiter : told) {
            breakers.pending().give();
            waiter.failed(failure, reason);
        }
        unused();
    }

    @Override
    public void room(HostConnection connection) {
        if (host.gone() && (connection.requests() > 0 || waiting.isEmpty())) {
            connection.drain();
            return;
        }
        if (!many || !ready.contains(connection)) {
            ready.addFirst(connection); // which in HTTP/1.1 had no room before, so is not there yet
        }
        while (!waiting.isEmpty() && connection.equals(ready.peekFirst())) {
            var waiter = waiting.removeFirst();
            breakers.pending().give();
            give(connection, waiter);
        }
        if (wantsMore() && !host.gone()) {
            connect(); // what still waits may by now be allowed another connection
        }
    }

    @Override
    public void closed(HostConnection connection) {
        ready.remove(connection);
        var watch = open.remove(connection);
        if (watch != null) {
            watch.cancel();
            cluster.observer().count(ClusterEvent.UPSTREAM_CX_DESTROY);
            gone();
        }
        if (wantsMore()) {
            connect();
        }
        unused();
    }

    private void unused() {
        if (empty()) {
            var all = host.pools(worker.index());
            if (all == null) {
                return;
            }
            if (host.gone() || breakers.limits().pools() < Integer.MAX_VALUE) {
                all.give(this); // others may want its place
            }
            if (all.unused()) {
                cluster.unused(host);
            } else if (!key.wish().equals(ConnectionWish.NONE)) {
                all.emptied(this);
            }
        }
    }

    /// Whether nobody uses it, though it may hold connections.
    boolean idle() {
        if (connecting > 0 || !waiting.isEmpty()) {
            return false;
        }
        for (var connection : open.keySet()) {
            if (connection.active() > 0) {
                return false;
            }
        }
        return true;
    }

    /// Its place among the pools that there may be is free again.
    void ended() {
        breakers.pools().give();
    }

    boolean empty() {
        return open.isEmpty() && connecting == 0 && waiting.isEmpty();
    }

    /// Ends connections that grow old: in idleness, or at all.
    private final class Watch {
        private final HostConnection connection;
        private Timers.Timer idle = () -> {};
        private Timers.Timer life = () -> {};

        Watch(HostConnection connection) {
            this.connection = connection;
            if (!http.idle().isZero()) {
                idleIn(http.idle().toMillis());
            }
            if (!http.lifetime().isZero()) {
                life = worker.after(http.lifetime().toMillis(), this::old);
            }
        }

        private void idleIn(long millis) {
            idle = worker.after(millis, this::look);
        }

        private void look() {
            var limit = http.idle().toMillis();
            var unused = (worker.ticker().nanos() - connection.idleSince()) / 1_000_000;
            if (connection.active() > 0) {
                idleIn(limit);
            } else if (unused < limit) {
                idleIn(limit - unused);
            } else {
                cluster.observer().count(ClusterEvent.UPSTREAM_CX_IDLE_TIMEOUT);
                connection.close();
            }
        }

        private void old() {
            cluster.observer().count(ClusterEvent.UPSTREAM_CX_MAX_DURATION_REACHED);
            ready.remove(connection);
            connection.drain();
        }

        void cancel() {
            idle.cancel();
            life.cancel();
        }
    }

    /// As [HostPools#drain].
    void drain() {
        ready.clear();
        for (var connection : List.copyOf(open.keySet())) {
            connection.drain();
        }
    }
}
