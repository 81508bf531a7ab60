package dev.serin.controlplane.generate.listener;

import com.google.protobuf.Duration;

import dev.serin.controlplane.generate.Protos;
import dev.serin.controlplane.generate.route.RouteBuilder;
import dev.serin.controlplane.mesh.Names;
import dev.serin.controlplane.registry.Protocol;
import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;

import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.type.v3.Int32Range;

import java.util.List;

/// Builds one listener of its key.
final class ListenerBuilder {
    private static final String ANY = "0.0.0.0";
    private static final List<String> HTTP = List.of("http/1.1", "h2c");

    private ListenerBuilder() {}

    static XdsResource build(ListenerKey key) {
        var listener =
                switch (key) {
                    case ListenerKey.VirtualOutbound outbound -> virtualOutbound(outbound);
                    case ListenerKey.VirtualInbound inbound -> virtualInbound(inbound);
                    case ListenerKey.OutboundHttp http -> outboundHttp(http);
                    case ListenerKey.OutboundTcp tcp ->
                            Chains.add(
                                    unbound(tcp.address(), tcp.port()), tcp.chains(), tcp.style());
                    case ListenerKey.OutboundDetected detected -> detected(detected);
                    case ListenerKey.GatewayHttp gateway -> gateway(gateway);
                    case ListenerKey.GatewayTcp gateway ->
                            Chains.add(
                                    bound(gateway.bind(), gateway.port()),
                                    gateway.chains(),
                                    gateway.style());
                    case ListenerKey.GatewayTls gateway -> encrypted(gateway);
                };
        return XdsResource.of(ResourceType.LISTENER, listener.getName(), listener.build());
    }

    private static Listener.Builder virtualOutbound(ListenerKey.VirtualOutbound key) {
        var otherwise = key.passUnknown() ? Names.PASSTHROUGH : Names.BLACK_HOLE;
        return Listener.newBuilder()
                .setName(Names.VIRTUAL_OUTBOUND)
                .setAddress(Protos.address(ANY, Names.OUTBOUND_PORT))
                .setUseOriginalDst(Protos.yes())
                .setTrafficDirection(TrafficDirection.OUTBOUND)
                // Whoever calls the port itself would be sent round in a circle.
                .addFilterChains(
                        blackHole("virtualOutbound-blackhole", Names.OUTBOUND_PORT, key.style()))
                .setDefaultFilterChain(
                        FilterChain.newBuilder()
                                .setName("virtualOutbound-catchall-tcp")
                                .addFilters(TcpFilter.to(otherwise, key.style())));
    }

    private static Listener.Builder outboundHttp(ListenerKey.OutboundHttp key) {
        return sniffing(
                unbound(ANY, key.port()),
                HttpManager.byName(
                        key.style(), "outbound_" + ANY + "_" + key.port(), Listeners.routes(key)),
                key.others(),
                key.style());
    }

    private static Listener.Builder detected(ListenerKey.OutboundDetected key) {
        return sniffing(
                unbound(key.address(), key.port()),
                HttpManager.byName(
                        key.style(),
                        "outbound_" + key.address() + "_" + key.port(),
                        Listeners.routes(key)),
                key.chains(),
                key.style());
    }

    /// HTTP by the first bytes goes to one filter, everything else to the other.
    private static Listener.Builder sniffing(
            Listener.Builder listener,
            Filter http,
            List<ListenerKey.Chain> others,
            HttpManager.Style style) {
        listener.addListenerFilters(httpInspector())
                .setListenerFiltersTimeout(Duration.getDefaultInstance())
                .setContinueOnListenerFiltersTimeout(true)
                .addFilterChains(
                        FilterChain.newBuilder()
                                .setFilterChainMatch(
                                        FilterChainMatch.newBuilder()
                                                .addAllApplicationProtocols(HTTP))
                                .addFilters(http));
        return Chains.add(listener, others, style);
    }

    /// A chain a server: by the name that the client asks for, before anything is decrypted.
    private static Listener.Builder encrypted(ListenerKey.GatewayTls key) {
        var listener = bound(key.bind(), key.port()).addListenerFilters(Chains.tlsInspector());
        for (var server : key.servers()) {
            if (server.tls() == null) {
                Chains.addUnopened(listener, server.chains(), key.style());
                continue;
            }
            var http = !server.routes().isEmpty();
            var chain =
                    FilterChain.newBuilder()
                            .setTransportSocket(ServerSockets.of(server.tls(), http));
            var names = Chains.names(server.hosts());
            if (!names.isEmpty()) {
                chain.setFilterChainMatch(FilterChainMatch.newBuilder().addAllServerNames(names));
            }
            chain.addFilters(
                    http
                            ? HttpManager.byName(
                                    key.style(),
                                    "outbound_" + key.bind() + "_" + key.port(),
                                    server.routes())
                            : TcpFilter.to(server.chains().getFirst().arms(), key.style()));
            listener.addFilterChains(chain);
        }
        return listener;
    }

