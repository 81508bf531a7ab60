package dev.serin.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.ResourceKey;
import dev.serin.controlplane.collection.Collections;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.xds.ResourceType;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.Set;

/// A route never names a cluster that is not there: what cannot be resolved leaves what was.
final class LastGoodTest {
    private static final String HOST = "vjan-service.default.svc.cluster.local";
    private static final Map<String, Integer> SPLIT =
            Map.of("outbound|8501|v1|" + HOST, 90, "outbound|8501|v2|" + HOST, 10);

    private final Collections collections =
            new Collections(
                    MeshSnapshot.Settings.USUAL,
                    (key, problem) -> {
                        throw new AssertionError(key.toString(), problem);
                    });
    private MeshSnapshot mesh = Collections.empty(MeshSnapshot.Settings.USUAL);

    @Test
    void aRouteToASubsetThatNobodyDeclaresLeavesTheFormerOne() {
        RoutingTest.canary().forEach(collections::changed);
        next();
        collections.changed(
                Manifests.one(
                        """
                        apiVersion: networking.istio.io/v1
                        kind: VirtualService
                        metadata: {name: vjan-service}
                        spec:
                          hosts: [vjan-service]
                          http: [{route: [{destination: {host: vjan-service, subset: v3}}]}]
                        """));
        next();
        assertEquals(SPLIT, clusters());
        var unresolved = mesh.routes().unresolved().getFirst();
        assertTrue(unresolved.absent().getFirst().contains("subset v3"), unresolved.toString());

        collections.changed(
                Manifests.one(
                        """
                        apiVersion: networking.istio.io/v1
                        kind: DestinationRule
                        metadata: {name: the-third}
                        spec: {host: vjan-service, subsets: [{name: v3, labels: {version: v3}}]}
                        """));
        next();
        assertEquals(Map.of("outbound|8501|v3|" + HOST, 1), clusters());
        assertTrue(mesh.routes().unresolved().isEmpty());
    }

    @Test
    void aDestinationRuleThatGoesLeavesTheSubsetsThatRoutesUse() {
        RoutingTest.canary().forEach(collections::changed);
        next();
        collections.removed(
                new ResourceKey("destinationrules.networking.istio.io", "default", "vjan-service"));
        next();
        assertEquals(SPLIT, clusters());
        var view = Views.of(mesh, Views.node("sidecar", "10.244.0.5", "a.default", Map.of()));
        for (var cluster : SPLIT.keySet()) {
            assertNotNull(view.find(ResourceType.CLUSTER, cluster), cluster);
            assertNotNull(view.find(ResourceType.ENDPOINT, cluster), cluster);
        }
        assertEquals(1, mesh.routes().unresolved().size());
        next(); // and it stays so
        assertEquals(SPLIT, clusters());
    }

    private void next() {
        mesh = collections.snapshot(mesh, Set.of());
    }

    private Map<String, Integer> clusters() {
        var view = Views.of(mesh, Views.node("sidecar", "10.244.0.5", "a.default", Map.of()));
        return new Simulation(view)
                .outbound(Simulation.Call.http("10.96.0.20", 8501, "vjan-service"))
                .clusters();
    }
}
