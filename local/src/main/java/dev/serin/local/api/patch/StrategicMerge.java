package dev.serin.local.api.patch;

import dev.serin.config.schema.Field;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Type;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayDeque;
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
                var field = type == null ? null : type.field(name);
                if (out.get(name) instanceof ArrayNode merged) {
                    out.set(name, ordered(merged, entry.getValue(), target.get(name), key(field)));
                }
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
            return ordered(out, patch, old, null);
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
        return ordered(out, patch, old, key);
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

    /// Puts the elements that the patch's writer named into the writer's order. Those that it did
    /// not know keep theirs; where the two meet, the order of the list before the patch decides,
    /// and what is new stands before what was there.
    private static ArrayNode ordered(
            ArrayNode merged, JsonNode order, @Nullable JsonNode before, @Nullable String key) {
        var rest = new ArrayList<JsonNode>();
        merged.forEach(rest::add);
        var named = new ArrayDeque<JsonNode>();
        for (var wanted : order) {
            rest.stream()
                    .filter(item -> isSame(item, wanted, key) && !named.contains(item))
                    .findFirst()
                    .ifPresent(named::add);
        }
        rest.removeAll(named);
        var out = JsonNodeFactory.instance.arrayNode();
        for (var item : rest) {
            while (!named.isEmpty() && !stoodBefore(before, item, named.getFirst(), key)) {
                out.add(named.removeFirst());
            }
            out.add(item);
        }
        named.forEach(out::add);
        return out;
    }

    private static boolean stoodBefore(
            @Nullable JsonNode list, JsonNode item, JsonNode other, @Nullable String key) {
        var at = place(list, item, key);
        var place = place(list, other, key);
        return at >= 0 && place >= 0 && at < place;
    }

    private static int place(@Nullable JsonNode list, JsonNode item, @Nullable String key) {
        if (list != null) {
            for (int i = 0; i < list.size(); i++) {
                if (isSame(list.get(i), item, key)) {
                    return i;
                }
            }
        }
        return -1;
    }

    private static boolean isSame(JsonNode item, JsonNode other, @Nullable String key) {
        return key == null ? item.equals(other) : item.path(key).equals(other.path(key));
    }

    private static @Nullable String key(@Nullable Field field) {
        return field != null
                        && field.type() instanceof Type.ListType list
                        && list.merge() == Type.Merge.BY_KEY
                ? list.mapKeys().getFirst()
                : null;
    }
}
