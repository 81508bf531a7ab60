package dev.serin.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.config.ResourceKey;
import dev.serin.controlplane.collection.Collections;
import dev.serin.controlplane.mesh.MeshSnapshot;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Whatever way the resources came, the same resources give the same configuration, and one that
/// was kept up to date is equal to one that was made from nothing. A failure names its seed.
final class SnapshotPropertyTest {
    static List<String> cases() throws IOException {
        return GoldenTest.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void keptUpToDateIsTheSameAsMadeFromNothing(String name) {
        var golden = GoldenTest.Case.read(name);
        for (var seed = 1L; seed <= 6; seed++) {
            var random = new Random(seed);
            var collections = new Collections(golden.settings(), SnapshotPropertyTest::fail);
            var mesh = Collections.empty(golden.settings());
            var endpoints = new HashSet<ResourceKey>();
            for (var step = 0; step < 120; step++) {
                var resource = golden.resources().get(random.nextInt(golden.resources().size()));
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
            // In the end everything is there: references resolve, so nothing former is in force.
            for (var resource : golden.resources()) {
                endpoints.addAll(collections.changed(resource).endpoints());
            }
            assertSame(golden, collections.snapshot(mesh, endpoints), seed);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anyOrderOfArrivalGivesTheSame(String name) {
        var golden = GoldenTest.Case.read(name);
        for (var seed = 11L; seed <= 16; seed++) {
            var shuffled = new ArrayList<>(golden.resources());
            java.util.Collections.shuffle(shuffled, new Random(seed));
            var collections = new Collections(golden.settings(), SnapshotPropertyTest::fail);
            var mesh = Collections.empty(golden.settings());
            for (var resource : shuffled) {
                var change = collections.changed(resource);
                mesh = collections.snapshot(mesh, Set.copyOf(change.endpoints()));
            }
            assertSame(golden, mesh, seed);
        }
    }

    private static void assertSame(GoldenTest.Case golden, MeshSnapshot found, long seed) {
        var expected = Views.mesh(golden.resources());
        for (var node : golden.nodes()) {
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
