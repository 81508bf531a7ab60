package dev.serin.local.controllers;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// The API in memory, as far as controllers feel it: versions, generations, conflicts, graceful
/// deletion of pods, and what is owned going with its owner. Watchers are told on the writer's
/// thread.
public final class MemoryApi implements ResourceClient {
    private final Ticker ticker;
    private final Map<ResourceKey, Resource> all = new LinkedHashMap<>();
    private final List<Listener> listeners = new ArrayList<>();
    private final Map<String, Consumer<Resource>> doors = new HashMap<>();
    private Consumer<Resource> deletions = _ -> {};
    private long version;

    public MemoryApi(Ticker ticker) {
        this.ticker = ticker;
    }

    private record Listener(Set<String> families, Watcher watcher) {}

    /// What every creation of that kind must pass; it throws to refuse.
    void door(ResourceKind kind, Consumer<Resource> check) {
        doors.put(kind.family(), check);
    }

    /// Is told of each deletion that is asked for, before it is done.
    void onDelete(Consumer<Resource> told) {
        deletions = told;
    }

    public static Resource resource(ResourceKind kind, String json) {
        var body = (ObjectNode) JsonMapper.shared().readTree(json.replace('\'', '"'));
        body.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
        if (kind.namespaced() && !body.path("metadata").has("namespace")) {
            body.withObject("/metadata").put("namespace", "default");
        }
        return new Resource(kind, body);
    }

    @Override
    public synchronized @Nullable Resource get(ResourceKey key) {
        return all.get(key);
    }

    @Override
    public synchronized List<Resource> list(
            ResourceKind kind, @Nullable String namespace, Map<String, String> labels) {
        return all.values().stream()
                .filter(r -> r.kind().family().equals(kind.family()))
                .filter(r -> namespace == null || r.namespace().equals(namespace))
                .filter(r -> r.labels().entrySet().containsAll(labels.entrySet()))
                .toList();
    }

    @Override
    public synchronized Resource create(Resource resource) {
        doors.getOrDefault(resource.kind().family(), _ -> {}).accept(resource);
        if (all.containsKey(resource.key())) {
            throw new Refusal(409, "AlreadyExists", resource.key() + " already exists");
        }
        var body = resource.body().deepCopy();
        body.withObject("/metadata")
                .put("uid", "uid-" + (version + 1))
                .put("generation", 1)
                .put("creationTimestamp", ticker.now().toString());
        return store(new Resource(resource.kind(), body));
    }

    @Override
    public synchronized Resource update(Resource resource) {
        var there = there(resource);
        var body = resource.body().deepCopy();
        body.remove("status");
        if (there.body().has("status")) {
            body.set("status", there.status());
        }
        var changed = !body.path("spec").equals(there.spec());
        body.withObject("/metadata").put("generation", there.generation() + (changed ? 1 : 0));
        return store(new Resource(resource.kind(), body));
    }

    @Override
    public synchronized Resource updateStatus(Resource resource) {
        var body = there(resource).body().deepCopy();
        body.set("status", resource.status().deepCopy());
        return store(new Resource(resource.kind(), body));
    }

    @Override
    public synchronized void delete(ResourceKey key, @Nullable Integer graceSeconds) {
        var there = all.get(key);
        if (there == null) {
            return;
        }
        deletions.accept(there);
        var graceful =
                key.family().equals("pods")
                        && (graceSeconds == null || graceSeconds > 0)
                        && !there.spec().path("nodeName").asString("").isEmpty();
        if (graceful) {
            if (!there.metadata().has("deletionTimestamp")) {
                var body = there.body().deepCopy();
                body.withObject("/metadata").put("deletionTimestamp", ticker.now().toString());
                store(new Resource(there.kind(), body));
            }
            return;
        }
        all.remove(key);
        listeners.stream()
                .filter(l -> l.families.contains(key.family()))
                .forEach(l -> l.watcher.removed(key));
        List.copyOf(all.values()).stream()
                .filter(r -> Ownership.ownedBy(r, there))
                .forEach(r -> delete(r.key(), null));
    }

    @Override
    public synchronized Watch watch(Set<ResourceKind> kinds, Watcher watcher) {
        var families = new HashSet<String>();
        kinds.forEach(k -> families.add(k.family()));
        all.values().stream()
                .filter(r -> families.contains(r.kind().family()))
                .forEach(watcher::changed);
        watcher.synced();
        var listener = new Listener(families, watcher);
        listeners.add(listener);
        return () -> {
            synchronized (this) {
                listeners.remove(listener);
            }
        };
    }

    private Resource there(Resource resource) {
        var there = all.get(resource.key());
        if (there == null) {
            throw new Refusal(404, "NotFound", resource.key() + " not found");
        }
        if (!resource.resourceVersion().isEmpty()
                && !resource.resourceVersion().equals(there.resourceVersion())) {
            throw new Refusal(409, "Conflict", resource.key() + " has been modified");
        }
        return there;
    }

    private Resource store(Resource resource) {
        resource.body().withObject("/metadata").put("resourceVersion", "" + ++version);
        all.put(resource.key(), resource);
        listeners.stream()
                .filter(l -> l.families.contains(resource.kind().family()))
                .forEach(l -> l.watcher.changed(resource));
        return resource;
    }

    List<String> events(String reason) {
        return list(Kinds.EVENT, null, Map.of()).stream()
                .filter(e -> e.body().path("reason").asString("").equals(reason))
                .map(e -> e.body().path("message").asString(""))
                .toList();
    }
}
