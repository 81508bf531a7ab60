package dev.serin.local.api.custom;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Set;

/// What a structural schema makes of a body before it is checked: fields that it does not know go,
/// fields that are not written get their defaults. As Kubernetes' pruning and defaulting.
final class Schema {
    private static final Set<String> OF_RESOURCES = Set.of("apiVersion", "kind", "metadata");

    private Schema() {}

    static boolean isTrue(JsonNode schema, String word) {
        return schema.path(word).asBoolean(false);
    }

    static boolean keepsUnknown(JsonNode schema) {
        return isTrue(schema, "x-kubernetes-preserve-unknown-fields");
    }

    /// A copy with the fields that the schema knows.
    ///
    /// @param unknown gets the paths of all others
    static ObjectNode pruned(ObjectNode body, JsonNode schema, List<String> unknown) {
        return object(body, schema, true, "", unknown);
    }

    private static ObjectNode object(
            ObjectNode body, JsonNode schema, boolean resource, String path, List<String> unknown) {
        var out = JsonNodeFactory.instance.objectNode();
        var known = schema.path("properties");
        var values = schema.path("additionalProperties");
        for (var property : body.properties()) {
            var name = property.getKey();
            var value = property.getValue();
            var at = path.isEmpty() ? name : path + "." + name;
            if (resource && OF_RESOURCES.contains(name)) {
                out.set(name, value.deepCopy());
            } else if (known.has(name)) {
                // A null where none may be counts as not written.
                if (!value.isNull() || isTrue(known.path(name), "nullable")) {
                    out.set(name, value(value, known.path(name), at, unknown));
                }
            } else if (values.isObject()) {
                if (!value.isNull() || isTrue(values, "nullable")) {
                    out.set(name, value(value, values, at, unknown));
                }
            } else if (values.asBoolean(false) || keepsUnknown(schema)) {
                out.set(name, value.deepCopy());
            } else {
                unknown.add(at);
            }
        }
        return out;
    }

    private static JsonNode value(
            JsonNode value, JsonNode schema, String path, List<String> unknown) {
        if (value instanceof ObjectNode object) {
            var resource = isTrue(schema, "x-kubernetes-embedded-resource");
            return object(object, schema, resource, path, unknown);
        }
        if (value instanceof ArrayNode array) {
            var out = JsonNodeFactory.instance.arrayNode();
            for (var i = 0; i < array.size(); i++) {
                out.add(value(array.get(i), schema.path("items"), path + "[" + i + "]", unknown));
            }
            return out;
        }
        return value;
    }

    /// Writes the defaults of fields that are not there, in place.
    static void fill(JsonNode value, JsonNode schema) {
        if (value instanceof ObjectNode object) {
            for (var property : schema.path("properties").properties()) {
                var absent = property.getValue().get("default");
                if (absent != null && !object.has(property.getKey())) {
                    object.set(property.getKey(), absent.deepCopy());
                }
            }
            for (var name : List.copyOf(object.propertyNames())) {
                var known = schema.path("properties").path(name);
                fill(
                        object.path(name),
                        known.isMissingNode() ? schema.path("additionalProperties") : known);
            }
        } else if (value instanceof ArrayNode array) {
            array.forEach(item -> fill(item, schema.path("items")));
        }
    }
}
