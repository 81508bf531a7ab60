package dev.serin.controlplane.generate.listener;

import dev.serin.controlplane.generate.Cached;
import dev.serin.controlplane.generate.route.Routes;
import dev.serin.controlplane.mesh.GatewayServers;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.mesh.Names;
import dev.serin.controlplane.mesh.ProxyScope;
import dev.serin.controlplane.registry.MeshService;
import dev.serin.controlplane.registry.Protocol;
import dev.serin.xds.XdsResource;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// All listeners of a proxy.
public final class Listeners {
    private final Cached<ListenerKey> built = new Cached<>(60_000, ListenerBuilder::build);

    public List<XdsResource> all(MeshSnapshot mesh, ProxyScope scope) {
        var keys =
                scope.role() == ProxyScope.Role.ROUTER
                        ? gateway(mesh, scope)
                        : sidecar(mesh, scope);
        return keys.stream().map(built::get).toList();
    }

    private static List<ListenerKey> sidecar(MeshSnapshot mesh, ProxyScope scope) {
        var log = mesh.settings().accessLog();
        var out = HttpManager.Style.of(scope, log, HttpManager.Direction.OUTBOUND);
        var in = HttpManager.Style.of(scope, log, HttpManager.Direction.INBOUND);
        var pass = mesh.settings().passUnknown();
        var keys = new ArrayList<ListenerKey>();
        keys.add(new ListenerKey.VirtualOutbound(out, pass));
        keys.add(
                new ListenerKey.VirtualInbound(
                        in,
                        mesh.served(scope).stream()
                                .map(s ->
                                        new ListenerKey.Inbound(
                                                s.target(),
                                                s.port().protocol(),
                                                s.service().hostname(),
                                                s.port().number()))
                                .toList()));
        var shared = new TreeSet<Integer>();
        var own = new LinkedHashSet<ListenerKey>();
        for (var service : mesh.servicesSeenFrom(scope.namespace())) {
            for (var port : service.ports()) {
                if (Routes.isShared(service, port)) {
                    shared.add(port.number());
                } else {
                    own(mesh, scope, out, service, port, own);
                }
            }
        }
        for (var port : shared) {
            keys.add(new ListenerKey.OutboundHttp(out, port, pass));
        }
        keys.addAll(own);
        return keys;
    }

    private static void own(
            MeshSnapshot mesh,
            ProxyScope scope,
            HttpManager.Style style,
            MeshService service,
            MeshService.Port port,
            Set<ListenerKey> own) {
        var arms = TcpTargets.of(mesh, scope, service, port);
        for (var address : service.addresses()) {
            own.add(
                    port.protocol() == Protocol.DETECTED
                            ? new ListenerKey.OutboundDetected(
                                    style, address, port.number(), service.hostname(), arms)
                            : new ListenerKey.OutboundTcp(style, address, port.number(), arms));
        }
    }

    private static List<ListenerKey> gateway(MeshSnapshot mesh, ProxyScope scope) {
        var style =
                HttpManager.Style.of(
                        scope, mesh.settings().accessLog(), HttpManager.Direction.GATEWAY);
        var keys = new ArrayList<ListenerKey>();
        var taken = new TreeSet<Integer>();
        for (var server : GatewayServers.of(mesh, scope)) {
            var bind = server.server().bind().isEmpty() ? "0.0.0.0" : server.server().bind();
            if (server.isHttp() && taken.add(server.target())) {
                keys.add(new ListenerKey.GatewayHttp(style, server.target(), bind));
            } else if (server.isTcp()) {
                var arms = TcpTargets.ofGateway(mesh, scope, server.gateway(), server.number());
                if (!arms.isEmpty() && taken.add(server.target())) {
                    keys.add(new ListenerKey.GatewayTcp(style, server.target(), bind, arms));
                }
            }
        }
        return keys;
    }

    static String name(String address, int port) {
        return address + "_" + port;
    }

    static String routes(ListenerKey key) {
        return switch (key) {
            case ListenerKey.OutboundHttp http -> Integer.toString(http.port());
            case ListenerKey.OutboundDetected detected -> detected.host() + ":" + detected.port();
            case ListenerKey.GatewayHttp gateway -> "http." + gateway.port();
            case ListenerKey.VirtualInbound _,
                    ListenerKey.VirtualOutbound _,
                    ListenerKey.OutboundTcp _,
                    ListenerKey.GatewayTcp _ ->
                    Names.PASSTHROUGH;
        };
    }
}
