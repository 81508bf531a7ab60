package dev.serin.modelserver.servable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.inference.ModelVersionStatus.State;
import dev.serin.modelserver.servable.VersionPolicy.Action;
import dev.serin.modelserver.servable.VersionPolicy.Standing;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

class VersionPolicyTest {
    private static final Standing NEW = new Standing(State.START, true);
    private static final Standing LOADING = new Standing(State.LOADING, true);
    private static final Standing SERVED = new Standing(State.AVAILABLE, true);
    private static final Standing OLD = new Standing(State.AVAILABLE, false);
    private static final Standing FAILED = new Standing(State.END, true);

    private static @Nullable Action next(Map<Long, Standing> versions) {
        return VersionPolicy.AVAILABILITY_PRESERVING.next(new TreeMap<>(versions));
    }

    @Test
    void theNewIsLoadedBeforeTheOldIsUnloaded() {
        assertEquals(new Action.Load(2), next(Map.of(1L, OLD, 2L, NEW)));
        assertNull(next(Map.of(1L, OLD, 2L, LOADING)));
        assertEquals(new Action.Unload(1), next(Map.of(1L, OLD, 2L, SERVED)));
    }

    @Test
    void theLastOneStaysWhenTheNewFails() {
        assertNull(next(Map.of(1L, OLD, 2L, FAILED)));
    }

    @Test
    void theHighestIsLoadedFirstAndTheLowestUnloadedFirst() {
        assertEquals(new Action.Load(9), next(Map.of(3L, NEW, 9L, NEW)));
        assertEquals(new Action.Unload(3), next(Map.of(3L, OLD, 4L, OLD, 9L, SERVED)));
    }

    @Test
    void whatNobodyWantsGoes() {
        assertEquals(new Action.Unload(1), next(Map.of(1L, OLD)));
        assertNull(next(Map.of(1L, new Standing(State.END, false))));
    }

    /// Whatever happens, a model that is wanted and was available never loses its last version.
    @Test
    void availabilityIsNeverLost() {
        long seed = 7;
        var random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            var versions = new TreeMap<Long, Standing>();
            var served = false;
            for (int step = 0; step < 40; step++) {
                long version = 1L + random.nextInt(4);
                var now = versions.getOrDefault(version, new Standing(State.START, true));
                versions.put(version, new Standing(now.state(), random.nextInt(3) > 0));
                if (versions.values().stream().noneMatch(Standing::aspired)) {
                    served = false;
                }
                var action = VersionPolicy.AVAILABILITY_PRESERVING.next(versions);
                switch (action) {
                    case null -> {}
                    case Action.Load(long n) ->
                            versions.put(
                                    n,
                                    new Standing(
                                            random.nextInt(4) > 0 ? State.AVAILABLE : State.END,
                                            true));
                    case Action.Unload(long n) -> versions.put(n, new Standing(State.END, false));
                }
                var available =
                        versions.values().stream().anyMatch(v -> v.state() == State.AVAILABLE);
                var wanted = versions.values().stream().anyMatch(Standing::aspired);
                assertTrue(!served || !wanted || available, "seed " + seed + ": " + versions);
                served = available && wanted;
            }
        }
    }
}
