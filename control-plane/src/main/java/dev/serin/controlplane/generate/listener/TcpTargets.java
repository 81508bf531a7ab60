package dev.serin.controlplane.generate.listener;

import dev.serin.config.istio.RouteDestination;
import dev.serin.config.istio.TcpRoute;
import dev.serin.config.istio.VirtualService;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.mesh.Names;
import dev.serin.controlplane.mesh.ProxyScope;
import dev.serin.controlplane.mesh.RouteRules;
import dev.serin.controlplane.registry.MeshService;

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
                    var arms = arms(mesh, rules, rule.route(), port.number());
                    if (!arms.isEmpty()) {
                        return arms;
                    }
                }
            }
        }
        return List.of(
                new ListenerKey.Arm(Names.outbound(port.number(), "", service.hostname()), 1));
    }

    /// The arms of the first tcp rule of a gateway's VirtualServices that holds on `port`.
    static List<ListenerKey.Arm> ofGateway(
            MeshSnapshot mesh, ProxyScope scope, String gateway, int port) {
        for (var rules : mesh.routes().gateway(gateway)) {
            for (var rule : rules.rules().tcp()) {
                if (holds(rule, scope, port, gateway)) {
                    return arms(mesh, rules, rule.route(), port);
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
                arms.add(
                        new ListenerKey.Arm(
                                Names.outbound(number, destination.subset(), service.hostname()),
                                Math.max(1, arm.weight())));
            }
        }
        return List.copyOf(arms);
    }
}
