package dev.serin.config.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.config.Manifests;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What is true of every [ConfigSource]. A source's test makes the source and its changes; its
/// watchers must have been called when [#settle()] is back.
abstract class ConfigSourceContract {
    static final ResourceKind CONFIG_MAP = Manifests.SCHEMAS.get("v1", "ConfigMap").kind();
    static final ResourceKind RULE =
            Manifests.SCHEMAS.get("networking.istio.io/v1", "DestinationRule").kind();

    /// The source under test, made at the first call.
    abstract ConfigSource source();

    abstract void put(Resource resource);

    abstract void remove(ResourceKey key);

    /// Waits until everything so far has been told.
    abstract void settle();

    static Resource configMap(String name, String value) {
        return Manifests.resource(
"""
apiVersion: v1
kind: ConfigMap
metadata: {name: %s, namespace: default}
data: {k: %s}
"""
                        .formatted(name, value));
    }

    /// Writes down what it is told.
    static final class Notes implements ConfigSource.Watcher {
        final List<String> told = new ArrayList<>();

        @Override
        public void changed(Resource resource) {
            told.add(resource.name() + "=" + resource.body().path("data").path("k").asString(""));
        }

        @Override
        public void removed(ResourceKey key) {
            told.add("-" + key.name());
        }

        @Override
        public void synced() {
            told.add("synced");
        }

        List<String> take() {
            var taken = List.copyOf(told);
            told.clear();
            return taken;
        }
    }

    @Test
    void whatIsThereIsToldOnceThenSyncedThenChangesInOrder() {
        put(configMap("a", "one"));
        put(configMap("b", "one"));
        var notes = new Notes();
        source();
        settle();
        source().watch(Set.of(CONFIG_MAP), notes);
        settle();
        assertEquals(List.of("a=one", "b=one", "synced"), notes.take());

        put(configMap("a", "two"));
        settle();
        put(configMap("c", "one"));
        settle();
        remove(configMap("b", "one").key());
        settle();
        assertEquals(List.of("a=two", "c=one", "-b"), notes.take());
    }

    @Test
    void whatStaysTheSameIsNotTold() {
        put(configMap("a", "one"));
        var notes = new Notes();
        source().watch(Set.of(CONFIG_MAP), notes);
        settle();
        notes.take();

        put(configMap("a", "one"));
        remove(configMap("never", "x").key());
        settle();
        assertEquals(List.of(), notes.take());
    }

    @Test
    void onlyTheAskedKindsAreToldInWhateverVersion() {
        put(configMap("a", "one"));
        put(
                Manifests.resource(
"""
apiVersion: networking.istio.io/v1alpha3
kind: DestinationRule
metadata: {name: r, namespace: default}
spec: {host: a}
"""));
        var notes = new Notes();
        source().watch(Set.of(RULE), notes);
        settle();

        assertEquals(List.of("r=", "synced"), notes.take());
    }

    @Test
    void anEmptySourceIsSyncedToo() {
        var notes = new Notes();
        source().watch(Set.of(CONFIG_MAP), notes);
        settle();

        assertEquals(List.of("synced"), notes.take());
    }

    @Test
    void everyWatcherIsToldUntilItIsClosed() {
        put(configMap("a", "one"));
        var first = new Notes();
        var second = new Notes();
        var watch = source().watch(Set.of(CONFIG_MAP), first);
        source().watch(Set.of(CONFIG_MAP), second);
        settle();
        watch.close();
        put(configMap("a", "two"));
        settle();

        assertEquals(List.of("a=one", "synced"), first.take());
        assertEquals(List.of("a=one", "synced", "a=two"), second.take());
    }
}
