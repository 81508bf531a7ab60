package dev.serin.local.node;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.source.ConfigSource;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The API for tests of the node: resources in memory, told to watchers on the writer's thread.
final class StoredResources implements ResourceClient {
    static final ResourceKind POD = new ResourceKind("", "v1", "Pod", "pods", true);
    static final ResourceKind CONFIG_MAP =
            new ResourceKind("", "v1", "ConfigMap", "configmaps", true);

    private final Map<ResourceKey, Resource> resources = new LinkedHashMap<>();
    private final List<Watching> watching = new ArrayList<>();
    private int number;

    static Resource resource(ResourceKind kind, String json) {
        return new Resource(kind, (ObjectNode) JsonMapper.shared().readTree(json));
    }

    @Override
    public synchronized @Nullable Resource get(ResourceKey key) {
        return resources.get(key);
    }

    @Override
    public synchronized List<Resource> list(
            ResourceKind kind, @Nullable String namespace, Map<String, String> labels) {
        return resources.values().stream()
                .filter(r -> r.kind().family().equals(kind.family()))
                .filter(r -> namespace == null || r.namespace().equals(namespace))
                .filter(r -> r.labels().entrySet().containsAll(labels.entrySet()))
                .toList();
    }

    @Override
    public Resource create(Resource resource) {
        var body = resource.body().deepCopy();
        ((ObjectNode) body.path("metadata")).put("uid", "0000" + number++ + "-uid");
        return put(new Resource(resource.kind(), body));
    }

    @Override
    public synchronized Resource update(Resource resource) {
        var old = resources.get(resource.key());
        if (old == null) {
            throw new Refusal(404, "NotFound", resource.key() + " not found");
        }
        var body = resource.body().deepCopy();
        body.set("status", old.body().path("status").deepCopy());
        return put(new Resource(resource.kind(), body));
    }

    @Override
    public synchronized Resource updateStatus(Resource resource) {
        var old = resources.get(resource.key());
        if (old == null) {
            throw new Refusal(404, "NotFound", resource.key() + " not found");
        }
        var body = old.body().deepCopy();
        body.set("status", resource.body().path("status"));
        return put(new Resource(resource.kind(), body));
    }

    @Override
    public synchronized void delete(ResourceKey key, @Nullable Integer graceSeconds) {
        var old = resources.get(key);
        if (old == null) {
            return;
        }
        if (key.family().equals("pods") && (graceSeconds == null || graceSeconds > 0)) {
            var body = old.body().deepCopy();
            ((ObjectNode) body.path("metadata"))
                    .put("deletionTimestamp", "2026-01-01T00:00:00Z")
                    .put("deletionGracePeriodSeconds", graceSeconds == null ? 30 : graceSeconds);
            put(new Resource(old.kind(), body));
            return;
        }
        resources.remove(key);
        for (var w : List.copyOf(watching)) {
            if (w.families.contains(key.family())) {
                w.watcher.removed(key);
            }
        }
    }

    @Override
    public synchronized Watch watch(Set<ResourceKind> kinds, ConfigSource.Watcher watcher) {
        var families = Set.copyOf(kinds.stream().map(ResourceKind::family).distinct().toList());
        resources.values().stream()
                .filter(r -> families.contains(r.kind().family()))
                .forEach(watcher::changed);
        watcher.synced();
        var added = new Watching(families, watcher);
        watching.add(added);
        return () -> {
            synchronized (this) {
                watching.remove(added);
            }
        };
    }

    private synchronized Resource put(Resource resource) {
        resources.put(resource.key(), resource);
        for (var w : List.copyOf(watching)) {
            if (w.families.contains(resource.kind().family())) {
                w.watcher.changed(resource);
            }
        }
        return resource;
    }

    private record Watching(Set<String> families, ConfigSource.Watcher watcher) {}
}
