package dev.serin.local.controllers;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.kubernetes.Service;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Keeps the EndpointSlices of every Service with a selector: the addresses of its pods.
final class EndpointController implements Controller {
    private final ResourceClient client;

    EndpointController(ResourceClient client) {
        this.client = client;
    }

    @Override
    public String name() {
        return "endpointslice";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.SERVICE, Kinds.POD, Kinds.ENDPOINT_SLICE);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        var family = resource.kind().family();
        if (family.equals(Kinds.SERVICE.family())) {
            return List.of(resource.key());
        }
        if (family.equals(Kinds.ENDPOINT_SLICE.family())) {
            var service = resource.labels().get(SlicePlan.SERVICE_NAME);
            return service == null || !ours(resource)
                    ? List.of()
                    : List.of(Kinds.key(Kinds.SERVICE, resource.namespace(), service));
        }
        var labels = resource.labels();
        return client.list(Kinds.SERVICE, resource.namespace(), Map.of()).stream()
                .filter(s -> !selector(s).isEmpty())
                .filter(s -> labels.entrySet().containsAll(selector(s).entrySet()))
                .map(Resource::key)
                .toList();
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        // 1. What should be there; the slices of a Service that is gone go with it, by their owner.
        var resource = client.get(key);
        if (resource == null || resource.metadata().has("deletionTimestamp")) {
            return null;
        }
        var service = Service.from(resource);
        if (service.selector().isEmpty() || service.type() == Service.Type.EXTERNALNAME) {
            return null;
        }
        var pods = client.list(Kinds.POD, key.namespace(), service.selector());
        var wanted = new SlicePlan(resource, service).slices(pods);
        // 2. What is there.
        var label = Map.of(SlicePlan.SERVICE_NAME, key.name());
        var there = new HashMap<String, Resource>();
        client.list(Kinds.ENDPOINT_SLICE, key.namespace(), label).stream()
                .filter(EndpointController::ours)
                .forEach(s -> there.put(s.name(), s));
        // 3. The difference; nothing is written that says the same.
        wanted.forEach(slice -> write(slice, there.remove(slice.name())));
        there.values().forEach(slice -> client.delete(slice.key(), null));
        // 4. The same in the old form, for clients that know no slices.
        OldEndpoints.write(client, resource, wanted);
        return null;
    }

    private void write(Resource wanted, @Nullable Resource there) {
        if (there == null) {
            client.create(wanted);
            return;
        }
        var body = there.body().deepCopy();
        for (var field : List.of("addressType", "endpoints", "ports")) {
            body.set(field, wanted.body().path(field));
        }
        var metadata = (ObjectNode) body.path("metadata");
        for (var field : List.of("labels", "ownerReferences")) {
            metadata.set(field, wanted.metadata().path(field));
        }
        if (!Canonical.text(body).equals(Canonical.text(there.body()))) {
            client.update(new Resource(there.kind(), body));
        }
    }

    private static boolean ours(Resource slice) {
        return SlicePlan.MANAGER.equals(slice.labels().get(SlicePlan.MANAGED_BY));
    }

    private static Map<String, String> selector(Resource service) {
        return service.spec().path("selector").properties().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, p -> p.getValue().asString("")));
    }
}
