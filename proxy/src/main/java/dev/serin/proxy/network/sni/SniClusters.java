package dev.serin.proxy.network.sni;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.network.filter.ConnectionContext;
import dev.serin.proxy.network.filter.NetworkFilter;
import dev.serin.proxy.network.filter.NetworkFilterFactory;
import dev.serin.proxy.network.filter.TcpCluster;

import io.envoyproxy.envoy.extensions.filters.network.sni_cluster.v3.SniCluster;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Compiles Envoy's SniCluster: the TCP proxy behind it takes the cluster that is called as the
/// name in the client's ClientHello, where there is one.
public final class SniClusters implements NetworkFilterFactory {
    @Override
    public List<String> types() {
        return List.of("envoy.extensions.filters.network.sni_cluster.v3.SniCluster");
    }

    @Override
    public NetworkFilter compile(ExtensionConfig config) throws ConfigProblem {
        config.as(SniCluster.parser());
        return new NetworkFilter() {
            @Override
            public @Nullable String refusal(ConnectionContext connection) {
                var name = connection.downstream().serverName();
                if (name != null && !name.isEmpty()) {
                    connection.slots().put(TcpCluster.SLOT, name);
                }
                return null;
            }
        };
    }
}
