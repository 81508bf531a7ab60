package dev.serin.local.api.cel;

import dev.serin.local.api.Refusal.Cause;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Holds one body against the rules of its schema. A rule that is broken by what an update has not
/// changed is passed over, unless it speaks of the change itself. Owned by one check.
final class Judgement {
    private final List<Cause> causes;
    private boolean over;

    Judgement(List<Cause> causes) {
        this.causes = causes;
    }

    /// @param old the value before, null where there was none or it cannot be told which it was
    /// @param within whether the nearest value around it that can be compared is as it was
    void look(RuleTree tree, JsonNode value, @Nullable JsonNode old, boolean within, String path) {
        if (over || value.isNull()) {
            return;
        }
        var same = old == null ? within : old.equals(value);
        rules(tree, value, old, same, path);
        for (var one : tree.all) {
            look(one, value, old, within, path);
        }
        if (value instanceof ArrayNode array && tree.items != null) {
            for (var i = 0; i < array.size(); i++) {
                var item = array.get(i);
                look(tree.items, item, before(item, old, tree.schema), same, path + "[" + i + "]");
            }
        } else if (value instanceof ObjectNode object) {
            for (var property : object.properties()) {
                var name = property.getKey();
                var inner = tree.properties.get(name);
                var place = path.isEmpty() ? name : path + "." + name;
                if (inner == null && tree.values != null) {
                    inner = tree.values;
                    place = path + "[" + name + "]";
                }
                if (inner != null) {
                    look(
                            inner,
                            property.getValue(),
                            old == null ? null : old.get(name),
                            same,
                            place);
                }
            }
        }
    }

    private static @Nullable JsonNode before(
            JsonNode item, @Nullable JsonNode old, JsonNode schema) {
        if (old == null || !schema.path("x-kubernetes-list-type").asString("").equals("map")) {
            return null;
        }
        for (var candidate : old) {
            var same = true;
            for (var key : schema.path("x-kubernetes-list-map-keys")) {
                same &= candidate.path(key.asString("")).equals(item.path(key.asString("")));
            }
            if (same) {
                return candidate;
            }
        }
        return null;
    }

    private void rules(
            RuleTree tree, JsonNode value, @Nullable JsonNode old, boolean same, String path) {
        if (tree.rules.isEmpty() || tree.shape == null) {
            return;
        }
        var type = tree.schema.path("type").asString("");
        Map<String, Object> values;
        try {
            values = values(tree.shape, value, old);
        } catch (IllegalArgumentException e) {
            invalid(path, quoted(type), String.valueOf(e.getMessage()));
            return;
        }
        for (var rule : tree.rules) {
            if (over || rule.usesOld() && old == null && !rule.takesNoOld()) {
                continue;
            }
            var mine = values;
            if (rule.takesNoOld()) {
                mine = new HashMap<>(values);
                mine.put("oldSelf", Optional.ofNullable(values.get("oldSelf")));
            }
            switch (rule.evaluate(mine)) {
                case Rule.Holds _ -> {}
                case Rule.Failed failed -> {
                    invalid(path, quoted(type), failed.message());
                    over = failed.last();
                }
                case Rule.Broken _ -> {
                    if (rule.usesOld() || !same) {
                        broken(rule, rule.detail(mine), value, type, path, tree);
                    }
                }
            }
        }
    }

    private static Map<String, Object> values(Shape shape, JsonNode value, @Nullable JsonNode old) {
        var all = new HashMap<String, Object>();
        all.put("self", Read.value(value, shape));
        if (old != null) {
            all.put("oldSelf", Read.value(old, shape));
        }
        return all;
    }

    private void broken(
            Rule rule, String detail, JsonNode value, String type, String path, RuleTree tree) {
        var field = rule.written().path("fieldPath").asString("");
        var below = field.isEmpty() ? "" : FieldPaths.normal(field, tree.schema).orElse("");
        var place = below.isEmpty() ? path : path.isEmpty() ? below : path + "." + below;
        var shown = type.equals("object") || type.equals("array") ? "" : value.toString();
        switch (rule.written().path("reason").asString("")) {
            case "FieldValueForbidden" -> add("FieldValueForbidden", place, "Forbidden: " + detail);
            case "FieldValueRequired" ->
                    add("FieldValueRequired", place, "Required value: " + detail);
            case "FieldValueDuplicate" ->
                    add(
                            "FieldValueDuplicate",
                            place,
                            "Duplicate value" + (shown.isEmpty() ? "" : ": " + shown));
            default -> invalid(place, shown, detail);
        }
    }

    private void invalid(String path, String shown, String detail) {
        add(
                "FieldValueInvalid",
                path,
                "Invalid value: " + (shown.isEmpty() ? "" : shown + ": ") + detail);
    }

    private void add(String reason, String path, String message) {
        causes.add(new Cause(reason, message, path.isEmpty() ? "<nil>" : path));
    }

    static String quoted(String text) {
        return StringNode.valueOf(text).toString();
    }
}
