package dev.serin.controlplane.generate.listener;

import dev.serin.base.net.Cidr;
import dev.serin.config.istio.LoadBalancer;
import dev.serin.config.istio.RouteDestination;
import dev.serin.config.istio.TcpRoute;
import dev.serin.config.istio.TlsRoute;
import dev.serin.config.istio.VirtualService;
import dev.serin.controlplane.mesh.GatewayServers;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.mesh.Names;
import dev.serin.controlplane.mesh.ProxyScope;
import dev.serin.controlplane.mesh.RouteRules;
import dev.serin.controlplane.registry.MeshService;
import dev.serin.controlplane.registry.Protocol;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// Where connections go that are not looked into: by the tls and tcp rules of VirtualServices, else
/// to the service that the address is of.
record TcpTargets(MeshSnapshot mesh, ProxyScope scope, String gateway, int port) {

    /// Out of a sidecar, to one address of a service. Of a condition what is known beforehand is
    /// decided here: where the connection comes from and goes to.
    static List<ListenerKey.Chain> of(
            MeshSnapshot mesh,
            ProxyScope scope,
            MeshService service,
            MeshService.Port port,
            String address) {
        var targets = new TcpTargets(mesh, scope, VirtualService.MESH, port.number());
        var rules = mesh.routes().mesh(service.hostname(), scope.namespace());
        var plain = ListenerKey.Chain.all(List.of(targets.arm(service, port.number(), "", 1)));
        return rules == null
                ? List.of(plain)
                : targets.sidecar(rules, port.protocol(), address, plain);
    }

    private List<ListenerKey.Chain> sidecar(
            RouteRules.InForce rules,
            Protocol protocol,
            String address,
            ListenerKey.Chain otherwise) {
        var chains = new ArrayList<ListenerKey.Chain>();
        for (var rule : protocol == Protocol.TCP ? List.<TlsRoute>of() : rules.rules().tls()) {
            var arms = arms(rules, rule.route());
            for (var match : rule.match()) {
                if (!arms.isEmpty()
                        && holds(match, rules)
                        && isIn(match.destinationSubnets(), address)) {
                    chains.add(new ListenerKey.Chain(match.sniHosts(), List.of(), List.of(), arms));
                }
            }
        }
        chains.add(plain(rules, address, otherwise));
        return distinct(chains);
    }

    /// The first tcp rule that holds on the way to `address`.
    private ListenerKey.Chain plain(
            RouteRules.InForce rules, String address, ListenerKey.Chain otherwise) {
        var own = scope.ips().getFirst();
        for (var rule : rules.rules().tcp()) {
            var holds =
                    rule.match().isEmpty()
                            || rule.match().stream()
                                    .anyMatch(m ->
                                            holds(m, rules)
                                                    && isIn(m.destinationSubnets(), address)
                                                    && isIn(subnet(m), own));
            var arms = holds ? arms(rules, rule.route()) : List.<ListenerKey.Arm>of();
            if (!arms.isEmpty()) {
                return ListenerKey.Chain.all(arms);
            }
        }
        return otherwise;
    }

    /// To a service without an address or with subnets: by the server name that callers ask for;
    /// what is not TLS is taken by the port, in the subnets if there are any.
    static List<ListenerKey.Chain> anywhere(
            MeshSnapshot mesh, ProxyScope scope, MeshService service, MeshService.Port port) {
        var chains = new ArrayList<ListenerKey.Chain>();
        for (var chain : of(mesh, scope, service, port, "0.0.0.0")) {
            chains.add(
                    chain.isDefault() && port.protocol() == Protocol.TLS
                            ? new ListenerKey.Chain(
                                    List.of(service.hostname()),
                                    List.of(),
                                    service.addresses(),
                                    chain.arms())
                            : new ListenerKey.Chain(
                                    chain.sni(), List.of(), service.addresses(), chain.arms()));
        }
        return chains;
    }

    /// The chains, none twice, with one for what none of them takes.
    static List<ListenerKey.Chain> withOtherwise(
            @Nullable List<ListenerKey.Chain> chains, boolean pass) {
        var all = new ArrayList<>(chains == null ? List.of() : chains);
        all.add(
                ListenerKey.Chain.all(
                        List.of(ListenerKey.Arm.all(pass ? Names.PASSTHROUGH : Names.BLACK_HOLE))));
        return distinct(all);
    }

    /// Through a plain port of a gateway, or one whose TLS was opened.
    static List<ListenerKey.Chain> plain(
            MeshSnapshot mesh, ProxyScope scope, GatewayServers.Bound server) {
        var targets = new TcpTargets(mesh, scope, server.gateway(), server.number());
        var chains = new ArrayList<ListenerKey.Chain>();
        for (var rules : server.rules(mesh, scope)) {
            for (var rule : rules.rules().tcp()) {
                var arms = targets.arms(rules, rule.route());
                for (var match : rule.match()) {
                    if (targets.holds(match, rules) && !arms.isEmpty()) {
                        chains.add(
                                new ListenerKey.Chain(
                                        List.of(),
                                        subnet(match),
                                        match.destinationSubnets(),
                                        arms));
                    }
                }
                if (rule.match().isEmpty() && !arms.isEmpty()) {
                    chains.add(ListenerKey.Chain.all(arms));
                }
            }
        }
        return distinct(chains);
    }

