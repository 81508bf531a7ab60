package dev.serin.controlplane.fields;

import dev.serin.config.Resource;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Scalar;
import dev.serin.config.schema.Schemas;
import dev.serin.config.schema.Type;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The fields of Istio's kinds as their schemas have them, and resources without one of them.
final class Fields {
    private final Schemas schemas = Schemas.load();

    /// A field of a type, and the paths of its owner in each kind.
    record Owner(ObjectType type, List<String> paths) {}

    /// Every type below the `spec` of an Istio kind, in the order in which the schemas have them.
    Map<String, Owner> owners() {
        var owners = new LinkedHashMap<String, Owner>();
        for (var schema : schemas.all()) {
            var spec = schema.type().field("spec");
            if (schema.kind().group().endsWith("istio.io")
                    && schema.kind().version().equals("v1")
                    && spec != null) {
                walk(spec.type(), schema.kind().kind(), owners);
            }
        }
        return owners;
    }

    private static void walk(Type type, String path, Map<String, Owner> owners) {
        switch (type) {
            case ObjectType object -> {
                var known = owners.get(object.name());
                if (known != null) {
                    known.paths().add(path);
                    return;
                }
                owners.put(object.name(), new Owner(object, new ArrayList<>(List.of(path))));
                object.fields().forEach(f -> walk(f.type(), path + "." + f.name(), owners));
            }
            case Type.ListType list -> walk(list.element(), path, owners);
            case Type.MapType map -> walk(map.value(), path, owners);
            case Type.Words _, Scalar _ -> {}
        }
    }

    /// A copy without the field wherever it stands, with the word if one is asked for; null if it
    /// stands nowhere.
    @Nullable Resource without(
            Resource resource, String type, String field, @Nullable String word) {
        var kind = resource.kind();
        var schema = schemas.find(kind.apiVersion(), kind.kind());
        var spec = schema == null ? null : schema.type().field("spec");
        if (spec == null || !kind.group().endsWith("istio.io")) {
            return null;
        }
        var body = resource.body().deepCopy();
        return removed(spec.type(), body.path("spec"), type, field, word)
                ? new Resource(kind, body)
                : null;
    }

    private static boolean removed(
            Type type, JsonNode value, String owner, String field, @Nullable String word) {
        var removed = false;
        switch (type) {
            case ObjectType object -> {
                if (object.name().equals(owner)
                        && value instanceof ObjectNode body
                        && body.has(field)
                        && (word == null || body.path(field).asString("").equals(word))) {
                    body.remove(field);
                    removed = true;
                }
                for (var property : value.properties()) {
                    var below = object.field(property.getKey());
                    if (below != null) {
                        removed |= removed(below.type(), property.getValue(), owner, field, word);
                    }
                }
            }
            case Type.ListType list -> {
                for (var element : value) {
                    removed |= removed(list.element(), element, owner, field, word);
                }
            }
            case Type.MapType map -> {
                for (var property : value.properties()) {
                    removed |= removed(map.value(), property.getValue(), owner, field, word);
                }
            }
            case Type.Words _, Scalar _ -> {}
        }
        return removed;
    }
}
