package dev.serin.local.api.patch;

import dev.serin.config.schema.Field;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Type;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/// Kubernetes' own merge: lists whose elements have a key are merged by it, and directives in the
/// patch (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) say what a
/// plain merge can't.
final class StrategicMerge {
    private static final String PATCH = "$patch";
    private static final String RETAIN = "$retainKeys";
    private static final String ORDER = "$setElementOrder/";
    private static final String DELETE_FROM = "$deleteFromPrimitiveList/";

    private StrategicMerge() {}

    /// @param type null where nothing is known, where a plain merge is made
    static ObjectNode merge(ObjectNode target, ObjectNode patch, @Nullable ObjectType type) {
        switch (patch.path(PATCH).asString("")) {
            case "replace" -> {
                var out = patch.deepCopy();
                out.remove(PATCH);
                return out;
            }
            case "delete" -> {
                return JsonNodeFactory.instance.objectNode();
            }
            default -> {}
        }
        var out = target.deepCopy();
        if (patch.get(RETAIN) instanceof ArrayNode retained) {
            var names = new ArrayList<String>();
            retained.forEach(n -> names.add(n.asString("")));
            List.copyOf(out.propertyNames()).stream()
                    .filter(n -> !names.contains(n))
                    .forEach(out::remove);
        }
        for (var entry : patch.properties()) {
            var name = entry.getKey();
            if (name.startsWith(DELETE_FROM)) {
                remove(out, name.substring(DELETE_FROM.length()), entry.getValue());
            } else if (!name.startsWith("$")) {
                field(out, name, entry.getValue(), type == null ? null : type.field(name));
            }
        }
        for (var entry : patch.properties()) {
            if (entry.getKey().startsWith(ORDER)) {
                var name = entry.getKey().substring(ORDER.length());
                order(out, name, entry.getValue(), type == null ? null : type.field(name));
            }
        }
        return out;
    }

    private static void field(ObjectNode out, String name, JsonNode value, @Nullable Field field) {
        if (value.isNull()) {
            out.remove(name);
        } else if (value instanceof ObjectNode changes) {
            var old =
                    out.get(name) instanceof ObjectNode object
                            ? object
                            : JsonNodeFactory.instance.objectNode();
            if (changes.path(PATCH).asString("").equals("delete")) {
                out.remove(name);
            } else {
                out.set(name, merge(old, changes, objectType(field)));
            }
        } else if (value instanceof ArrayNode items
                && field != null
                && field.type() instanceof Type.ListType list) {
            out.set(name, list(out.get(name), items, list));
        } else {
            out.set(name, value.deepCopy());
        }
    }

    private static @Nullable ObjectType objectType(@Nullable Field field) {
        return field != null && field.type() instanceof ObjectType object ? object : null;
    }

    private static JsonNode list(@Nullable JsonNode old, ArrayNode patch, Type.ListType type) {
        var out =
                old instanceof ArrayNode there
                        ? there.deepCopy()
                        : JsonNodeFactory.instance.arrayNode();
        if (type.merge() == Type.Merge.SET) {
            for (var item : patch) {
                if (index(out, item) < 0) {
                    out.add(item);
                }
            }
            return out;
        }
        if (type.merge() != Type.Merge.BY_KEY || !(type.element() instanceof ObjectType element)) {
            return patch.deepCopy();
        }
        var key = type.mapKeys().getFirst();
        var replace = false;
        var items = new ArrayList<ObjectNode>();
        for (var item : patch) {
            if (item instanceof ObjectNode object) {
                if (object.path(PATCH).asString("").equals("replace") && !object.has(key)) {
                    replace = true;
                } else {
                    items.add(object);
                }
            }
        }
        if (replace) {
            out.removeAll();
        }
        for (var item : items) {
            var at = find(out, key, item.path(key));
            switch (item.path(PATCH).asString("")) {
                case "delete" -> {
                    if (at >= 0) {
                        out.remove(at);
                    }
                }
                default -> {
                    if (at >= 0) {
                        out.set(at, merge((ObjectNode) out.get(at), item, element));
                    } else {
                        out.add(merge(JsonNodeFactory.instance.objectNode(), item, element));
                    }
                }
            }
        }
        return out;
    }

    private static int find(ArrayNode array, String key, JsonNode value) {
        for (int i = 0; i < array.size(); i++) {
            if (array.get(i).path(key).equals(value)) {
                return i;
            }
        }
        return -1;
    }

    private static int index(ArrayNode array, JsonNode value) {
        for (int i = 0; i < array.size(); i++) {
            if (array.get(i).equals(value)) {
                return i;
            }
        }
        return -1;
    }

    private static void remove(ObjectNode out, String name, JsonNode values) {
        if (out.get(name) instanceof ArrayNode array) {
            var kept = JsonNodeFactory.instance.arrayNode();
            for (var item : array) {
                var gone = false;
                for (var value : values) {
                    gone |= value.equals(item);
                }
                if (!gone) {
                    kept.add(item);
                }
            }
            out.set(name, kept);
        }
    }

    /// Puts the named elements into the given order; those that the patch's writer did not know
    /// keep their place behind what stood before them.
    private static void order(ObjectNode out, String name, JsonNode order, @Nullable Field field) {
        if (!(out.get(name) instanceof ArrayNode array)) {
            return;
        }
        var key =
                field != null
                                && field.type() instanceof Type.ListType list
                                && list.merge() == Type.Merge.BY_KEY
                        ? list.mapKeys().getFirst()
                        : null;
        var rest = new ArrayList<JsonNode>();
        array.forEach(rest::add);
        var sorted = new ArrayList<JsonNode>();
        for (var wanted : order) {
            rest.stream()
                    .filter(item ->
                            key == null
                                    ? item.equals(wanted)
                                    : item.path(key).equals(wanted.path(key)))
                    .findFirst()
                    .ifPresent(sorted::add);
        }
        var out2 = JsonNodeFactory.instance.arrayNode();
        var next = 0;
        for (var item : rest) {
            // A place that belonged to a named element takes the next one in the new order.
            out2.add(sorted.contains(item) ? sorted.get(next++) : item);
        }
        out.set(name, out2);
    }
}
