package dev.serin.local.api.custom;

import dev.serin.local.api.Refusal.Cause;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

import java.util.HashSet;
import java.util.List;

/// Elements that a list must not have twice: of a set, and by their keys of a map.
final class Duplicates {
    private Duplicates() {}

    static void check(ArrayNode array, JsonNode schema, String path, List<Cause> causes) {
        var kind = schema.path("x-kubernetes-list-type").asString("");
        if (!kind.equals("set") && !kind.equals("map")) {
            return;
        }
        var seen = new HashSet<JsonNode>();
        var told = new HashSet<JsonNode>();
        for (var i = 0; i < array.size(); i++) {
            var item = kind.equals("set") ? array.get(i) : key(array.get(i), schema);
            if (!seen.add(item) && told.add(item)) {
                causes.add(
                        new Cause(
                                "FieldValueDuplicate",
                                "Duplicate value: " + Values.shown(item),
                                path + "[" + i + "]"));
            }
        }
    }

    /// What tells an element from the others.
    static JsonNode key(JsonNode item, JsonNode schema) {
        var key = JsonNodeFactory.instance.objectNode();
        for (var name : schema.path("x-kubernetes-list-map-keys")) {
            var value = item.get(name.asString(""));
            if (value != null) {
                key.set(name.asString(""), value);
            }
        }
        return key;
    }
}