    private static Listener.Builder gateway(ListenerKey.GatewayHttp key) {
        return bound(key.bind(), key.port())
                .addFilterChains(
                        FilterChain.newBuilder()
                                .addFilters(
                                        HttpManager.byName(
                                                key.style(),
                                                "outbound_" + key.bind() + "_" + key.port(),
                                                Listeners.routes(key))));
    }

    private static Listener.Builder virtualInbound(ListenerKey.VirtualInbound key) {
        var listener =
                Listener.newBuilder()
                        .setName(Names.VIRTUAL_INBOUND)
                        .setAddress(Protos.address(ANY, Names.INBOUND_PORT))
                        .setTrafficDirection(TrafficDirection.INBOUND)
                        .setListenerFiltersTimeout(Duration.getDefaultInstance())
                        .setContinueOnListenerFiltersTimeout(true)
                        .addListenerFilters(
                                ListenerFilter.newBuilder()
                                        .setName("envoy.filters.listener.original_dst")
                                        .setTypedConfig(
                                                Protos.any(OriginalDst.getDefaultInstance())));
        var detected = key.ports().stream().filter(p -> p.protocol() == Protocol.DETECTED).toList();
        if (!detected.isEmpty()) {
            listener.addListenerFilters(httpInspector().setFilterDisabled(not(detected)).build());
        }
        listener.addFilterChains(
                blackHole("virtualInbound-blackhole", Names.INBOUND_PORT, key.style()));
        for (var port : key.ports()) {
            var name = ANY + "_" + port.port();
            if (port.protocol().isHttp()) {
                listener.addFilterChains(chain(name, port, false).addFilters(http(port, key)));
            } else if (port.protocol() == Protocol.DETECTED) {
                listener.addFilterChains(
                        chain(name + "-http", port, true).addFilters(http(port, key)));
            }
            if (!port.protocol().isHttp()) {
                listener.addFilterChains(
                        chain(name, port, false)
                                .addFilters(TcpFilter.to(Names.inbound(port.port()), key.style())));
            }
        }
        return listener.setDefaultFilterChain(
                FilterChain.newBuilder()
                        .setName("virtualInbound")
                        .addFilters(TcpFilter.to(Names.INBOUND_PASSTHROUGH, key.style())));
    }

    private static FilterChain.Builder chain(
            String name, ListenerKey.Inbound port, boolean onlyHttp) {
        var match = FilterChainMatch.newBuilder().setDestinationPort(Protos.number(port.port()));
        if (onlyHttp) {
            match.addAllApplicationProtocols(HTTP);
        }
        return FilterChain.newBuilder().setName(name).setFilterChainMatch(match);
    }

    private static Filter http(ListenerKey.Inbound port, ListenerKey.VirtualInbound key) {
        var cluster = Names.inbound(port.port());
        return HttpManager.inline(
                key.style(),
                "inbound_" + ANY + "_" + port.port(),
                RouteBuilder.inbound(
                        cluster,
                        port.servicePort(),
                        port.host() + ":" + port.servicePort() + "/*"));
    }

    private static FilterChain blackHole(String name, int port, HttpManager.Style style) {
        return FilterChain.newBuilder()
                .setName(name)
                .setFilterChainMatch(
                        FilterChainMatch.newBuilder().setDestinationPort(Protos.number(port)))
                .addFilters(TcpFilter.to(Names.BLACK_HOLE, style))
                .build();
    }

    private static ListenerFilter.Builder httpInspector() {
        return ListenerFilter.newBuilder()
                .setName("envoy.filters.listener.http_inspector")
                .setTypedConfig(Protos.any(HttpInspector.getDefaultInstance()));
    }

    /// Off for every port but these: a server that speaks first would be waited for in vain.
    private static ListenerFilterChainMatchPredicate not(List<ListenerKey.Inbound> ports) {
        var ranges =
                ports.stream()
                        .map(p ->
                                ListenerFilterChainMatchPredicate.newBuilder()
                                        .setDestinationPortRange(
                                                Int32Range.newBuilder()
                                                        .setStart(p.port())
                                                        .setEnd(p.port() + 1))
                                        .build())
                        .toList();
        var any =
                ranges.size() == 1
                        ? ranges.getFirst()
                        : ListenerFilterChainMatchPredicate.newBuilder()
                                .setOrMatch(
                                        ListenerFilterChainMatchPredicate.MatchSet.newBuilder()
                                                .addAllRules(ranges))
                                .build();
        return ListenerFilterChainMatchPredicate.newBuilder().setNotMatch(any).build();
    }

    private static Listener.Builder bound(String address, int port) {
        return Listener.newBuilder()
                .setName(Listeners.name(address, port))
                .setAddress(Protos.address(address, port))
                .setTrafficDirection(TrafficDirection.OUTBOUND);
    }

    /// Not a socket of its own: chosen by where a captured connection was going.
    private static Listener.Builder unbound(String address, int port) {
        return bound(address, port).setBindToPort(Protos.no());
    }
}
