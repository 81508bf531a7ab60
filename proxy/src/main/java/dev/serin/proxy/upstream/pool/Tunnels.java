package dev.serin.proxy.upstream.pool;

import dev.serin.proxy.http.codec.TunnelClient;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.worker.Worker;

import io.netty.channel.ConnectTimeoutException;

/// Makes connections that carry one tunnel and are never shared.
public final class Tunnels {
    private Tunnels() {}

    /// Gives `waiter` a connection that speaks no HTTP, or says why there is none.
    public static void connect(
            Worker worker, LiveCluster cluster, Host host, HostPool.Waiter waiter) {
        if (!waiter.admitted() || !cluster.connections().take()) {
            waiter.failed(HostPool.Failure.OVERFLOW, "");
            return;
        }
        cluster.observer().count(ClusterEvent.UPSTREAM_RQ_PENDING_TOTAL);
        cluster.observer().count(ClusterEvent.UPSTREAM_CX_TOTAL);
        var client = new TunnelClient(() -> left(cluster));
        Connector.connect(
                worker,
                cluster,
                host,
                client,
                future -> {
                    if (future.isSuccess()) {
                        waiter.ready(client);
                        return;
                    }
                    client.discard();
                    var cause = future.cause();
                    cluster.observer().count(ClusterEvent.UPSTREAM_CX_CONNECT_FAIL);
                    if (cause instanceof ConnectTimeoutException) {
                        cluster.observer().count(ClusterEvent.UPSTREAM_CX_CONNECT_TIMEOUT);
                    }
                    waiter.failed(
                            cause instanceof ConnectTimeoutException
                                    ? HostPool.Failure.TIMEOUT
                                    : HostPool.Failure.CONNECT,
                            Connector.reason(cause));
                });
    }

    private static void left(LiveCluster cluster) {
        cluster.observer().count(ClusterEvent.UPSTREAM_CX_DESTROY);
        cluster.connections().give();
    }
}
