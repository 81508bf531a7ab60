package dev.serin.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.controlplane.collection.Collections;
import dev.serin.controlplane.mesh.MeshSnapshot;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// Whatever way the resources came, the same resources give the same configuration, and one that
/// was kept up to date is equal to one that was made from nothing. A failure names its seed.
final class SnapshotPropertyTest {
    private final List<Resource> resources = RoutingTest.canary();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void keptUpToDateIsTheSameAsMadeFromNothing(long seed) {
        var random = new Random(seed);
        var collections = new Collections(MeshSnapshot.Settings.USUAL, SnapshotPropertyTest::fail);
        var mesh = Collections.empty(MeshSnapshot.Settings.USUAL);
        var endpoints = new HashSet<ResourceKey>();
        for (var step = 0; step < 120; step++) {
            var resource = resources.get(random.nextInt(resources.size()));
            var change =
                    random.nextInt(3) == 0
                            ? collections.removed(resource.key())
                            : collections.changed(resource);
            endpoints.addAll(change.endpoints());
            if (random.nextInt(4) == 0) {
                mesh = collections.snapshot(mesh, endpoints);
                endpoints.clear();
            }
        }
        // In the end everything is there: references resolve, so that nothing former is in force.
        for (var resource : resources) {
            endpoints.addAll(collections.changed(resource).endpoints());
        }
        mesh = collections.snapshot(mesh, endpoints);
        assertSame(Views.mesh(resources), mesh, seed);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void anyOrderOfArrivalGivesTheSame(long seed) {
        var shuffled = new ArrayList<>(resources);
        java.util.Collections.shuffle(shuffled, new Random(seed));
        var collections = new Collections(MeshSnapshot.Settings.USUAL, SnapshotPropertyTest::fail);
        var mesh = Collections.empty(MeshSnapshot.Settings.USUAL);
        for (var resource : shuffled) {
            var change = collections.changed(resource);
            mesh = collections.snapshot(mesh, Set.copyOf(change.endpoints()));
        }
        assertSame(Views.mesh(resources), mesh, seed);
    }

    private static void assertSame(MeshSnapshot expected, MeshSnapshot found, long seed) {
        var nodes =
                List.of(
                        Views.node("sidecar", "10.244.0.5", "vjan-v1-abc.default", Map.of()),
                        Views.node(
                                "router",
                                "10.244.0.2",
                                "gateway-1.istio-system",
                                Map.of("istio", "ingressgateway")));
        for (var node : nodes) {
            assertEquals(
                    Views.all(Views.of(expected, node)),
                    Views.all(Views.of(found, node)),
                    "seed " + seed + ", " + node.getId());
        }
    }

    private static void fail(ResourceKey key, Exception problem) {
        throw new AssertionError(key.toString(), problem);
    }
}
