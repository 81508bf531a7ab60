package dev.serin.proxy.http.router;

import dev.serin.base.time.Timers;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.codec.HostConnection;
import dev.serin.proxy.http.codec.RequestWriter;
import dev.serin.proxy.http.codec.ResetReason;
import dev.serin.proxy.http.codec.ResponseReader;
import dev.serin.proxy.route.Upgrades;
import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.transport.ConnectionWish;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.Outcome;
import dev.serin.proxy.upstream.pool.HostPool;
import dev.serin.proxy.upstream.pool.HostPools;
import dev.serin.proxy.upstream.pool.Tunnels;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/// One request on one host, from the wish for a connection to the last of the response: what the
/// host, its cluster's breaker and its pool know of it is given back exactly once, however it ends.
/// The stream's event loop only.
final class Attempt implements ResponseReader, HostPool.Waiter {
    /// Whose attempt it is. Is told nothing after [#cancel()].
    interface Owner {
        /// The request can be written now.
        void ready(RequestWriter to);

        /// The host takes more of the request again.
        void writable();

        /// A 1xx head.
        void informational(ResponseHead head);

        /// @param end there is no body
        void head(ResponseHead head, boolean end);

        /// A part of the body, now its owner's.
        void body(ByteBuf part);

        /// The response is complete; the attempt is over.
        void end(@Nullable Headers trailers);

        /// All that was there to read has been handed over, for now.
        void readComplete();

        /// There is no connection to be had; the attempt is over.
        ///
        /// @param reason of the transport
        void unconnected(HostPool.Failure failure, String reason);

        /// The host broke off; the attempt is over.
        ///
        /// @param reused whether the connection had carried a request before
        void broken(ResetReason reason, String detail, boolean reused);
    }

    private final Worker worker;
    private final LiveCluster cluster;
    private final Host host;
    private final boolean high;
    private final Owner owner;
    private @Nullable HostPool waitingIn;
    private @Nullable RequestWriter writer;
    private @Nullable InetSocketAddress local;
    private @Nullable TlsFacts tls;
    private @Nullable HttpProtocol protocol;
    private Timers.@Nullable Timer lifetime;
    private boolean begun;
    private boolean whole;
    private boolean counted;
    private boolean over;
    private long start;

    /// @param high the routing priority, which says whose breakers count
    Attempt(Worker worker, LiveCluster cluster, Host host, boolean high, Owner owner) {
        this.worker = worker;
        this.cluster = cluster;
        this.host = host;
        this.high = high;
        this.owner = owner;
    }

    /// Asks for a connection; its owner may be told before this returns.
    ///
    /// @param wish what the connection has to be like
    /// @param upgrades whether the host speaks no HTTP: the request's body is all that it gets
    void start(RequestHead request, ConnectionWish wish, Upgrades upgrades) {
        host.begin();
        if (upgrades.ends(request)) {
            Tunnels.connect(worker, cluster, host, this);
            return;
        }
        var pool = HostPools.of(worker, cluster, host, request.protocol(), wish, high);
        if (pool == null) {
            failed(HostPool.Failure.NO_POOL, "");
            return;
        }
        waitingIn = pool;
        pool.acquire(this);
    }

    Host host() {
        return host;
    }

    /// Null while there is no connection, and after the end.
    @Nullable RequestWriter writer() {
        return writer;
    }

    /// The proxy's own end towards the host; null if it never connected.
    @Nullable InetSocketAddress local() {
        return local;
    }

    /// That the host is spoken to in; null before there is a connection.
    @Nullable HttpProtocol protocol() {
        return protocol;
    }

    /// Of the connection to the host; null without TLS.
    @Nullable TlsFacts tls() {
        return tls;
    }

    /// By the ticker when there was a connection; 0 before.
    long started() {
        return start;
    }

    @Override
    public boolean admitted() {
        counted = cluster.breakers(high).requests().take();
        return counted;
    }

    @Override
    public void ready(HostConnection connection) {
        waitingIn = null;
        if (over) { // a tunnel cannot be called off while it is being made
            connection.close();
            return;
        }
        var to = connection.open(this);
        writer = to;
        local = to.local();
        tls = connection.tls();
        protocol = connection.protocol();
        start = now();
        cluster.ended(host, Outcome.CONNECTED);
        cluster.observer().count(ClusterEvent.UPSTREAM_RQ_TOTAL);
        var most = cluster.config().http().stream();
        if (!most.isZero()) {
            lifetime = worker.after(most.toMillis(), this::tooLong);
        }
        owner.ready(to);
    }

    private void tooLong() {
        cluster.observer().count(ClusterEvent.UPSTREAM_RQ_MAX_DURATION_REACHED);
        cancel();
        owner.broken(ResetReason.DURATION, "", false);
    }

    @Override
    public void failed(HostPool.Failure failure, String reason) {
        waitingIn = null;
        if (over) {
            return;
        }
        if (failure == HostPool.Failure.CONNECT || failure == HostPool.Failure.TIMEOUT) {
            cluster.ended(host, Outcome.CONNECT_FAILED);
        }
        release();
        owner.unconnected(failure, reason);
    }

    @Override
    public void informational(ResponseHead head) {
        owner.informational(head);
    }

    @Override
    public void head(ResponseHead head, boolean end) {
        begun = true;
        whole = end;
        cluster.answered(host, head.status());
        cluster.report(host, head.headers());
        owner.head(head, end);
    }

    @Override
    public void body(ByteBuf part) {
        if (over) {
            part.release();
        } else {
            owner.body(part);
        }
    }

    @Override
    public void end(@Nullable Headers trailers) {
        if (!over) {
            writer = null;
            if (trailers != null) {
                cluster.report(host, trailers);
            }
            release();
            owner.end(trailers);
        }
    }

    @Override
    public void readComplete() {
        if (!over) {
            owner.readComplete();
        }
    }

    @Override
    public void reset(ResetReason reason, String detail) {
        var reused = writer != null && writer.reused();
        writer = null;
        if (over) {
            return;
        }
        if (!begun) {
            cluster.ended(host, Outcome.RESET);
        }
        release();
        owner.broken(reason, detail, reused);
    }

    @Override
    public void writable() {
        if (!over) {
            owner.writable();
        }
    }

    /// The host took too long.
    void timedOut() {
        cluster.ended(host, Outcome.TIMEOUT);
        cancel();
    }

    /// Nothing more of it is wanted.
    void cancel() {
        if (waitingIn != null) {
            waitingIn.forget(this);
            waitingIn = null;
        }
        if (writer != null) {
            var to = writer;
            writer = null;
            if (!whole) { // else its end comes now, and the connection may carry another
                to.cancel();
            }
        }
        release();
    }

    private void release() {
        if (!over) {
            over = true;
            if (lifetime != null) {
                lifetime.cancel();
            }
            host.end();
            if (counted) {
                cluster.breakers(high).requests().give();
            }
        }
    }

    private long now() {
        return worker.ticker().nanos();
    }
}
