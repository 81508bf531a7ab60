package dev.serin.controlplane.generate.route;

import dev.serin.config.istio.Destination;
import dev.serin.config.istio.HttpAction;
import dev.serin.config.istio.HttpMatch;
import dev.serin.config.istio.HttpRoute;
import dev.serin.config.istio.LoadBalancer;
import dev.serin.config.istio.RouteDestination;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.mesh.ProxyScope;
import dev.serin.controlplane.mesh.RouteRules;
import dev.serin.controlplane.registry.MeshService;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Where rules are being read for: a proxy, its gateway or `mesh`, and a port. Leaves out what does
/// not hold there, and names the clusters.
record RuleContext(MeshSnapshot mesh, ProxyScope scope, String gateway, int port) {

    List<RoutePlan.Rule> rules(RouteRules.InForce inForce) {
        var rules = new ArrayList<RoutePlan.Rule>();
        for (var route : inForce.rules().http()) {
            var targets = targets(route, inForce);
            if (route.match().isEmpty()) {
                rules.add(rule(route, null, targets, inForce));
            }
            for (var match : route.match()) {
                if (holdsHere(match, inForce)) {
                    var open =
                            takesEverything(match) && match.statPrefix().isEmpty() ? null : match;
                    rules.add(rule(route, open, targets, inForce));
                }
            }
        }
        return List.copyOf(rules);
    }

    /// The way to a service that no VirtualService says anything about.
    RoutePlan.Rule plain(MeshService service, MeshService.Port port) {
        var cluster = Routes.cluster(service, port.number(), "");
        var targets =
                new RoutePlan.Targets(
                        List.of(new RoutePlan.Target(cluster, 0, null)),
                        List.of(),
                        hash(service, port.number(), ""));
        return new RoutePlan.Rule(
                "default",
                null,
                null,
                targets,
                service.hostname() + ":" + port.number() + "/*",
                null,
                port.number());
    }

    private RoutePlan.Rule rule(
            HttpRoute route,
            @Nullable HttpMatch match,
            RoutePlan.Targets targets,
            RouteRules.InForce inForce) {
        var name = route.name();
        if (match != null && !match.name().isEmpty()) {
            name = name.isEmpty() ? match.name() : name + "." + match.name();
        }
        var operation =
                inForce.hosts().isEmpty() ? "*" : inForce.hosts().getFirst() + ":" + port + "/*";
        return new RoutePlan.Rule(name, match, route, targets, operation, inForce.key(), port);
    }

    private boolean holdsHere(HttpMatch match, RouteRules.InForce inForce) {
        if (match.port() != 0 && match.port() != port) {
            return false;
        }
        return inForce.names(match.gateways(), gateway)
                && scope.has(match.sourceLabels())
                && (match.sourceNamespace().isEmpty()
                        || match.sourceNamespace().equals(scope.namespace()));
    }

    private static boolean takesEverything(HttpMatch match) {
        return match.uri() == null
                && match.scheme() == null
                && match.method() == null
                && match.authority() == null
                && match.headers().isEmpty()
                && match.withoutHeaders().isEmpty()
                && match.queryParams().isEmpty();
    }

    private RoutePlan.Targets targets(HttpRoute route, RouteRules.InForce inForce) {
        var clusters = new ArrayList<RoutePlan.Target>();
        var hash = new ArrayList<LoadBalancer.HashKey>();
        if (route.action() instanceof HttpAction.Forward forward) {
            for (var arm : forward.destinations()) {
                var lonely = forward.destinations().size() == 1;
                if (arm.weight() > 0 || lonely) {
                    add(arm, inForce, clusters, hash);
                }
            }
        }
        var mirrors = new ArrayList<RoutePlan.MirrorTarget>();
        for (var mirror : route.mirrors()) {
            var cluster = cluster(mirror.destination(), inForce);
            if (cluster != null && mirror.percent() > 0) {
                mirrors.add(new RoutePlan.MirrorTarget(cluster, mirror.percent()));
            }
        }
        return new RoutePlan.Targets(
                List.copyOf(clusters), List.copyOf(mirrors), List.copyOf(hash));
    }

    private void add(
            RouteDestination arm,
            RouteRules.InForce inForce,
            List<RoutePlan.Target> clusters,
            List<LoadBalancer.HashKey> hash) {
        var cluster = cluster(arm.destination(), inForce);
        if (cluster == null) {
            return;
        }
        var headers = arm.headers();
        var unchanged = headers.request().isEmpty() && headers.response().isEmpty();
        clusters.add(new RoutePlan.Target(cluster, arm.weight(), unchanged ? null : headers));
        var service = service(arm.destination(), inForce);
        if (service != null) {
            hash(service, port(arm.destination(), service), arm.destination().subset()).stream()
                    .filter(key -> !hash.contains(key))
                    .forEach(hash::add);
        }
    }

    /// The cluster of a destination, null when the service or its port is gone.
    private @Nullable String cluster(Destination destination, RouteRules.InForce inForce) {
        var service = service(destination, inForce);
        if (service == null) {
            return null;
        }
        var number = port(destination, service);
        return service.port(number) == null
                ? null
                : Routes.cluster(service, number, destination.subset());
    }

    private @Nullable MeshService service(Destination destination, RouteRules.InForce inForce) {
        return mesh.service(inForce.resolve(destination.host(), mesh.settings().domain()), scope);
    }

    private int port(Destination destination, MeshService service) {
        if (destination.port() != 0) {
            return destination.port();
        }
        return service.ports().size() == 1 ? service.ports().getFirst().number() : port;
    }

    private List<LoadBalancer.HashKey> hash(MeshService service, int number, String subset) {
        var rule = mesh.rule(service, scope);
        var balancer =
                rule.on(number, subset.isEmpty() ? null : rule.subset(subset)).loadBalancer();
        return balancer == null || balancer.consistentHash() == null
                ? List.of()
                : List.of(balancer.consistentHash().key());
    }
}
