package dev.serin.local.api.custom;

import dev.serin.config.schema.Field;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Scalar;
import dev.serin.config.schema.Type;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// The types of a structural schema, for what merges resources: patches, applies, owners of fields.
final class Types {
    private final String space;
    private final ObjectType plain;

    /// @param space what stands before names in OpenAPI
    /// @param plain a type that has what every resource has
    private Types(String space, ObjectType plain) {
        this.space = space;
        this.plain = plain;
    }

    /// The whole body of a kind.
    static ObjectType root(String space, String kind, JsonNode schema, ObjectType plain) {
        return new Types(space, plain).object(kind, schema, true);
    }

    private ObjectType object(String name, JsonNode schema, boolean resource) {
        var fields = new ArrayList<Field>();
        if (resource) {
            for (var common : List.of("apiVersion", "kind", "metadata")) {
                fields.add(Objects.requireNonNull(plain.field(common), common));
            }
        }
        var required = strings(schema.path("required"));
        for (var property : schema.path("properties").properties()) {
            var known = fields.stream().anyMatch(f -> f.name().equals(property.getKey()));
            if (!known) {
                var inner = property.getValue();
                fields.add(
                        field(
                                property.getKey(),
                                type(name + "." + property.getKey(), inner),
                                required.contains(property.getKey()),
                                inner.get("default")));
            }
        }
        return ObjectType.of(space, name, fields, Schema.keepsUnknown(schema));
    }

    private static Field field(
            String name,
            Type type,
            boolean required,
            @org.jspecify.annotations.Nullable JsonNode absent) {
        return new Field(name, 0, type, required, absent, false, "");
    }

    private Type type(String name, JsonNode schema) {
        if (Schema.isTrue(schema, "x-kubernetes-int-or-string")) {
            return Scalar.INT_OR_STRING;
        }
        return switch (schema.path("type").asString("")) {
            case "object" -> {
                if (schema.path("x-kubernetes-map-type").asString("").equals("atomic")) {
                    yield Scalar.ANY;
                }
                var values = schema.path("additionalProperties");
                yield values.isObject() && schema.path("properties").isEmpty()
                        ? new Type.MapType(type(name, values))
                        : object(
                                name,
                                schema,
                                Schema.isTrue(schema, "x-kubernetes-embedded-resource"));
            }
            case "array" -> list(name, schema);
            case "string" -> Scalar.STRING;
            case "integer" -> Scalar.INT64;
            case "number" -> Scalar.DOUBLE;
            case "boolean" -> Scalar.BOOL;
            default ->
                    Schema.keepsUnknown(schema)
                            ? ObjectType.of(space, name, List.of(), true)
                            : Scalar.ANY;
        };
    }

    private Type list(String name, JsonNode schema) {
        var element = type(name, schema.path("items"));
        return switch (schema.path("x-kubernetes-list-type").asString("")) {
            case "set" -> new Type.ListType(element, List.of(), Type.Merge.SET);
            case "map" -> {
                var keys = new ArrayList<String>();
                schema.path("x-kubernetes-list-map-keys").forEach(k -> keys.add(k.asString("")));
                yield new Type.ListType(element, List.copyOf(keys), Type.Merge.BY_KEY_APPLIED);
            }
            default -> new Type.ListType(element, List.of(), Type.Merge.ATOMIC);
        };
    }

    private static Set<String> strings(JsonNode list) {
        var all = new HashSet<String>();
        list.forEach(n -> all.add(n.asString("")));
        return all;
    }
}
