package dev.serin.controlplane.generate.endpoint;

import dev.serin.controlplane.generate.Cached;
import dev.serin.controlplane.generate.Protos;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.mesh.Names;
import dev.serin.controlplane.mesh.ProxyScope;
import dev.serin.controlplane.registry.MeshEndpoint;
import dev.serin.controlplane.registry.MeshService;
import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;

import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// The endpoints of one cluster at a time.
public final class Endpoints {
    private static final String TLS_MODE = "security.istio.io/tlsMode";

    private final Cached<Key> built = new Cached<>(60_000, Endpoints::build);

    /// The endpoints of the cluster of this name, null if it has none to be told.
    public @Nullable XdsResource find(MeshSnapshot mesh, ProxyScope scope, String cluster) {
        var name = Names.parse(cluster);
        var service = name == null ? null : mesh.service(name.host(), scope);
        if (name == null || service == null || !balanced(service, scope)) {
            return null;
        }
        var port = service.port(name.port());
        if (port == null) {
            return null;
        }
        var rule = mesh.rule(service, scope);
        var subset = name.subset().isEmpty() ? null : rule.subset(name.subset());
        if (subset == null && !name.subset().isEmpty()) {
            return null;
        }
        Map<String, String> labels = subset == null ? Map.of() : subset.labels();
        return built.get(
                new Key(
                        cluster,
                        scope.clusterId(),
                        mesh.endpoints(service, port, labels),
                        Placing.of(
                                rule.on(name.port(), subset),
                                mesh.place(scope),
                                scope.workload().labels())));
    }

    /// Whether the proxy balances over the endpoints itself.
    public static boolean balanced(MeshService service, ProxyScope scope) {
        return switch (service.resolution()) {
            case VIRTUAL -> true;
            case HEADLESS -> scope.role() == ProxyScope.Role.ROUTER;
            case EXTERNAL, ROTATING -> false;
        };
    }

    private static XdsResource build(Key key) {
        var assignment = ClusterLoadAssignment.newBuilder().setClusterName(key.cluster);
        for (var group : Placing.groups(key.placing, key.endpoints)) {
            var place = group.place();
            var locality =
                    LocalityLbEndpoints.newBuilder()
                            .setLocality(
                                    Locality.newBuilder()
                                            .setRegion(place.region())
                                            .setZone(place.zone())
                                            .setSubZone(place.subzone()))
                            .setPriority(group.priority())
                            .setLoadBalancingWeight(Protos.number(group.weight()));
            group.endpoints().forEach(e -> locality.addLbEndpoints(endpoint(e, key.clusterId)));
            assignment.addEndpoints(locality);
        }
        return XdsResource.of(ResourceType.ENDPOINT, key.cluster, assignment.build());
    }

    /// One endpoint with its metadata.
    public static LbEndpoint endpoint(MeshEndpoint endpoint, String clusterId) {
        var workload = endpoint.workload();
        var metadata =
                Metadata.newBuilder()
                        .putFilterMetadata(
                                "istio",
                                Protos.struct(
                                        Map.of(
                                                "workload",
                                                Protos.text(
                                                        String.join(
                                                                ";",
                                                                workload.name(),
                                                                workload.namespace(),
                                                                workload.canonicalName(),
                                                                workload.canonicalRevision(),
                                                                clusterId)))));
        var tls = workload.labels().getOrDefault(TLS_MODE, "");
        if (tls.equals("istio")) {
            metadata.putFilterMetadata(
                    "envoy.transport_socket_match",
                    Protos.struct(Map.of("tlsMode", Protos.text(tls))));
        }
        return LbEndpoint.newBuilder()
                .setEndpoint(
                        Endpoint.newBuilder()
                                .setAddress(Protos.address(endpoint.address(), endpoint.port())))
                .setHealthStatus(
                        endpoint.health() == MeshEndpoint.Health.DRAINING
                                ? HealthStatus.DRAINING
                                : HealthStatus.HEALTHY)
                .setMetadata(metadata)
                .setLoadBalancingWeight(Protos.number(endpoint.weight()))
                .build();
    }

    /// @param placing null where all places count alike
    record Key(
            String cluster,
            String clusterId,
            List<MeshEndpoint> endpoints,
            @Nullable Placing placing) {}
}
