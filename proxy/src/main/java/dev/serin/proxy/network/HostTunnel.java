package dev.serin.proxy.network;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.codec.HostConnection;
import dev.serin.proxy.http.codec.RequestWriter;
import dev.serin.proxy.http.codec.ResetReason;
import dev.serin.proxy.http.codec.ResponseReader;
import dev.serin.proxy.network.TunnelRequest.Client;
import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.transport.ConnectionWish;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.Outcome;
import dev.serin.proxy.upstream.pool.HostPool;
import dev.serin.proxy.upstream.pool.HostPools;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/// One HTTP request to the host, whose body carries the client's octets and whose answer's body the
/// host's. Over HTTP/2 each direction ends by itself; over HTTP/1.1 the whole ends with the first
/// of them, as a tunnel does (RFC 9110, 9.3.6). As Envoy's HttpUpstream. The client connection's
/// event loop only.
final class HostTunnel implements HostSide, HostPool.Waiter, ResponseReader {
    private final Worker worker;
    private final LiveCluster cluster;
    private final Host host;
    private final TunnelRequest request;
    private final Client client;
    private final Owner owner;
    private @Nullable HostPool waitingIn;
    private @Nullable RequestWriter writer;
    private @Nullable InetSocketAddress local;
    private @Nullable TlsFacts tls;
    private HttpProtocol protocol = HttpProtocol.HTTP11;
    private boolean counted;
    private boolean accepted;
    private boolean shut;
    private boolean ended;
    private boolean over;

    /// @param client what the request may tell of
    HostTunnel(
            Worker worker,
            LiveCluster cluster,
            Host host,
            TunnelRequest request,
            Client client,
            Owner owner) {
        this.worker = worker;
        this.cluster = cluster;
        this.host = host;
        this.request = request;
        this.client = client;
        this.owner = owner;
    }

    /// Whether the cluster may have one connection more: asked though one that is there may carry
    /// it, as Envoy does.
    boolean begin() {
        if (cluster.connections().open()) {
            cluster.observer().count(ClusterEvent.UPSTREAM_CX_OVERFLOW);
            return false;
        }
        host.begin();
        return true;
    }

    // ---- to the host

    @Override
    public void connect(ConnectionWish wish) {
        var pool = HostPools.of(worker, cluster, host, HttpProtocol.HTTP11, wish, false);
        if (pool == null) {
            failed(HostPool.Failure.NO_POOL, "");
            return;
        }
        waitingIn = pool;
        pool.acquire(this);
    }

    @Override
    public boolean admitted() {
        counted = cluster.requests().take();
        return counted;
    }

    @Override
    public void failed(HostPool.Failure failure, String reason) {
        waitingIn = null;
        if (over) {
            return;
        }
        var unreached = failure == HostPool.Failure.CONNECT || failure == HostPool.Failure.TIMEOUT;
        if (unreached) {
            cluster.ended(host, Outcome.CONNECT_FAILED);
        }
        release();
        var asked = unreached || failure == HostPool.Failure.TOO_MANY;
        owner.unconnected(unreached, asked, reason.isEmpty() ? null : reason);
    }

    @Override
    public void ready(HostConnection connection) {
        waitingIn = null;
        var to = connection.open(this);
        writer = to;
        local = to.local();
        tls = connection.tls();
        protocol = connection.protocol();
        cluster.observer().count(ClusterEvent.UPSTREAM_RQ_TOTAL);
        to.tunnel();
        to.head(request.head(client, tls != null), false);
        to.flush();
    }

    // ---- what comes of the host

    @Override
    public void informational(ResponseHead head) {}

    @Override
    public void head(ResponseHead head, boolean end) {
        request.keepHead(client.slots(), head);
        if (end || !TunnelRequest.accepted(protocol, head.status())) {
            refused("tunnel_response:" + head.status());
            return;
        }
        accepted = true;
        cluster.ended(host, Outcome.CONNECTED_FINALLY);
        owner.connected();
    }

    private void refused(@Nullable String reason) {
        cluster.ended(host, Outcome.CONNECT_FAILED);
        close();
        owner.unconnected(true, true, reason);
    }

    @Override
    public void body(ByteBuf part) {
        if (over || !accepted) {
            part.release();
        } else {
            owner.octets(part);
        }
    }

    @Override
    public void readComplete() {
        if (accepted && !over) {
            owner.readComplete();
        }
    }

    @Override
    public void end(@Nullable Headers trailers) {
        if (over || !accepted) {
            return;
        }
        if (trailers != null) {
            request.keepTrailers(client.slots(), trailers);
        }
        ended = true;
        if (protocol != HttpProtocol.HTTP2) {
            writer = null;
        }
        owner.ended(writer == null);
    }

    @Override
    public void reset(ResetReason reason, String detail) {
        writer = null;
        if (over) {
            return;
        }
        ended = true;
        if (!accepted) {
            refused(null);
        } else if (reason == ResetReason.REMOTE || reason == ResetReason.REFUSED) {
            owner.broken();
        } else {
            owner.ended(true);
        }
    }

    @Override
    public void writable() {
        if (accepted && !over) {
            owner.writable(true);
        }
    }

    // ---- to be written to

    @Override
    public void write(ByteBuf part) {
        if (writer == null || shut) {
            part.release();
        } else {
            writer.write(part);
        }
    }

    @Override
    public void flush() {
        if (writer != null) {
            writer.flush();
        }
    }

    /// What has ended takes all there is, and forgets it.
    @Override
    public boolean hasRoom() {
        return writer == null || writer.writable();
    }

    @Override
    public void readMore(boolean wanted) {
        if (writer != null) {
            writer.readMore(wanted);
        }
    }

    @Override
    public void shut(Runnable then) {
        if (writer != null && !shut) {
            shut = true;
            writer.endRequest(null);
        }
        then.run();
    }

    @Override
    public void abort() {}

    @Override
    public void close() {
        if (waitingIn != null) {
            waitingIn.forget(this);
            waitingIn = null;
        }
        var to = writer;
        writer = null;
        release();
        if (to != null && !(shut && ended)) {
            to.cancel();
        }
    }

    private void release() {
        if (!over) {
            over = true;
            host.end();
            if (counted) {
                cluster.requests().give();
            }
        }
    }

    @Override
    public @Nullable InetSocketAddress local() {
        return local;
    }

    @Override
    public @Nullable TlsFacts tls() {
        return tls;
    }
}
