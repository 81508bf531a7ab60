package dev.serin.controlplane;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.source.ConfigSource;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Resources that a test puts and removes; told on the test's thread.
public final class MemorySource implements ConfigSource {
    private final Map<ResourceKey, Resource> all = new LinkedHashMap<>();
    private final List<Watcher> watchers = new ArrayList<>();

    @Override
    public Watch watch(Set<ResourceKind> kinds, Watcher watcher) {
        all.values().forEach(watcher::changed);
        watcher.synced();
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    public void put(String yaml) {
        for (var resource : Manifests.read(yaml)) {
            put(resource);
        }
    }

    public void put(Resource resource) {
        all.put(resource.key(), resource);
        watchers.forEach(w -> w.changed(resource));
    }

    public void remove(ResourceKey key) {
        all.remove(key);
        watchers.forEach(w -> w.removed(key));
    }
}
