package dev.serin.local.api.collect;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Who owns whom, as the collector's watch has told it. One thread.
final class Graph {
    private final Map<ResourceKey, Resource> resources = new HashMap<>();
    private final Map<String, ResourceKey> uids = new HashMap<>();
    private final Map<String, Set<ResourceKey>> owned = new HashMap<>();

    void put(Resource resource) {
        var key = resource.key();
        remove(key);
        resources.put(key, resource);
        uids.put(resource.uid(), key);
        for (var owner : owners(resource)) {
            owned.computeIfAbsent(uid(owner), _ -> new LinkedHashSet<>()).add(key);
        }
    }

    @Nullable Resource remove(ResourceKey key) {
        var old = resources.remove(key);
        if (old != null) {
            uids.remove(old.uid(), key);
            for (var owner : owners(old)) {
                owned.computeIfPresent(
                        uid(owner),
                        (_, all) -> {
                            all.remove(key);
                            return all.isEmpty() ? null : all;
                        });
            }
        }
        return old;
    }

    @Nullable Resource get(ResourceKey key) {
        return resources.get(key);
    }

    boolean isThere(String uid) {
        return uids.containsKey(uid);
    }

    @Nullable ResourceKey key(String uid) {
        return uids.get(uid);
    }

    List<ResourceKey> ownedBy(String uid) {
        return List.copyOf(owned.getOrDefault(uid, Set.of()));
    }

    /// What is in a namespace.
    List<Resource> in(String namespace) {
        return resources.values().stream().filter(r -> r.namespace().equals(namespace)).toList();
    }

    List<Resource> of(String family) {
        return resources.values().stream().filter(r -> r.kind().family().equals(family)).toList();
    }

    static JsonNode owners(Resource resource) {
        return resource.metadata().path("ownerReferences");
    }

    static String uid(JsonNode owner) {
        return owner.path("uid").asString("");
    }
}
