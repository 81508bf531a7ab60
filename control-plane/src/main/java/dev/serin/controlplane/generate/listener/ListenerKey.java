package dev.serin.controlplane.generate.listener;

import dev.serin.config.istio.TrafficPolicy;
import dev.serin.controlplane.registry.Protocol;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What one listener depends on.
sealed interface ListenerKey {
    HttpManager.Style style();

    /// All HTTP services of a port; what is not HTTP is passed on.
    record OutboundHttp(HttpManager.Style style, int port, boolean passUnknown)
            implements ListenerKey {}

    /// One service's port that is not HTTP.
    record OutboundTcp(HttpManager.Style style, String address, int port, List<Arm> arms)
            implements ListenerKey {}

    /// One service's port whose protocol is seen from the first bytes.
    record OutboundDetected(
            HttpManager.Style style, String address, int port, String host, List<Arm> arms)
            implements ListenerKey {}

    /// Where captured traffic arrives that leaves the pod.
    record VirtualOutbound(HttpManager.Style style, boolean passUnknown) implements ListenerKey {}

    /// Where captured traffic arrives that enters the pod.
    record VirtualInbound(HttpManager.Style style, List<Inbound> ports) implements ListenerKey {}

    /// A gateway's port with HTTP on it.
    record GatewayHttp(HttpManager.Style style, int port, String bind) implements ListenerKey {}

    /// A gateway's port with plain connections on it.
    record GatewayTcp(HttpManager.Style style, int port, String bind, List<Arm> arms)
            implements ListenerKey {}

    /// @param weight relative to the sum of its siblings
    /// @param tunnel what the connection is put into when it has no siblings; null for nothing
    record Arm(String cluster, int weight, TrafficPolicy.@Nullable Tunnel tunnel) {}

    /// @param host full name of the service, for traces
    record Inbound(int port, Protocol protocol, String host, int servicePort) {}
}