    /// Through a port of a gateway that passes TLS on unopened.
    static List<ListenerKey.Chain> unopened(
            MeshSnapshot mesh, ProxyScope scope, GatewayServers.Bound server) {
        var targets = new TcpTargets(mesh, scope, server.gateway(), server.number());
        var chains = new ArrayList<ListenerKey.Chain>();
        for (var rules : server.rules(mesh, scope)) {
            for (var rule : rules.rules().tls()) {
                var arms = targets.arms(rules, rule.route());
                for (var match : rule.match()) {
                    if (targets.holds(match, rules) && !arms.isEmpty()) {
                        chains.add(
                                new ListenerKey.Chain(
                                        match.sniHosts(),
                                        List.of(),
                                        match.destinationSubnets(),
                                        arms));
                    }
                }
            }
        }
        return distinct(chains);
    }

    /// Envoy takes no condition twice: the first one holds.
    static List<ListenerKey.Chain> distinct(List<ListenerKey.Chain> chains) {
        var kept = new ArrayList<ListenerKey.Chain>();
        for (var chain : chains) {
            if (kept.stream().noneMatch(chain::isLike)) {
                kept.add(chain);
            }
        }
        return List.copyOf(kept);
    }

    private boolean holds(TcpRoute.Match match, RouteRules.InForce rules) {
        return (match.port() == 0 || match.port() == port)
                && rules.names(match.gateways(), gateway)
                && (match.sourceNamespace().isEmpty()
                        || match.sourceNamespace().equals(scope.namespace()))
                && scope.has(match.sourceLabels());
    }

    private boolean holds(TlsRoute.Match match, RouteRules.InForce rules) {
        return (match.port() == 0 || match.port() == port)
                && rules.names(match.gateways(), gateway)
                && (match.sourceNamespace().isEmpty()
                        || match.sourceNamespace().equals(scope.namespace()))
                && scope.has(match.sourceLabels());
    }

    private static List<String> subnet(TcpRoute.Match match) {
        return match.sourceSubnet().isEmpty() ? List.of() : List.of(match.sourceSubnet());
    }

    /// Whether one of the subnets has the address; without subnets every address is right.
    private static boolean isIn(List<String> subnets, String address) {
        return subnets.isEmpty()
                || subnets.stream()
                        .anyMatch(written -> {
                            var slash = written.indexOf('/');
                            var from = slash < 0 ? written : written.substring(0, slash);
                            var first = InetAddress.ofLiteral(from);
                            var bits =
                                    slash < 0
                                            ? first.getAddress().length * 8
                                            : Integer.parseInt(written.substring(slash + 1));
                            return Cidr.of(first, bits).holds(InetAddress.ofLiteral(address));
                        });
    }

    private List<ListenerKey.Arm> arms(
            RouteRules.InForce rules, List<RouteDestination> destinations) {
        var arms = new ArrayList<ListenerKey.Arm>();
        for (var arm : destinations) {
            var destination = arm.destination();
            var service =
                    mesh.service(
                            rules.resolve(destination.host(), mesh.settings().domain()), scope);
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
                arms.add(arm(service, number, destination.subset(), Math.max(1, arm.weight())));
            }
        }
        return List.copyOf(arms);
    }

    private ListenerKey.Arm arm(MeshService service, int number, String subset, int weight) {
        return new ListenerKey.Arm(
                Names.outbound(number, subset, service.hostname()),
                weight,
                terms(service, number, subset));
    }

    /// A subset has a tunnel of its own, which does not inherit that of the whole, as in Istio.
    private ListenerKey.Terms terms(MeshService service, int number, String name) {
        var rule = mesh.rule(service, scope);
        var subset = name.isEmpty() ? null : rule.subset(name);
        var written =
                name.isEmpty() ? rule.policy() : subset == null ? null : subset.trafficPolicy();
        var policy = rule.on(number, subset);
        var tcp = policy.connectionPool() == null ? null : policy.connectionPool().tcp();
        var balancer = policy.loadBalancer();
        return new ListenerKey.Terms(
                written == null ? null : written.tunnel(),
                tcp == null ? null : tcp.idleTimeout(),
                tcp == null ? null : tcp.maxConnectionDuration(),
                balancer != null
                        && balancer.consistentHash() != null
                        && balancer.consistentHash().key()
                                instanceof LoadBalancer.HashKey.SourceIp);
    }
}
