package dev.serin.local.api.cel;

import com.google.common.collect.ImmutableMap;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What one place of a structural schema is to CEL: its type, and how values of it are read. Places
/// without a type, such as fields that are kept without being known, have none. Immutable.
sealed interface Shape {
    CelType type();

    /// A value of one type, that is read by itself.
    ///
    /// @param format as the schema names it
    record Plain(CelType type, String format) implements Shape {}

    /// A value that may be of any type, checked when it is read.
    record Any() implements Shape {
        @Override
        public CelType type() {
            return SimpleType.DYN;
        }
    }

    /// @param keys what tells elements apart where the list is a map
    record Listed(Shape item, Order order, List<String> keys) implements Shape {
        @Override
        public CelType type() {
            return ListType.create(item.type());
        }
    }

    /// Whether elements are told apart by their place, themselves or their keys.
    enum Order {
        PLACE,
        ITSELF,
        KEYS
    }

    record Mapped(Shape value) implements Shape {
        @Override
        public CelType type() {
            return MapType.create(SimpleType.STRING, value.type());
        }
    }

    /// @param fields by their names in JSON, with their names in CEL
    record Struct(CelType type, Map<String, Named> fields) implements Shape {}

    record Named(String name, Shape shape) {}

    /// Reads a schema. Null where rules cannot see the value.
    ///
    /// @param resource whether kind, apiVersion and the names of the metadata are there unsaid
    /// @param types gets every type that has a name
    static @Nullable Shape of(
            JsonNode schema, boolean resource, String name, Map<String, CelType> types) {
        if (schema.path("x-kubernetes-int-or-string").asBoolean(false)) {
            return new Any();
        }
        return switch (schema.path("type").asString("")) {
            case "array" -> listed(schema, name, types);
            case "object" -> {
                var values = schema.path("additionalProperties");
                if (values.isObject() && !resource) {
                    var inner = of(values, embedded(values), name + ".@elem", types);
                    yield inner == null ? null : new Mapped(inner);
                }
                yield struct(schema, resource, name, types);
            }
            case "string" ->
                    new Plain(
                            switch (schema.path("format").asString("")) {
                                case "byte" -> SimpleType.BYTES;
                                case "duration" -> SimpleType.DURATION;
                                case "date", "date-time" -> SimpleType.TIMESTAMP;
                                default -> SimpleType.STRING;
                            },
                            schema.path("format").asString(""));
            case "boolean" -> new Plain(SimpleType.BOOL, "");
            case "number" -> new Plain(SimpleType.DOUBLE, "");
            case "integer" -> new Plain(SimpleType.INT, "");
            default -> null;
        };
    }

    private static boolean embedded(JsonNode schema) {
        return schema.path("x-kubernetes-embedded-resource").asBoolean(false);
    }

    private static @Nullable Shape listed(
            JsonNode schema, String name, Map<String, CelType> types) {
        var items = schema.path("items");
        var item = of(items, embedded(items), name + ".@idx", types);
        if (item == null) {
            return null;
        }
        var keys = new ArrayList<String>();
        schema.path("x-kubernetes-list-map-keys").forEach(k -> keys.add(k.asString("")));
        var order =
                switch (schema.path("x-kubernetes-list-type").asString("")) {
                    case "set" -> Order.ITSELF;
                    case "map" -> Order.KEYS;
                    default -> Order.PLACE;
                };
        return new Listed(item, order, List.copyOf(keys));
    }

    private static Shape struct(
            JsonNode schema, boolean resource, String name, Map<String, CelType> types) {
        var fields = new LinkedHashMap<String, Named>();
        for (var property : schema.path("properties").properties()) {
            var inner = property.getValue();
            var field = Names.escaped(property.getKey());
            var shape = of(inner, embedded(inner), name + "." + property.getKey(), types);
            if (shape != null && !field.isEmpty()) {
                fields.put(property.getKey(), new Named(field, shape));
            }
        }
        if (resource) {
            var text = new Plain(SimpleType.STRING, "");
            fields.put("kind", new Named("kind", text));
            fields.put("apiVersion", new Named("apiVersion", text));
            var metadata = new LinkedHashMap<String, Named>();
            metadata.put("name", new Named("name", text));
            metadata.put("generateName", new Named("generateName", text));
            fields.put(
                    "metadata", new Named("metadata", named(name + ".metadata", metadata, types)));
        }
        return named(name, fields, types);
    }

    private static Struct named(
            String name, Map<String, Named> fields, Map<String, CelType> types) {
        var byName =
                fields.values().stream()
                        .collect(ImmutableMap.toImmutableMap(Named::name, f -> f.shape().type()));
        var type =
                StructType.create(
                        name, byName.keySet(), field -> Optional.ofNullable(byName.get(field)));
        types.put(name, type);
        return new Struct(type, Map.copyOf(fields));
    }
}
