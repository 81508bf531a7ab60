package dev.serin.controlplane.generate.cluster;

import dev.serin.config.ResourceKey;
import dev.serin.config.istio.DestinationRule;
import dev.serin.controlplane.generate.Cached;
import dev.serin.controlplane.generate.endpoint.Endpoints;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.mesh.Names;
import dev.serin.controlplane.mesh.ProxyScope;
import dev.serin.controlplane.mesh.Sidecars;
import dev.serin.controlplane.mesh.TrafficPolicies;
import dev.serin.controlplane.registry.MeshEndpoint;
import dev.serin.controlplane.registry.MeshService;
import dev.serin.controlplane.registry.Protocol;
import dev.serin.controlplane.registry.Services;
import dev.serin.xds.XdsResource;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// All clusters of a proxy: one for each port of each service that it sees and each of its subsets,
/// one for each port that it serves, and the pass-through ones.
public final class Clusters {
    private final Cached<ClusterKey> built = new Cached<>(60_000, ClusterBuilder::build);
    private final Map<Viewer, Seen> outbound = new ConcurrentHashMap<>();

    public List<XdsResource> all(MeshSnapshot mesh, ProxyScope scope) {
        var all = new ArrayList<XdsResource>(outbound(mesh, scope));
        all.add(built.get(new ClusterKey.BlackHole()));
        if (scope.role() == ProxyScope.Role.SIDECAR) {
            all.add(built.get(new ClusterKey.Passthrough()));
            all.add(built.get(new ClusterKey.InboundPassthrough()));
            for (var served : mesh.served(scope)) {
                all.add(
                        built.get(
                                new ClusterKey.Inbound(
                                        served.target(),
                                        served.port().protocol(),
                                        served.service().hostname(),
                                        served.service().name(),
                                        served.service().namespace())));
            }
        }
        return all;
    }

    /// Shared by all proxies of a namespace and role that rules do not tell apart; made again only
    /// when services, rules or the subsets in use are other instances.
    @SuppressWarnings("ReferenceEquality") // the snapshot's promise: same instance, same content
    private List<XdsResource> outbound(MeshSnapshot mesh, ProxyScope scope) {
        var caller = mesh.policies().caller(scope);
        var sidecar = mesh.sidecars().of(scope);
        var viewer =
                new Viewer(caller, scope.role(), sidecar == null ? null : sidecar.metadata().key());
        var known = outbound.get(viewer);
        if (known != null
                && known.services == mesh.services()
                && known.policies == mesh.policies()
                && known.subsets == mesh.routes().subsetsInUse()
                && (sidecar == null || known.sidecars == mesh.sidecars())) {
            return known.clusters;
        }
        var clusters = new ArrayList<XdsResource>();
        for (var service : mesh.servicesSeenBy(scope)) {
            var rule = mesh.rule(service, caller);
            for (var port : service.ports()) {
                clusters.add(built.get(outbound(mesh, service, port, rule, null, scope)));
                for (var subset : rule.subsets()) {
                    clusters.add(built.get(outbound(mesh, service, port, rule, subset, scope)));
                }
            }
        }
        outbound.put(
                viewer,
                new Seen(
                        mesh.services(),
                        mesh.policies(),
                        mesh.routes().subsetsInUse(),
                        mesh.sidecars(),
                        List.copyOf(clusters)));
        return clusters;
    }

    private static ClusterKey outbound(
            MeshSnapshot mesh,
            MeshService service,
            MeshService.Port port,
            TrafficPolicies.Rule rule,
            DestinationRule.@Nullable Subset subset,
            ProxyScope scope) {
        var resolution =
                Endpoints.balanced(service, scope)
                        ? MeshService.Resolution.VIRTUAL
                        : service.resolution();
        var name = subset == null ? "" : subset.name();
        var labels = subset == null ? Map.<String, String>of() : subset.labels();
        var policy = rule.on(port.number(), subset);
        return new ClusterKey.Outbound(
                Names.outbound(port.number(), name, service.hostname()),
                new ClusterKey.Subject(
                        service.hostname(), service.name(), service.namespace(), name),
                resolution,
                service.fixed().getOrDefault(port.name(), List.of()).stream()
                        .filter(e -> labels.isEmpty() || e.has(labels))
                        .toList(),
                port.number(),
                port.protocol(),
                (mesh.settings().identities() ? policy : policy.withoutIdentity())
                        .expecting(service.subjectAltNames()));
    }

    /// What one cluster depends on.
    sealed interface ClusterKey {
        record Outbound(
                String name,
                Subject subject,
                MeshService.Resolution resolution,
                List<MeshEndpoint> fixed,
                int port,
                Protocol protocol,
                TrafficPolicies.Effective policy)
                implements ClusterKey {}

        record Inbound(int port, Protocol protocol, String host, String name, String namespace)
                implements ClusterKey {}

        record Passthrough() implements ClusterKey {}

        record InboundPassthrough() implements ClusterKey {}

        record BlackHole() implements ClusterKey {}

        /// The service a cluster stands for, as its metadata says.
        record Subject(String host, String name, String namespace, String subset) {}
    }

    private record Viewer(
            TrafficPolicies.Caller caller, ProxyScope.Role role, @Nullable ResourceKey sidecar) {}

    private record Seen(
            Services services,
            TrafficPolicies policies,
            Map<String, Map<String, DestinationRule.Subset>> subsets,
            Sidecars sidecars,
            List<XdsResource> clusters) {}
}
