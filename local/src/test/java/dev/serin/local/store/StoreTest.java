package dev.serin.local.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.json.JsonMapper;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

class StoreTest {
    private static final ResourceKind MAPS =
            new ResourceKind("", "v1", "ConfigMap", "configmaps", true);
    private static final Duration NOW = Duration.ofMillis(50);
    private static final Set<String> FAMILY = Set.of("configmaps");

    @TempDir Path folder;
    private Store store;

    @BeforeEach
    void open() {
        store = new Store(folder.resolve("db"), 10, 5);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aWatchFromARevisionTellsWhatWasMissedThenWhatComes() throws Exception {
        put("a");
        var after = store.revision();
        put("b");
        try (var watch = store.watch(FAMILY, after)) {
            put("c");
            assertEquals(List.of("b", "c"), names(watch));
            assertEquals(store.revision(), watch.caughtUpTo());
        }
    }

    @Test
    void aRevisionOlderThanTheHistoryIsRefused() {
        put("a");
        var old = store.revision();
        for (int i = 0; i < 11; i++) {
            put("b" + i);
        }
        var refused = assertThrows(TooOldException.class, () -> store.watch(FAMILY, old - 1));
        assertEquals(
                "too old resource version: " + (old - 1) + " (" + refused.oldest() + ")",
                refused.getMessage());
    }

    @Test
    void aSlowWatcherIsCutOffAndOthersAreNot() throws Exception {
        try (var slow = store.watch(FAMILY, store.revision());
                var quick = store.watch(FAMILY, store.revision())) {
            var seen = new ArrayList<String>();
            for (int i = 0; i < 8; i++) {
                put("a" + i);
                seen.addAll(names(quick));
            }
            assertEquals(8, seen.size());
            assertEquals(5, names(slow, 5).size());
            assertThrows(TooOldException.class, () -> slow.next(NOW));
        }
    }

    @Test
    void aListOfAnOlderRevisionIsWhatWasThereThen() {
        put("a");
        put("b");
        var then = store.revision();
        put("c");
        store.write(key("a"), _ -> null);
        assertEquals(List.of("b", "c"), names(store.list("configmaps", "n")));
        assertEquals(List.of("a", "b"), names(store.list("configmaps", "n", then)));
    }

    @Test
    void aRemovalCarriesItsOwnRevision() throws Exception {
        put("a");
        try (var watch = store.watch(FAMILY, store.revision())) {
            store.write(key("a"), _ -> null);
            var change = watch.next(NOW);
            assertNull(change.after());
            assertEquals(Long.toString(change.revision()), change.last().resourceVersion());
        }
    }

    @Test
    void writersOfOneResourceDoNotLoseEachOthersChanges() throws Exception {
        put("a");
        var done = new CountDownLatch(8);
        var counted = new AtomicInteger();
        for (int i = 0; i < 8; i++) {
            Thread.ofVirtual()
                    .start(() -> {
                        for (int j = 0; j < 20; j++) {
                            store.write(
                                    key("a"),
                                    current -> {
                                        var body = current.body().deepCopy();
                                        var data = body.withObject("/data");
                                        data.put("n", data.path("n").asInt(0) + 1);
                                        return new Resource(MAPS, body);
                                    });
                            counted.incrementAndGet();
                        }
                        done.countDown();
                    });
        }
        done.await();
        assertEquals(160, counted.get());
        assertEquals(160, store.get(key("a")).body().path("data").path("n").asInt());
    }

    @Test
    void anEditThatThrowsChangesNothingAndOthersOfItsBatchAreWritten() {
        assertThrows(
                IllegalStateException.class,
                () ->
                        store.write(
                                key("a"),
                                _ -> {
                                    throw new IllegalStateException("no");
                                }));
        put("b");
        assertNull(store.get(key("a")));
        assertEquals(List.of("b"), names(store.list("configmaps", null)));
    }

    private void put(String name) {
        store.write(
                key(name),
                _ -> {
                    var body = JsonMapper.shared().createObjectNode();
                    body.put("apiVersion", "v1").put("kind", "ConfigMap");
                    body.putObject("metadata").put("name", name).put("namespace", "n");
                    return new Resource(MAPS, body);
                });
    }

    private static List<String> names(Listing listing) {
        return listing.resources().stream().map(Resource::name).toList();
    }

    private static List<String> names(StoreWatch watch) throws InterruptedException {
        return names(watch, Integer.MAX_VALUE);
    }

    private static List<String> names(StoreWatch watch, int most) throws InterruptedException {
        var names = new ArrayList<String>();
        while (names.size() < most) {
            var change = watch.next(NOW);
            if (change == null) {
                break;
            }
            names.add(change.key().name());
        }
        return names;
    }

    private static ResourceKey key(String name) {
        return new ResourceKey("configmaps", "n", name);
    }
}
