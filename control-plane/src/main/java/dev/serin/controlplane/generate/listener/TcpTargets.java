package dev.serin.controlplane.generate.listener;

import dev.serin.config.istio.RouteDestination;
import dev.serin.config.istio.TcpRoute;
import dev.serin.config.istio.TrafficPolicy;
import dev.serin.config.istio.VirtualService;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.mesh.Names;
import dev.serin.controlplane.mesh.ProxyScope;
import dev.serin.controlplane.mesh.RouteRules;
import dev.serin.controlplane.registry.MeshService;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Where plain connections to a service's port go: by the tcp rules of its VirtualService, else to
/// the service.
final class TcpTargets {
    private TcpTargets() {}

    static List<ListenerKey.Arm> of(
            MeshSnapshot mesh, ProxyScope scope, MeshService service, MeshService.Port port) {
        var rules = mesh.routes().mesh(service.hostname(), scope.namespace());
        if (rules != null) {
            for (var rule : rules.rules().tcp()) {
                if (holds(rule, scope, port.number(), VirtualService.MESH)) {
                    var arms = arms(mesh, scope, rules, rule.route(), port.number());
                    if (!arms.isEmpty()) {
                        return arms;
                    }
                }
            }
        }
        return List.of(arm(mesh, scope, service, port.number(), "", 1));
    }

    /// The arms of the first tcp rule of a gateway's VirtualServices that holds on `port`.
    static List<ListenerKey.Arm> ofGateway(
            MeshSnapshot mesh, ProxyScope scope, String gateway, int port) {
        for (var rules : mesh.routes().gateway(gateway)) {
            for (var rule : rules.rules().tcp()) {
                if (holds(rule, scope, port, gateway)) {
                    return arms(mesh, scope, rules, rule.route(), port);
                }
            }
        }
        return List.of();
    }

    private static boolean holds(TcpRoute rule, ProxyScope scope, int port, String gateway) {
        return rule.match().isEmpty()
                || rule.match().stream()
                        .anyMatch(m ->
                                (m.port() == 0 || m.port() == port)
                                        && m.destinationSubnets().isEmpty()
                                        && m.sourceSubnet().isEmpty()
                                        && (m.gateways().isEmpty()
                                                || m.gateways().contains(gateway))
                                        && (m.sourceNamespace().isEmpty()
                                                || m.sourceNamespace().equals(scope.namespace()))
                                        && scope.workload()
                                                .labels()
                                                .entrySet()
                                                .containsAll(m.sourceLabels().entrySet()));
    }

    private static List<ListenerKey.Arm> arms(
            MeshSnapshot mesh,
            ProxyScope scope,
            RouteRules.InForce rules,
            List<RouteDestination> destinations,
            int port) {
        var arms = new ArrayList<ListenerKey.Arm>();
        for (var arm : destinations) {
            var destination = arm.destination();
            var service =
                    mesh.services()
                            .find(rules.resolve(destination.host(), mesh.settings().domain()));
            if (service == null || (arm.weight() == 0 && destinations.size() > 1)) {
                continue;
            }
            var number =
                    destination.port() != 0
                            ? destination.port()
                            : service.ports().size() == 1
                                    ? service.ports().getFirst().number()
                                    : port;
            if (service.port(number) != null) {
                var weight = Math.max(1, arm.weight());
                arms.add(arm(mesh, scope, service, number, destination.subset(), weight));
            }
        }
        return List.copyOf(arms);
    }

    private static ListenerKey.Arm arm(
            MeshSnapshot mesh,
            ProxyScope scope,
            MeshService service,
            int port,
            String subset,
            int weight) {
        return new ListenerKey.Arm(
                Names.outbound(port, subset, service.hostname()),
                weight,
                tunnel(mesh, scope, service, subset));
    }

    /// A subset's own, which does not inherit that of the whole, as in Istio.
    private static TrafficPolicy.@Nullable Tunnel tunnel(
            MeshSnapshot mesh, ProxyScope scope, MeshService service, String subset) {
        var rule = mesh.policies().rule(service.hostname(), service.namespace(), scope.namespace());
        var part = subset.isEmpty() ? null : rule.subset(subset);
        var policy = subset.isEmpty() ? rule.policy() : part == null ? null : part.trafficPolicy();
        return policy == null ? null : policy.tunnel();
    }
}
