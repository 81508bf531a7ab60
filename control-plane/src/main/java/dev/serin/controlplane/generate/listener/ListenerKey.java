package dev.serin.controlplane.generate.listener;

import dev.serin.config.istio.Gateway;
import dev.serin.config.istio.TrafficPolicy;
import dev.serin.controlplane.registry.Protocol;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// What one listener depends on.
sealed interface ListenerKey {
    HttpManager.Style style();

    /// All HTTP services of a port, and where goes what is not HTTP.
    record OutboundHttp(HttpManager.Style style, int port, List<Chain> others)
            implements ListenerKey {}

    /// One service's port that is not HTTP.
    record OutboundTcp(HttpManager.Style style, String address, int port, List<Chain> chains)
            implements ListenerKey {}

    /// One service's port whose protocol is seen from the first bytes.
    record OutboundDetected(
            HttpManager.Style style, String address, int port, String host, List<Chain> chains)
            implements ListenerKey {}

    /// Where captured traffic arrives that leaves the pod.
    record VirtualOutbound(HttpManager.Style style, boolean passUnknown) implements ListenerKey {}

    /// Where captured traffic arrives that enters the pod.
    record VirtualInbound(HttpManager.Style style, List<Inbound> ports) implements ListenerKey {}

    /// A gateway's port with HTTP on it.
    record GatewayHttp(HttpManager.Style style, int port, String bind) implements ListenerKey {}

    /// A gateway's port with plain connections on it.
    record GatewayTcp(HttpManager.Style style, int port, String bind, List<Chain> chains)
            implements ListenerKey {}

    /// A gateway's port with TLS on it.
    record GatewayTls(HttpManager.Style style, int port, String bind, List<Opened> servers)
            implements ListenerKey {}

    /// One server on a port with TLS.
    ///
    /// @param hosts by which clients ask for it
    /// @param tls null where TLS is passed on unopened
    /// @param routes name of the route configuration, empty where it is not HTTP
    record Opened(
            List<String> hosts,
            Gateway.@Nullable ServerTls tls,
            String routes,
            List<Chain> chains) {}

    /// Connections that meet a condition, and where they go; empty lists do not ask.
    ///
    /// @param sni server names
    /// @param from subnets that they come from
    /// @param to subnets that they go to
    record Chain(List<String> sni, List<String> from, List<String> to, List<Arm> arms) {
        static Chain all(List<Arm> arms) {
            return new Chain(List.of(), List.of(), List.of(), arms);
        }

        boolean isDefault() {
            return sni.isEmpty() && from.isEmpty() && to.isEmpty();
        }

        /// Whether the condition is the same.
        boolean isLike(Chain other) {
            return sni.equals(other.sni) && from.equals(other.from) && to.equals(other.to);
        }
    }

    /// @param weight relative to the sum of its siblings
    record Arm(String cluster, int weight, Terms terms) {
        static Arm all(String cluster) {
            return new Arm(cluster, 1, Terms.NONE);
        }
    }

    /// What a DestinationRule says about connections as a whole; null parts are not written.
    ///
    /// @param tunnel what the connection is put into when its arm has no siblings
    /// @param bySource whether the caller's address decides about the host
    record Terms(
            TrafficPolicy.@Nullable Tunnel tunnel,
            @Nullable Duration idleTimeout,
            @Nullable Duration longest,
            boolean bySource) {
        static final Terms NONE = new Terms(null, null, null, false);
    }

    /// @param host full name of the service, for traces
    record Inbound(int port, Protocol protocol, String host, int servicePort) {}
}
