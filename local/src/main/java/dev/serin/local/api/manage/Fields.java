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
import java.util.List;
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

    /// Objects that one writer sets as a whole.
    private static final Set<String> WHOLE =
            Set.of(
                    "LabelSelector",
                    "ObjectFieldSelector",
                    "ResourceFieldSelector",
                    "ConfigMapKeySelector",
                    "SecretKeySelector",
                    "LocalObjectReference",
                    "ObjectReference",
                    "NodeSelector",
                    "NodeSelectorTerm",
                    "RoleRef");

    /// Maps that one writer sets as a whole.
    private static final Set<String> WHOLE_MAPS =
            Set.of("ServiceSpec.selector", "PodSpec.nodeSelector");

    /// Parts that every resource of Kubernetes' own has, so that nobody makes them.
    private static final Set<List<String>> ALWAYS_THERE =
            Set.of(
                    List.of("f:spec"),
                    List.of("f:spec", "f:containers"),
                    List.of("f:spec", "f:names"),
                    List.of("f:spec", "f:strategy"),
                    List.of("f:spec", "f:template"),
                    List.of("f:spec", "f:template", "f:metadata"),
                    List.of("f:spec", "f:template", "f:spec"),
                    List.of("f:spec", "f:template", "f:spec", "f:containers"),
                    List.of("f:status"),
                    List.of("f:status", "f:loadBalancer"));

    private final Map<FieldPath, JsonNode> values = new LinkedHashMap<>();
    private final boolean makers;
    private final boolean own;

    private Fields(boolean makers, boolean own) {
        this.makers = makers;
        this.own = own;
    }

    /// Each field with its value.
    static Map<FieldPath, JsonNode> of(ObjectNode body, ObjectType type) {
        return of(body, type, new Fields(false, false));
    }

    /// Each field with its value, and each object, map and list that somebody must have made, by a
    /// last `.`.
    static Map<FieldPath, JsonNode> withMakers(ObjectNode body, ObjectType type) {
        return of(body, type, new Fields(true, type.fullName().startsWith("io.k8s.")));
    }

    /// Whether a field is one for its writers although it has fields of its own.
    static boolean isWhole(@Nullable Type holder, String name, @Nullable Type inner) {
        return inner instanceof ObjectType object && WHOLE.contains(object.name())
                || holder instanceof ObjectType around
                        && WHOLE_MAPS.contains(around.name() + "." + name);
    }

    private static Map<FieldPath, JsonNode> of(ObjectNode body, ObjectType type, Fields fields) {
        var root = new FieldPath(java.util.List.of());
        for (var property : body.properties()) {
            var name = property.getKey();
            if (!name.equals("apiVersion") && !name.equals("kind")) {
                var path = root.and("f:" + name);
                if (name.equals("metadata") && property.getValue() instanceof ObjectNode metadata) {
                    var rest = metadata.deepCopy();
                    METADATA.forEach(rest::remove);
                    var inner = typeOf(type.field(name));
                    rest.properties()
                            .forEach(p ->
                                    fields.walk(
                                            path.and("f:" + p.getKey()),
                                            p.getValue(),
                                            inner instanceof ObjectType object
                                                    ? typeOf(object.field(p.getKey()))
                                                    : null));
                } else {
                    fields.field(root, name, property.getValue(), type);
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
            case ObjectType inner when node instanceof ObjectNode object && !object.isEmpty() -> {
                if (inner.isAnything()) {
                    // Of what has no schema, who applies it is noted as its maker too.
                    values.put(path.and(FieldPath.SELF), JsonNodeFactory.instance.nullNode());
                } else {
                    made(path);
                }
                object.properties().forEach(p -> field(path, p.getKey(), p.getValue(), inner));
            }
            case Type.MapType map when node instanceof ObjectNode object && !object.isEmpty() -> {
                made(path);
                object.properties()
                        .forEach(p -> walk(path.and("f:" + p.getKey()), p.getValue(), map.value()));
            }
            case Type.ListType list when node instanceof ArrayNode array && !array.isEmpty() ->
                    list(path, array, list);
            case null, default -> values.put(path, node);
        }
    }

    private void field(FieldPath path, String name, JsonNode value, ObjectType owner) {
        var type = typeOf(owner.field(name));
        var at = path.and("f:" + name);
        if (isWhole(owner, name, type)) {
            values.put(at, value);
        } else {
            walk(at, value, type);
        }
    }

    private void made(FieldPath path) {
        if (makers && !(own && ALWAYS_THERE.contains(path.steps()))) {
            values.put(path.and(FieldPath.SELF), JsonNodeFactory.instance.nullNode());
        }
    }

    private void list(FieldPath path, ArrayNode array, Type.ListType list) {
        switch (list.merge()) {
            case ATOMIC -> values.put(path, array);
            case SET -> {
                made(path);
                for (var item : array) {
                    values.put(path.and("v:" + item), item);
                }
            }
            case BY_KEY, BY_KEY_APPLIED -> {
                made(path);
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
