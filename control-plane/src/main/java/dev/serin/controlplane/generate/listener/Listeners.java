package dev.serin.controlplane.generate.listener;

import dev.serin.config.istio.Gateway;
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
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// All listeners of a proxy.
public final class Listeners {
    private static final String ANY = "0.0.0.0";
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
        var pass = mesh.passesUnknown(scope);
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
        var open = new TreeMap<Integer, List<ListenerKey.Chain>>();
        for (var service : mesh.servicesSeenBy(scope)) {
            for (var port : service.ports()) {
                if (Routes.isShared(service, port)) {
                    shared.add(port.number());
                } else {
                    own(mesh, scope, out, service, port, own);
                    if (service.isEntry()
                            && service.addresses().stream().allMatch(MeshService::isSubnet)) {
                        open.computeIfAbsent(port.number(), _ -> new ArrayList<>())
                                .addAll(TcpTargets.anywhere(mesh, scope, service, port));
                    }
                }
            }
        }
        for (var port : shared) {
            var others = TcpTargets.withOtherwise(open.remove(port), pass);
            keys.add(new ListenerKey.OutboundHttp(out, port, others));
        }
        open.forEach((port, chains) ->
                keys.add(
                        new ListenerKey.OutboundTcp(
                                out, ANY, port, TcpTargets.withOtherwise(chains, pass))));
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
        for (var address : service.addresses()) {
            if (MeshService.isSubnet(address)) {
                continue; // a condition on the port's listener instead
            }
            var chains = TcpTargets.of(mesh, scope, service, port, address);
            own.add(
                    port.protocol() == Protocol.DETECTED
                            ? new ListenerKey.OutboundDetected(
                                    style, address, port.number(), service.hostname(), chains)
                            : new ListenerKey.OutboundTcp(style, address, port.number(), chains));
        }
    }

    private static List<ListenerKey> gateway(MeshSnapshot mesh, ProxyScope scope) {
        var style =
                HttpManager.Style.of(
                        scope, mesh.settings().accessLog(), HttpManager.Direction.GATEWAY);
        var keys = new ArrayList<ListenerKey>();
        var taken = new TreeSet<Integer>();
        for (var server : GatewayServers.of(mesh, scope)) {
            var bind = server.server().bind().isEmpty() ? ANY : server.server().bind();
            if (server.isHttp() && taken.add(server.target())) {
                keys.add(new ListenerKey.GatewayHttp(style, server.target(), bind));
            } else if (server.isTcp()) {
                var chains = TcpTargets.plain(mesh, scope, server);
                if (!chains.isEmpty() && taken.add(server.target())) {
                    keys.add(new ListenerKey.GatewayTcp(style, server.target(), bind, chains));
                }
            } else if (server.isTls() && taken.add(server.target())) {
                var opened = opened(mesh, scope, server.target());
                if (!opened.isEmpty()) {
                    keys.add(new ListenerKey.GatewayTls(style, server.target(), bind, opened));
                }
            }
        }
        return keys;
    }

    /// All servers of one port with TLS, each with the names that none before it has.
    private static List<ListenerKey.Opened> opened(
            MeshSnapshot mesh, ProxyScope scope, int target) {
        var opened = new ArrayList<ListenerKey.Opened>();
        var taken = new HashSet<String>();
        var passed = new ArrayList<ListenerKey.Chain>();
        for (var server : GatewayServers.of(mesh, scope)) {
            if (!server.isTls() || server.target() != target) {
                continue;
            }
            if (!server.opens()) {
                passed.addAll(TcpTargets.unopened(mesh, scope, server));
                continue;
            }
            var tls = server.server().tls();
            var identity = tls != null && tls.mode() == Gateway.TlsMode.ISTIO_MUTUAL;
            var names = server.names().stream().filter(taken::add).toList();
            var chains =
                    server.opensHttp()
                            ? List.<ListenerKey.Chain>of()
                            : TcpTargets.plain(mesh, scope, server);
            var whole = server.opensHttp() || !chains.isEmpty();
            if (!names.isEmpty() && whole && (!identity || mesh.settings().identities())) {
                var routes = server.opensHttp() ? server.securedRoutes() : "";
                opened.add(new ListenerKey.Opened(names, tls, routes, chains));
            }
        }
        if (!passed.isEmpty()) {
            opened.add(new ListenerKey.Opened(List.of(), null, "", TcpTargets.distinct(passed)));
        }
        return opened;
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
                    ListenerKey.GatewayTcp _,
                    ListenerKey.GatewayTls _ ->
                    Names.PASSTHROUGH;
        };
    }
}
