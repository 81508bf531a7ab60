package dev.serin.modelserver.servable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.flow.Owner;
import dev.serin.inference.ModelSpec;
import dev.serin.inference.ModelVersionStatus;
import dev.serin.inference.ModelVersionStatus.State;
import dev.serin.inference.ServingException;
import dev.serin.inference.Signature;
import dev.serin.inference.StatusCode;
import dev.serin.inference.Tensor;
import dev.serin.modelserver.servable.AspiredVersions.Aspired;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Loading is a queue here that the test empties, so that every moment can be looked at.
@ExtendWith(NothingLeft.class)
class ServableManagerTest {
    private final FakeTime time = new FakeTime();
    private final Owner owner =
            new Owner(
                    "test",
                    e -> {
                        throw new AssertionError(e);
                    });
    private final Queue<Runnable> loads = new ArrayDeque<>();
    private final List<String> seen = new ArrayList<>();
    private final Set<Long> broken = new HashSet<>();
    private final ServableManager manager =
            new ServableManager(
                    owner,
                    loads::add,
                    time,
                    this::load,
                    VersionPolicy.AVAILABILITY_PRESERVING,
                    new ServableManager.Retries(1, Duration.ofMinutes(1)),
                    new Seen());

    private final class Seen implements ServableManager.Observer {
        @Override
        public void loading(ServableId id) {
            seen.add("loading " + id.version());
        }

        @Override
        public void available(ServableId id, int tries) {
            seen.add("available " + id.version());
        }

        @Override
        public void failed(ServableId id, RuntimeException why) {
            seen.add("failed " + id.version());
        }

        @Override
        public void unloaded(ServableId id) {
            seen.add("unloaded " + id.version());
        }
    }

    private Servable load(ServableId id, Path folder) {
        if (broken.contains(id.version())) {
            throw ServingException.invalid("broken");
        }
        return new Servable() {
            @Override
            public SortedMap<String, Signature> signatures() {
                return Collections.emptySortedMap();
            }

            @Override
            public SortedMap<String, Tensor> run(
                    Signature signature, SortedMap<String, Tensor> inputs) {
                return inputs;
            }

            @Override
            public void close() {
                seen.add("closed " + id.version());
            }
        };
    }

    @AfterEach
    void end() {
        onOwner(manager::close);
        settle();
        owner.close();
    }

    private void onOwner(Runnable task) {
        owner.call(
                        () -> {
                            task.run();
                            return true;
                        })
                .join();
    }

    private void aspire(long fingerprint, long... versions) {
        var wanted = new TreeMap<Long, Aspired>();
        for (var version : versions) {
            wanted.put(version, new Aspired(Path.of("m", "" + version), fingerprint));
        }
        onOwner(() -> manager.aspire(new AspiredVersions("m", wanted)));
    }

    /// Runs what is to be loaded or unloaded until nothing is.
    private void settle() {
        onOwner(() -> {});
        for (var next = loads.poll(); next != null; next = loads.poll()) {
            next.run();
            onOwner(() -> {});
        }
    }

    private List<String> states() {
        return manager.table().get().statuses(ModelSpec.latest("m")).stream()
                .map(s -> s.version() + " " + s.state())
                .toList();
    }

    @Test
    void aNewVersionTakesOverAndTheOldGoesWhenItsLastLeaseEnds() {
        aspire(1, 1);
        settle();
        var lease = manager.table().get().lease(ModelSpec.latest("m"));
        aspire(1, 2);
        assertEquals(List.of("2 LOADING", "1 AVAILABLE"), states());
        settle();
        assertEquals(List.of("2 AVAILABLE", "1 UNLOADING"), states());
        assertFalse(seen.contains("closed 1"), "somebody holds it");
        lease.close();
        settle();
        assertEquals(List.of("2 AVAILABLE", "1 END"), states());
        assertEquals(
                List.of(
                        "loading 1",
                        "available 1",
                        "loading 2",
                        "available 2",
                        "closed 1",
                        "unloaded 1"),
                seen);
    }

