package dev.serin.controlplane.mesh;

import dev.serin.config.ResourceKey;
import dev.serin.config.istio.Sidecar;
import dev.serin.controlplane.registry.MeshService;
import dev.serin.controlplane.registry.Services;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Which services each sidecar is told of; immutable, what it has worked out is kept. The same
/// instance stands for the same Sidecars, services and routes.
public final class Sidecars {
    private final List<Sidecar> ordered;
    private final Services services;
    private final RouteRules routes;
    private final String root;
    private final String domain;
    private final Map<Viewer, Services.Seen> seen = new ConcurrentHashMap<>();

    /// @param root the namespace whose Sidecar without a selector holds where there is no other
    public Sidecars(
            Collection<Sidecar> all,
            Services services,
            RouteRules routes,
            String root,
            String domain) {
        this.ordered =
                all.stream()
                        .sorted(
                                Comparator.comparing((Sidecar s) -> s.metadata().created())
                                        .thenComparing(s -> s.metadata().key().toString()))
                        .toList();
        this.services = services;
        this.routes = routes;
        this.root = root;
        this.domain = domain;
    }

    private record Viewer(String namespace, @Nullable ResourceKey sidecar) {}

    /// The one that holds for a proxy: one that selects it, else its namespace's, else the root's;
    /// of several the oldest. Null for none, and for gateways.
    public @Nullable Sidecar of(ProxyScope scope) {
        if (scope.role() != ProxyScope.Role.SIDECAR || ordered.isEmpty()) {
            return null;
        }
        Sidecar own = null;
        Sidecar everybodys = null;
        for (var sidecar : ordered) {
            var selector = sidecar.workloadSelector();
            var here = sidecar.metadata().namespace().equals(scope.namespace());
            if (here && !selector.isEmpty() && scope.has(selector)) {
                return sidecar;
            }
            if (here && selector.isEmpty() && own == null) {
                own = sidecar;
            }
            if (sidecar.metadata().namespace().equals(root)
                    && selector.isEmpty()
                    && everybodys == null) {
                everybodys = sidecar;
            }
        }
        return own == null ? everybodys : own;
    }

    /// What a proxy is told of.
    public Services.Seen seenBy(ProxyScope scope) {
        var sidecar = of(scope);
        var egress = sidecar == null ? null : sidecar.egress();
        if (sidecar == null || egress == null) {
            return services.seenFrom(scope.namespace());
        }
        return seen.computeIfAbsent(
                new Viewer(scope.namespace(), sidecar.metadata().key()),
                viewer -> see(viewer.namespace, egress));
    }

    /// The services that the patterns name, and those that routes for them lead to.
    private Services.Seen see(String namespace, List<String> patterns) {
        var all = services.seenFrom(namespace);
        var named = new LinkedHashMap<String, MeshService>();
        for (var service : all.services()) {
            if (patterns.stream().anyMatch(p -> names(p, service, namespace))) {
                named.put(service.hostname(), service);
            }
        }
        var whole = new HashMap<>(named);
        for (var host : named.keySet()) {
            var rules = routes.mesh(host, namespace);
            if (rules != null) {
                for (var destination : rules.destinations()) {
                    var full = rules.resolve(destination.host(), domain);
                    var service = all.byHost().get(full);
                    if (service != null) {
                        whole.putIfAbsent(full, service);
                    }
                }
            }
        }
        return new Services.Seen(
                all.services().stream().filter(s -> whole.containsKey(s.hostname())).toList(),
                whole);
    }

    private static boolean names(String pattern, MeshService service, String viewer) {
        var slash = pattern.indexOf('/');
        var namespace = pattern.substring(0, Math.max(slash, 0));
        var right =
                namespace.equals("*")
                        || namespace.equals(service.namespace())
                        || (namespace.equals(".") && viewer.equals(service.namespace()));
        return right && Hosts.covers(pattern.substring(slash + 1), service.hostname());
    }
}
