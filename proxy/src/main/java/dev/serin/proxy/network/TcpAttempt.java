package dev.serin.proxy.network;

import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.Outcome;

import io.netty.channel.ConnectTimeoutException;

import org.jspecify.annotations.Nullable;

/// One connection to one host, tried and then used, as its cluster counts it: what Envoy's pool of
/// TCP connections does. The connection's event loop only.
final class TcpAttempt {
    private final LiveCluster cluster;
    private final Host host;
    private boolean connected;

    private TcpAttempt(LiveCluster cluster, Host host) {
        this.cluster = cluster;
        this.host = host;
    }

    /// Takes a place among the cluster's connections; null if there is none.
    static @Nullable TcpAttempt begin(LiveCluster cluster, Host host) {
        if (!cluster.connections().take()) {
            cluster.observer().count(ClusterEvent.UPSTREAM_CX_OVERFLOW);
            return null;
        }
        host.begin();
        cluster.observer().count(ClusterEvent.UPSTREAM_RQ_PENDING_TOTAL);
        cluster.observer().count(ClusterEvent.UPSTREAM_CX_TOTAL);
        return new TcpAttempt(cluster, host);
    }

    Host host() {
        return host;
    }

    void connected() {
        connected = true;
        cluster.ended(host, Outcome.CONNECTED_FINALLY);
        cluster.observer().count(ClusterEvent.UPSTREAM_RQ_TOTAL);
    }

    /// The host could not be connected to; its place is free again.
    void failed(Throwable cause) {
        cluster.observer().count(ClusterEvent.UPSTREAM_CX_CONNECT_FAIL);
        if (cause instanceof ConnectTimeoutException) {
            cluster.observer().count(ClusterEvent.UPSTREAM_CX_CONNECT_TIMEOUT);
        }
        cluster.observer().count(ClusterEvent.UPSTREAM_RQ_PENDING_FAILURE_EJECT);
        leave();
        cluster.ended(host, Outcome.CONNECT_FAILED);
    }

    /// The connection is closed, or wanted no more before it was there.
    void end() {
        if (!connected) {
            cluster.observer().count(ClusterEvent.UPSTREAM_RQ_CANCELLED);
        }
        leave();
    }

    private void leave() {
        cluster.observer().count(ClusterEvent.UPSTREAM_CX_DESTROY);
        host.end();
        cluster.connections().give();
        cluster.unused(host);
    }
}
