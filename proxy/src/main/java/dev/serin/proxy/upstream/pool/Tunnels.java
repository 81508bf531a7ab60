package dev.serin.proxy.upstream.pool;

import dev.serin.proxy.http.codec.TunnelClient;
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
        var client = new TunnelClient(() -> cluster.connections().give());
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
                    waiter.failed(
                            cause instanceof ConnectTimeoutException
                                    ? HostPool.Failure.TIMEOUT
                                    : HostPool.Failure.CONNECT,
                            Connector.reason(cause));
                });
    }
}
