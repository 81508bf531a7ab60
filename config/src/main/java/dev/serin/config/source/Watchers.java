package dev.serin.config.source;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// What a source holds and who watches it. Owned by the source's one thread, but for
/// [Watching#close()].
final class Watchers {
    private final Map<ResourceKey, Resource> resources = new LinkedHashMap<>();
    private final List<Watching> all = new ArrayList<>();
    private boolean synced;

    /// One watcher; closing it is for any thread.
    static final class Watching implements ConfigSource.Watch {
        private final Set<String> families;
        private final ConfigSource.Watcher watcher;
        private volatile boolean closed;

        Watching(Set<ResourceKind> kinds, ConfigSource.Watcher watcher) {
            this.families = kinds.stream().map(ResourceKind::family).collect(Collectors.toSet());
            this.watcher = watcher;
        }

        @Override
        public void close() {
            closed = true;
        }

        private boolean wants(ResourceKey key) {
            return !closed && families.contains(key.family());
        }
    }

    void add(Watching watching) {
        all.add(watching);
        for (var resource : List.copyOf(resources.values())) {
            if (watching.wants(resource.key())) {
                watching.watcher.changed(resource);
            }
        }
        if (synced && !watching.closed) {
            watching.watcher.synced();
        }
    }

    /// From now on a new watcher is told that it has seen everything; so are those that are there.
    void sync() {
        if (synced) {
            return;
        }
        synced = true;
        for (var watching : List.copyOf(all)) {
            if (!watching.closed) {
                watching.watcher.synced();
            }
        }
    }

    void put(Resource resource) {
        var before = resources.put(resource.key(), resource);
        if (!resource.equals(before)) {
            tell(resource.key(), w -> w.changed(resource));
        }
    }

    void remove(ResourceKey key) {
        if (resources.remove(key) != null) {
            tell(key, w -> w.removed(key));
        }
    }

    Set<ResourceKey> keys() {
        return Set.copyOf(resources.keySet());
    }

    private void tell(ResourceKey key, Consumer<ConfigSource.Watcher> event) {
        all.removeIf(w -> w.closed);
        for (var watching : List.copyOf(all)) {
            if (watching.wants(key)) {
                event.accept(watching.watcher);
            }
        }
    }
}