    @Test
    void aLeaseOfATableThatIsOldIsRefusedNotBroken() {
        aspire(1, 1);
        settle();
        var old = manager.table().get();
        aspire(1, 2);
        settle();
        settle();
        assertThrows(ServingException.class, () -> old.lease(ModelSpec.latest("m")));
    }

    @Test
    void aVersionThatFailsIsListedAndTheOldOneStays() {
        broken.add(2L);
        aspire(1, 1);
        settle();
        aspire(1, 2);
        settle();
        assertEquals(List.of("2 END", "1 AVAILABLE"), states());
        var status = manager.table().get().statuses(new ModelSpec("m", 2L, null)).getFirst();
        assertEquals(
                new ModelVersionStatus(2, State.END, StatusCode.INVALID_ARGUMENT, "broken"),
                status);
        assertTrue(manager.table().get().isReady());
    }

    @Test
    void aFailureIsTriedAgainAfterAWhileAndAtOnceWhenTheFilesChange() {
        broken.add(1L);
        aspire(1, 1);
        settle();
        assertEquals(List.of("loading 1", "failed 1"), seen);
        time.advance(Duration.ofMinutes(1));
        settle();
        assertEquals(List.of("loading 1", "failed 1", "loading 1", "failed 1"), seen);
        time.advance(Duration.ofHours(1));
        settle();
        assertEquals(4, seen.size(), "once was the most");
        broken.clear();
        aspire(2, 1);
        settle();
        assertEquals(List.of("1 AVAILABLE"), states());
        assertFalse(states().isEmpty());
    }

    @Test
    void aVersionMayComeBack() {
        aspire(1, 1);
        settle();
        aspire(1);
        settle();
        assertEquals(List.of("1 END"), states());
        assertThrows(
                ServingException.class, () -> manager.table().get().lease(ModelSpec.latest("m")));
        aspire(1, 1);
        settle();
        assertEquals(List.of("1 AVAILABLE"), states());
    }

    @Test
    void settledMeansThatNothingIsOnItsWay() {
        assertFalse(manager.table().get().isSettled());
        onOwner(() -> manager.configure(Map.of("m", Map.of())));
        assertFalse(manager.table().get().isSettled(), "not looked for yet");
        broken.add(1L);
        aspire(1, 1, 2);
        assertFalse(manager.table().get().isSettled(), "loading");
        settle();
        assertTrue(manager.table().get().isSettled(), "version 2 is there");
        onOwner(() -> manager.configure(Map.of("m", Map.of(), "n", Map.of())));
        assertFalse(manager.table().get().isSettled(), "the next one not looked for yet");
        onOwner(() -> manager.aspire(new AspiredVersions("n", Collections.emptySortedMap())));
        assertTrue(manager.table().get().isSettled(), "nothing there to load");
    }

    @Test
    void whatFailedIsSettledToo() {
        onOwner(() -> manager.configure(Map.of("m", Map.of())));
        broken.add(1L);
        aspire(1, 1);
        assertFalse(manager.table().get().isSettled(), "loading");
        settle();
        assertTrue(manager.table().get().isSettled());
        assertFalse(manager.table().get().isReady());
    }

    @Test
    void readyMeansThatEachModelHasAnAvailableVersion() {
        assertFalse(manager.table().get().isReady());
        onOwner(() -> manager.configure(Map.of("m", Map.of())));
        assertFalse(manager.table().get().isReady());
        aspire(1, 1);
        settle();
        assertTrue(manager.table().get().isReady());
        onOwner(() -> manager.configure(Map.of("m", Map.of("stable", 1L), "n", Map.of())));
        assertFalse(manager.table().get().isReady());
        try (var lease = manager.table().get().lease(new ModelSpec("m", null, "stable"))) {
            assertEquals(1, lease.id().version());
        }
        var e =
                assertThrows(
                        ServingException.class,
                        () -> manager.table().get().lease(new ModelSpec("m", null, "x")));
        assertEquals("Unrecognized servable version label: x", e.text());
    }
}
