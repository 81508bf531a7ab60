package dev.serin.local.api.manage;

import dev.serin.config.schema.Field;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Type;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The fields that a body writes, by its type: what is merged as a whole is one field, lists with
/// keys are taken apart.
final class Fields {
    /// Not owned by anybody: they name the resource, or are the API's own.
    private static final Set<String> METADATA =
            Set.of(
                    "name",
                    "namespace",
                    "uid",
                    "resourceVersion",
                    "generation",
                    "creationTimestamp",
                    "deletionTimestamp",
                    "deletionGracePeriodSeconds",
                    "selfLink",
                    "managedFields");

    private final Map<FieldPath, JsonNode> values = new LinkedHashMap<>();

    private Fields() {}

    /// Each field with its value.
    static Map<FieldPath, JsonNode> of(ObjectNode body, ObjectType type) {
        var fields = new Fields();
        var root = new FieldPath(java.util.List.of());
        for (var property : body.properties()) {
            var name = property.getKey();
            if (!name.equals("apiVersion") && !name.equals("kind")) {
                var path = root.and("f:" + name);
                if (name.equals("metadata") && property.getValue() instanceof ObjectNode metadata) {
                    var rest = metadata.deepCopy();
                    METADATA.forEach(rest::remove);
                    if (!rest.isEmpty()) {
                        fields.walk(path, rest, typeOf(type.field(name)));
                    }
                } else {
                    fields.walk(path, property.getValue(), typeOf(type.field(name)));
                }
            }
        }
        return fields.values;
    }

    private static @Nullable Type typeOf(@Nullable Field field) {
        return field == null ? null : field.type();
    }

    private void walk(FieldPath path, JsonNode node, @Nullable Type type) {
        switch (type) {
            case ObjectType inner when node instanceof ObjectNode object && !object.isEmpty() ->
                    object.properties()
                            .forEach(p ->
                                    walk(
                                            path.and("f:" + p.getKey()),
                                            p.getValue(),
                                            typeOf(inner.field(p.getKey()))));
            case Type.MapType map when node instanceof ObjectNode object && !object.isEmpty() ->
                    object.properties()
                            .forEach(p ->
                                    walk(path.and("f:" + p.getKey()), p.getValue(), map.value()));
            case Type.ListType list when node instanceof ArrayNode array && !array.isEmpty() ->
                    list(path, array, list);
            case null, default -> values.put(path, node);
        }
    }

    private void list(FieldPath path, ArrayNode array, Type.ListType list) {
        switch (list.merge()) {
            case ATOMIC -> values.put(path, array);
            case SET -> {
                for (var item : array) {
                    values.put(path.and("v:" + item), item);
                }
            }
            case BY_KEY, BY_KEY_APPLIED -> {
                for (var item : array) {
                    var element = path.and(key(item, list));
                    values.put(element.and(FieldPath.SELF), JsonNodeFactory.instance.nullNode());
                    if (!item.isEmpty()) {
                        walk(element, item, list.element());
                    }
                }
            }
        }
    }

    /// What tells an element apart, with the defaults of keys that are not written.
    static String key(JsonNode item, Type.ListType list) {
        var keys = JsonNodeFactory.instance.objectNode();
        var sorted = new TreeSet<>(list.mapKeys());
        for (var name : sorted) {
            var value = item.get(name);
            if (value == null && list.element() instanceof ObjectType object) {
                var field = object.field(name);
                value = field == null ? null : field.absent();
            }
            if (value != null) {
                keys.set(name, value);
            }
        }
        return "k:" + keys;
    }
}
