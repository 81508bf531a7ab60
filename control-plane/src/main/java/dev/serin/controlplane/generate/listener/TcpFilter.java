package dev.serin.controlplane.generate.listener;

import dev.serin.config.istio.TrafficPolicy;
import dev.serin.controlplane.generate.Protos;

import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig;
import io.envoyproxy.envoy.type.v3.HashPolicy;

import java.util.List;

/// The network filter that passes connections on.
final class TcpFilter {
    private TcpFilter() {}

    static Filter to(String cluster, HttpManager.Style style) {
        return to(List.of(ListenerKey.Arm.all(cluster)), style);
    }

    /// What holds for a connection as a whole is that of the first arm, as in Istio.
    static Filter to(List<ListenerKey.Arm> arms, HttpManager.Style style) {
        var tcp = TcpProxy.newBuilder().setStatPrefix(arms.getFirst().cluster());
        var terms = arms.getFirst().terms();
        if (arms.size() == 1) {
            tcp.setCluster(arms.getFirst().cluster());
            if (terms.tunnel() != null) {
                tcp.setTunnelingConfig(into(terms.tunnel()));
            }
        } else {
            var weighted = TcpProxy.WeightedCluster.newBuilder();
            for (var arm : arms) {
                weighted.addClusters(
                        TcpProxy.WeightedCluster.ClusterWeight.newBuilder()
                                .setName(arm.cluster())
                                .setWeight(arm.weight()));
            }
            tcp.setWeightedClusters(weighted);
        }
        if (terms.idleTimeout() != null) {
            tcp.setIdleTimeout(Protos.duration(terms.idleTimeout()));
        }
        if (terms.longest() != null) {
            tcp.setMaxDownstreamConnectionDuration(Protos.duration(terms.longest()));
        }
        if (terms.bySource()) {
            tcp.addHashPolicy(
                    HashPolicy.newBuilder().setSourceIp(HashPolicy.SourceIp.getDefaultInstance()));
        }
        var log = AccessLogs.to(style.accessLog());
        if (log != null) {
            tcp.addAccessLog(log);
        }
        return Filter.newBuilder()
                .setName("envoy.filters.network.tcp_proxy")
                .setTypedConfig(Protos.any(tcp.build()))
                .build();
    }

    private static TunnelingConfig into(TrafficPolicy.Tunnel tunnel) {
        var host = tunnel.targetHost();
        return TunnelingConfig.newBuilder()
                .setHostname(
                        (host.contains(":") ? "[" + host + "]" : host) + ":" + tunnel.targetPort())
                .setUsePost(tunnel.protocol().equals("POST"))
                .build();
    }
}
