package dev.serin.local.api;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.write.DeleteOptions;
import dev.serin.local.api.write.Intent;
import dev.serin.local.api.write.Part;
import dev.serin.local.api.write.Replacement;
import dev.serin.local.api.write.WritePath;
import dev.serin.local.store.Store;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// The [ResourceClient] of what runs in the API's own process.
final class InProcess implements ResourceClient {
    private final Store store;
    private final Supplier<Catalogue> catalogue;
    private final WritePath writes;
    private final String component;

    InProcess(Store store, Supplier<Catalogue> catalogue, WritePath writes, String component) {
        this.store = store;
        this.catalogue = catalogue;
        this.writes = writes;
        this.component = component;
    }

    @Override
    public @Nullable Resource get(ResourceKey key) {
        return store.get(key);
    }

    @Override
    public List<Resource> list(
            ResourceKind kind, @Nullable String namespace, Map<String, String> labels) {
        var all = store.list(served(kind.family()).kind().family(), namespace).resources();
        return labels.isEmpty()
                ? all
                : all.stream()
                        .filter(r -> r.labels().entrySet().containsAll(labels.entrySet()))
                        .toList();
    }

    @Override
    public Resource create(Resource resource) {
        return writes.create(
                intent(),
                served(resource.kind().family()),
                resource.namespace(),
                resource.body().deepCopy());
    }

    @Override
    public Resource update(Resource resource) {
        return update(resource, Part.MAIN);
    }

    @Override
    public Resource updateStatus(Resource resource) {
        return update(resource, Part.STATUS);
    }

    private Resource update(Resource resource, Part part) {
        return writes.update(
                intent(),
                served(resource.kind().family()),
                resource.key(),
                part,
                new Replacement(resource.body()));
    }

    @Override
    public void delete(ResourceKey key, @Nullable Integer graceSeconds) {
        try {
            writes.delete(intent(), served(key.family()), key, DeleteOptions.plain(graceSeconds));
        } catch (Refusal refusal) {
            if (refusal.code() != 404) {
                throw refusal;
            }
        }
    }

    @Override
    public Watch watch(Set<ResourceKind> kinds, Watcher watcher) {
        var families =
                kinds.stream()
                        .map(k -> served(k.family()).kind().family())
                        .collect(Collectors.toSet());
        return new Feed(store, families, watcher);
    }

    private Intent intent() {
        return Intent.of(Caller.system(component), component);
    }

    private ServedKind served(String family) {
        var served = catalogue.get().stored(family);
        if (served == null) {
            throw new Refusal(404, "NotFound", "no kind " + family + " is served");
        }
        return served;
    }
}
