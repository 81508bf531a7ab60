package dev.serin.local.api.shape;

import dev.serin.config.schema.Field;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Scalar;
import dev.serin.config.schema.Type;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/// Reads a body by its kind's type: drops nulls and unknown fields, noting these, and stops at a
/// value of the wrong type. One use, one thread.
public final class Reading {
    private final List<String> unknown = new ArrayList<>();
    private final List<Wrong> wrong = new ArrayList<>();

    /// A value of the wrong type.
    ///
    /// @param path with indexes, such as `spec.containers[0].image`
    /// @param owner the type that has the field
    public record Wrong(String path, String owner, JsonNode found, String expected) {
        /// In the words of Kubernetes' own decoder.
        public String text() {
            return "json: cannot unmarshal "
                    + word(found)
                    + " into Go struct field "
                    + owner
                    + "."
                    + path.replaceAll("\\[[^]]*]", "")
                    + " of type "
                    + expected;
        }

        static String word(JsonNode node) {
            return switch (node.getNodeType()) {
                case STRING -> "string";
                case NUMBER -> "number";
                case BOOLEAN -> "bool";
                case ARRAY -> "array";
                default -> "object";
            };
        }
    }

    /// The body without what the type does not know.
    public ObjectNode read(ObjectNode body, ObjectType type) {
        return object("", body, type);
    }

    /// Paths of unknown fields, in the order they were found.
    public List<String> unknown() {
        return unknown;
    }

    public List<Wrong> wrong() {
        return wrong;
    }

    private ObjectNode object(String path, ObjectNode node, ObjectType type) {
        var out = JsonNodeFactory.instance.objectNode();
        node.properties()
                .forEach(p -> {
                    var at = path.isEmpty() ? p.getKey() : path + "." + p.getKey();
                    var field = type.field(p.getKey());
                    if (field == null) {
                        unknown.add(at);
                    } else if (!p.getValue().isNull()) {
                        var value = value(at, type, field, p.getValue(), field.type());
                        if (value != null) {
                            out.set(p.getKey(), value);
                        }
                    }
                });
        return out;
    }

    private @org.jspecify.annotations.Nullable JsonNode value(
            String path, ObjectType owner, Field field, JsonNode node, Type type) {
        switch (type) {
            case ObjectType inner -> {
                if (node instanceof ObjectNode object) {
                    return object(path, object, inner);
                }
            }
            case Type.ListType list -> {
                if (node instanceof ArrayNode array) {
                    var out = JsonNodeFactory.instance.arrayNode();
                    for (int i = 0; i < array.size(); i++) {
                        var item =
                                value(
                                        path + "[" + i + "]",
                                        owner,
                                        field,
                                        array.get(i),
                                        list.element());
                        if (item != null) {
                            out.add(item);
                        }
                    }
                    return out;
                }
            }
            case Type.MapType map -> {
                if (node instanceof ObjectNode object) {
                    var out = JsonNodeFactory.instance.objectNode();
                    object.properties()
                            .forEach(p -> {
                                var item =
                                        p.getValue().isNull()
                                                ? empty(map.value())
                                                : value(
                                                        path + "[" + p.getKey() + "]",
                                                        owner,
                                                        field,
                                                        p.getValue(),
                                                        map.value());
                                if (item != null) {
                                    out.set(p.getKey(), item);
                                }
                            });
                    return out;
                }
            }
            case Type.Words _ -> {
                if (node.isString()) {
                    return node;
                }
            }
            case Scalar scalar -> {
                if (fits(node, scalar)) {
                    return node;
                }
            }
        }
        wrong.add(new Wrong(path, owner.name(), node, word(type)));
        return null;
    }

    private static @org.jspecify.annotations.Nullable JsonNode empty(Type type) {
        return type == Scalar.STRING ? JsonNodeFactory.instance.stringNode("") : null;
    }

    private static boolean fits(JsonNode node, Scalar scalar) {
        return switch (scalar) {
            case STRING, TIME, MICRO_TIME, DURATION, BYTES -> node.isString();
            case INT32, INT64 ->
                    node.isIntegralNumber()
                            || node.isNumber() && node.asDouble() == Math.rint(node.asDouble());
            case BOOL -> node.isBoolean();
            case DOUBLE -> node.isNumber();
            case QUANTITY -> node.isString() || node.isNumber();
            case INT_OR_STRING -> node.isString() || node.isIntegralNumber();
            case ANY -> true;
        };
    }

    private static String word(Type type) {
        return switch (type) {
            case ObjectType object -> "v1." + object.name();
            case Type.ListType list -> "[]" + word(list.element());
            case Type.MapType map -> "map[string]" + word(map.value());
            case Type.Words _ -> "string";
            case Scalar scalar ->
                    switch (scalar) {
                        case INT32 -> "int32";
                        case INT64 -> "int64";
                        case BOOL -> "bool";
                        case DOUBLE -> "float64";
                        case BYTES -> "[]uint8";
                        case TIME -> "v1.Time";
                        case MICRO_TIME -> "v1.MicroTime";
                        default -> "string";
                    };
        };
    }
}
