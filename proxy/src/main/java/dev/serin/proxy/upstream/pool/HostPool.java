package dev.serin.proxy.upstream.pool;

import dev.serin.base.time.Timers;
import dev.serin.proxy.http.codec.Http1Client;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.worker.Worker;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ConnectTimeoutException;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One worker's HTTP/1.1 connections to one host. The one used last is used next, so that spare
/// ones grow old and go. That worker's loop only.
public final class HostPool implements Http1Client.Keeper {
    /// Why there is no connection.
    public enum Failure {
        /// A circuit breaker is open.
        OVERFLOW,
        /// The host could not be reached.
        CONNECT,
        /// The host did not answer in time.
        TIMEOUT
    }

    /// A stream that wants a connection. Is called exactly once, maybe before `acquire` returns.
    public interface Waiter {
        void ready(Http1Client client);

        void failed(Failure failure, String reason);
    }

    private final Worker worker;
    private final LiveCluster cluster;
    private final Host host;
    private final ArrayDeque<Http1Client> idle = new ArrayDeque<>();
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
    private final Map<Http1Client, Timers.Timer> open = new HashMap<>();
    private int connecting;

    private HostPool(Worker worker, LiveCluster cluster, Host host) {
        this.worker = worker;
        this.cluster = cluster;
        this.host = host;
    }

    /// The pool of this worker for this host, made when first asked for.
    public static HostPool of(Worker worker, LiveCluster cluster, Host host) {
        var pool = host.pool(worker.index());
        if (pool == null) {
            pool = new HostPool(worker, cluster, host);
            host.pool(worker.index(), pool);
        }
        return pool;
    }

    /// Gives `waiter` a connection, now or later.
    public void acquire(Waiter waiter) {
        var client = idle.pollFirst();
        if (client != null) {
            waiter.ready(client);
            return;
        }
        if (!cluster.pending().take()) {
            waiter.failed(Failure.OVERFLOW, "");
            return;
        }
        waiting.addLast(waiter);
        if (connecting < waiting.size()) {
            connect();
        }
    }

    /// `waiter` wants no connection any more.
    public void forget(Waiter waiter) {
        if (waiting.remove(waiter)) {
            cluster.pending().give();
        }
    }

    private void connect() {
        if (!cluster.connections().take()) {
            if (!open.isEmpty() || connecting > 0) {
                return; // whoever waits gets the next one that is free
            }
            cluster.connections().force(); // one is always allowed, or the host could starve
        }
        connecting++;
        var client = new Http1Client(worker, this);
        Connector.connect(worker, cluster, host, client)
                .addListener((ChannelFuture future) -> connected(client, future));
    }

    private void connected(Http1Client client, ChannelFuture future) {
        connecting--;
        if (future.isSuccess()) {
            watchIdle(client, cluster.config().idleTimeout().toMillis());
            idle(client);
            return;
        }
        client.discard();
        cluster.connections().give();
        var cause = future.cause();
        var failure = cause instanceof ConnectTimeoutException ? Failure.TIMEOUT : Failure.CONNECT;
        var reason = Connector.reason(cause);
        // All that wait: another try would most likely end the same, and they know other hosts.
        List<Waiter> told = new ArrayList<>(waiting);
        waiting.clear();
        for (var waiter : told) {
            cluster.pending().give();
            waiter.failed(failure, reason);
        }
        unused();
    }

    @Override
    public void idle(Http1Client client) {
        var most = cluster.config().maxRequestsPerConnection();
        var spent = host.gone() || most > 0 && client.requests() >= most;
        if (spent && (client.requests() > 0 || waiting.isEmpty())) {
            client.close();
            return;
        }
        var waiter = waiting.pollFirst();
        if (waiter != null) {
            cluster.pending().give();
            waiter.ready(client);
            return;
        }
        idle.addFirst(client);
    }

    @Override
    public void closed(Http1Client client) {
        idle.remove(client);
        var watch = open.remove(client);
        if (watch != null) {
            watch.cancel();
            cluster.connections().give();
        }
        if (!waiting.isEmpty() && connecting < waiting.size()) {
            connect();
        }
        unused();
    }

    private void unused() {
        if (open.isEmpty() && connecting == 0 && waiting.isEmpty()) {
            cluster.unused(host);
        }
    }

    private void watchIdle(Http1Client client, long millis) {
        open.put(client, millis <= 0 ? () -> {} : worker.after(millis, () -> idleLong(client)));
    }

    private void idleLong(Http1Client client) {
        var limit = cluster.config().idleTimeout().toMillis();
        var unused = (worker.ticker().nanos() - client.idleSince()) / 1_000_000;
        if (!idle.contains(client)) {
            watchIdle(client, limit);
        } else if (unused < limit) {
            watchIdle(client, limit - unused);
        } else {
            client.close();
        }
    }

    /// Closes what is idle; what is in use closes with its stream, since the host is gone.
    public void drain() {
        for (var client : List.copyOf(idle)) {
            client.close();
        }
    }
}
