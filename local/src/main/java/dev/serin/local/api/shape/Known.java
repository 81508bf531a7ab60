package dev.serin.local.api.shape;

import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Scalar;
import dev.serin.config.schema.Type;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What of a body its kind knows: nulls and unknown fields are left out, as Kubernetes' decoder
/// does. Values of the wrong type stay; it is for the checks to complain of them.
public final class Known {
    private Known() {}

    /// A copy; what has no objects in it is shared.
    public static ObjectNode only(ObjectNode body, ObjectType type) {
        var out = JsonNodeFactory.instance.objectNode();
        body.properties()
                .forEach(p -> {
                    var field = type.field(p.getKey());
                    if (field != null && !p.getValue().isNull()) {
                        out.set(p.getKey(), value(p.getValue(), field.type()));
                    }
                });
        return out;
    }

    private static JsonNode value(JsonNode node, Type type) {
        return switch (type) {
            case ObjectType inner when node instanceof ObjectNode object -> only(object, inner);
            case Type.ListType list when node instanceof ArrayNode array -> {
                var out = JsonNodeFactory.instance.arrayNode();
                for (var item : array) {
                    if (!item.isNull()) {
                        out.add(value(item, list.element()));
                    }
                }
                yield out;
            }
            case Type.MapType map when node instanceof ObjectNode object -> map(object, map);
            default -> node.deepCopy();
        };
    }

    private static ObjectNode map(ObjectNode object, Type.MapType map) {
        var out = JsonNodeFactory.instance.objectNode();
        object.properties()
                .forEach(p -> {
                    if (!p.getValue().isNull()) {
                        out.set(p.getKey(), value(p.getValue(), map.value()));
                    } else if (map.value() == Scalar.STRING) {
                        // An empty value may be written as null.
                        out.put(p.getKey(), "");
                    }
                });
        return out;
    }
}
