package dev.serin.controlplane.generate.route;

import dev.serin.controlplane.generate.Cached;
import dev.serin.controlplane.mesh.GatewayServers;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.mesh.Names;
import dev.serin.controlplane.mesh.ProxyScope;
import dev.serin.controlplane.registry.MeshService;
import dev.serin.controlplane.registry.Protocol;
import dev.serin.xds.XdsResource;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The route configurations of a proxy: for a sidecar `8080` with every HTTP service of that port,
/// and `host:8080` for a service whose protocol is detected; for a gateway `http.8080`, and
/// `https.443.port.gateway.namespace` for what is inside of TLS.
public final class Routes {
    private final Cached<RoutePlan> built = new Cached<>(60_000, RouteBuilder::build);

    /// The configuration of this name, null if the proxy has none such.
    public @Nullable XdsResource find(MeshSnapshot mesh, ProxyScope scope, String name) {
        var plan =
                scope.role() == ProxyScope.Role.ROUTER
                        ? gateway(mesh, scope, name)
                        : sidecar(mesh, scope, name);
        return plan == null ? null : built.get(plan);
    }

    private static @Nullable RoutePlan sidecar(MeshSnapshot mesh, ProxyScope scope, String name) {
        var colon = name.lastIndexOf(':');
        var port = number(name.substring(colon + 1));
        if (port < 0) {
            return null;
        }
        var otherwise =
                mesh.passesUnknown(scope) ? RoutePlan.Otherwise.PASS : RoutePlan.Otherwise.BLOCK;
        if (colon > 0) {
            var service = mesh.service(name.substring(0, colon), scope);
            var there = service == null ? null : service.port(port);
            if (service == null || there == null) {
                return null;
            }
            // Only traffic to this service's address comes here: whatever the Host header says.
            var rules = rules(mesh, scope, service, there);
            var host = new RoutePlan.Host(name, List.of("*"), rules, false);
            return new RoutePlan(name, List.of(host), RoutePlan.Otherwise.UNKNOWN, false);
        }
        var hosts = new ArrayList<RoutePlan.Host>();
        var taken = new LinkedHashMap<String, Boolean>();
        for (var service : mesh.servicesSeenBy(scope)) {
            var there = service.port(port);
            if (there == null || !isShared(service, there)) {
                continue;
            }
            var domains =
                    Domains.of(service, port, scope.namespace(), mesh.settings().domain()).stream()
                            .filter(d -> taken.putIfAbsent(d, true) == null)
                            .toList();
            if (!domains.isEmpty()) {
                hosts.add(
                        new RoutePlan.Host(
                                service.hostname() + ":" + port,
                                domains,
                                rules(mesh, scope, service, there),
                                false));
            }
        }
        return new RoutePlan(name, List.copyOf(hosts), otherwise, false);
    }

    /// Whether the service is one of many on its port's wildcard listener.
    public static boolean isShared(MeshService service, MeshService.Port port) {
        return port.protocol().isHttp()
                || (port.protocol() == Protocol.DETECTED
                        && (service.resolution() != MeshService.Resolution.VIRTUAL
                                || service.isEntry()));
    }

    private static List<RoutePlan.Rule> rules(
            MeshSnapshot mesh, ProxyScope scope, MeshService service, MeshService.Port port) {
        var inForce = mesh.routes().mesh(service.hostname(), scope.namespace());
        var context = new RuleContext(mesh, scope, "mesh", port.number());
        if (inForce != null && !inForce.rules().http().isEmpty()) {
            return context.rules(inForce);
        }
        return List.of(context.plain(service, port));
    }

    private static @Nullable RoutePlan gateway(MeshSnapshot mesh, ProxyScope scope, String name) {
        var open = name.startsWith("http.") ? number(name.substring(5)) : -1;
        var servers =
                GatewayServers.of(mesh, scope).stream()
                        .filter(s ->
                                open >= 0
                                        ? s.isHttp() && s.target() == open
                                        : s.opensHttp() && s.securedRoutes().equals(name))
                        .toList();
        if (servers.isEmpty()) {
            return null;
        }
        var port = servers.getFirst().target();
        var hosts = new LinkedHashMap<String, List<RoutePlan.Rule>>();
        var httpsOnly = new LinkedHashMap<String, Boolean>();
        for (var server : servers) {
            var context = new RuleContext(mesh, scope, server.gateway(), server.number());
            for (var rules : server.rules(mesh, scope)) {
                for (var host : server.hosts(rules)) {
                    hosts.computeIfAbsent(host, _ -> new ArrayList<>())
                            .addAll(context.rules(rules));
                    httpsOnly.putIfAbsent(host, server.redirects());
                }
            }
            if (server.redirects()) {
                for (var host : server.server().hosts()) {
                    var bare = host.substring(host.indexOf('/') + 1);
                    hosts.computeIfAbsent(bare, _ -> new ArrayList<>());
                    httpsOnly.putIfAbsent(bare, true);
                }
            }
        }
        return new RoutePlan(
                name, planned(hosts, httpsOnly, port), RoutePlan.Otherwise.UNKNOWN, true);
    }

    private static List<RoutePlan.Host> planned(
            Map<String, List<RoutePlan.Rule>> hosts, Map<String, Boolean> httpsOnly, int port) {
        var planned = new ArrayList<RoutePlan.Host>();
        hosts.forEach((host, rules) ->
                planned.add(
                        new RoutePlan.Host(
                                host + ":" + port,
                                host.equals("*") ? List.of("*") : List.of(host, host + ":*"),
                                catchAllLast(rules),
                                httpsOnly.getOrDefault(host, false))));
        return List.copyOf(planned);
    }

    /// Rules of several VirtualServices for one host: what takes everything comes after the rest.
    private static List<RoutePlan.Rule> catchAllLast(List<RoutePlan.Rule> rules) {
        if (rules.stream().map(RoutePlan.Rule::source).distinct().count() < 2) {
            return List.copyOf(rules);
        }
        var sorted = new ArrayList<RoutePlan.Rule>();
        rules.stream().filter(r -> r.match() != null).forEach(sorted::add);
        rules.stream().filter(r -> r.match() == null).forEach(sorted::add);
        return List.copyOf(sorted);
    }

    static String cluster(MeshService service, int port, String subset) {
        return Names.outbound(port, subset, service.hostname());
    }

    private static int number(String text) {
        return !text.isEmpty() && text.length() < 6 && text.chars().allMatch(Character::isDigit)
                ? Integer.parseInt(text)
                : -1;
    }
}
