package dev.serin.local.api.manage;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What one manager owns, by one kind of write.
///
/// @param operation Apply or Update
/// @param time when it wrote last
/// @param fields not changed: a new entry is made instead
record Entry(
        String manager,
        String operation,
        String apiVersion,
        String subresource,
        String time,
        Set<FieldPath> fields) {

    boolean isOf(String otherManager, String otherOperation, String otherSubresource) {
        return manager.equals(otherManager)
                && operation.equals(otherOperation)
                && subresource.equals(otherSubresource);
    }

    Entry with(Set<FieldPath> changed) {
        return new Entry(manager, operation, apiVersion, subresource, time, changed);
    }

    /// As conflicts name it.
    String title() {
        var part = subresource.isEmpty() ? "" : " with subresource \"" + subresource + '"';
        var version = operation.equals("Update") ? " using " + apiVersion : "";
        return '"' + manager + '"' + part + version;
    }

    static Entry read(JsonNode node) {
        var fields = new LinkedHashSet<FieldPath>();
        read(new FieldPath(List.of()), node.path("fieldsV1"), fields);
        return new Entry(
                node.path("manager").asString(""),
                node.path("operation").asString(""),
                node.path("apiVersion").asString(""),
                node.path("subresource").asString(""),
                node.path("time").asString(""),
                fields);
    }

    private static void read(FieldPath path, JsonNode trie, Set<FieldPath> into) {
        if (trie.isEmpty() && !path.steps().isEmpty()) {
            into.add(path);
        }
        trie.properties().forEach(p -> read(path.and(p.getKey()), p.getValue(), into));
    }

    /// What has nothing but itself is written as empty.
    private static void shorten(ObjectNode trie) {
        for (var property : trie.properties()) {
            if (property.getValue() instanceof ObjectNode inner) {
                shorten(inner);
                if (inner.size() == 1 && inner.has(FieldPath.SELF)) {
                    inner.removeAll();
                }
            }
        }
    }

    ObjectNode write() {
        var node = JsonNodeFactory.instance.objectNode().put("manager", manager);
        node.put("operation", operation).put("apiVersion", apiVersion);
        if (!time.isEmpty()) {
            node.put("time", time);
        }
        node.put("fieldsType", "FieldsV1");
        var trie = node.putObject("fieldsV1");
        for (var path : fields) {
            var at = trie;
            for (var step : path.steps()) {
                at = at.get(step) instanceof ObjectNode there ? there : at.putObject(step);
            }
        }
        shorten(trie);
        if (!subresource.isEmpty()) {
            node.put("subresource", subresource);
        }
        return node;
    }
}
