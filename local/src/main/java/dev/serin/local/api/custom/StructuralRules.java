package dev.serin.local.api.custom;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import dev.serin.local.api.Refusal.Cause;

import tools.jackson.databind.JsonNode;

import java.util.List;

/// Whether a schema is structural: every value has a type, and what stands beside schemas (allOf
/// and the like) only restricts. In Kubernetes' words.
final class StructuralRules {
    private static final List<String> TYPES =
            List.of("array", "boolean", "integer", "number", "object", "string");

    /// What Kubernetes has taken out of OpenAPI.
    private static final List<String> NOT_THERE =
            List.of(
                    "id",
                    "additionalItems",
                    "patternProperties",
                    "definitions",
                    "dependencies",
                    "$ref");

    private final List<Cause> causes;

    private enum Level {
        ROOT("must not be empty at the root"),
        ITEM("must not be empty for specified array items"),
        FIELD("must not be empty for specified object fields");

        private final String untyped;

        Level(String untyped) {
            this.untyped = untyped;
        }
    }

    private StructuralRules(List<Cause> causes) {
        this.causes = causes;
    }

    static void check(JsonNode schema, String path, List<Cause> causes) {
        new StructuralRules(causes).look(schema, path, Level.ROOT);
    }

    private void look(JsonNode schema, String path, Level level) {
        for (var word : NOT_THERE) {
            if (schema.has(word)) {
                forbidden(path + "." + word, word + " is not supported");
            }
        }
        type(schema, path, level);
        var items = schema.path("items");
        if (items.isObject()) {
            look(items, path + ".items", Level.ITEM);
        } else if (schema.path("type").asString("").equals("array")) {
            required(path + ".items", "must be specified");
        }
        schema.path("properties")
                .properties()
                .forEach(p ->
                        look(p.getValue(), path + ".properties[" + p.getKey() + "]", Level.FIELD));
        var values = schema.path("additionalProperties");
        if (!values.isMissingNode()) {
            if (level == Level.ROOT) {
                forbidden(path + ".additionalProperties", "must not be used at the root");
            }
            if (!schema.path("properties").isEmpty()) {
                forbidden(
                        path + ".additionalProperties",
                        "additionalProperties and properties are mutual exclusive");
            }
            if (values.isObject()) {
                look(values, path + ".additionalProperties", Level.FIELD);
            } else if (!values.asBoolean(true)) {
                forbidden(
                        path + ".additionalProperties",
                        "additionalProperties cannot be set to false");
            }
        }
        lists(schema, path);
        restrictions(schema, path);
        for (var word : List.of("allOf", "anyOf", "oneOf")) {
            var all = schema.path(word);
            for (var i = 0; i < all.size(); i++) {
                nested(schema, all.get(i), path + "." + word + "[" + i + "]");
            }
        }
        if (schema.has("not")) {
            nested(schema, schema.path("not"), path + ".not");
        }
    }

    private void type(JsonNode schema, String path, Level level) {
        var type = schema.path("type").asString("");
        var resource = Schema.isTrue(schema, "x-kubernetes-embedded-resource");
        if (resource && !type.equals("object")) {
            required(path + ".type", "must be object if x-kubernetes-embedded-resource is true");
        } else if (type.isEmpty()) {
            if (!Schema.isTrue(schema, "x-kubernetes-int-or-string")
                    && !Schema.keepsUnknown(schema)) {
                required(path + ".type", level.untyped);
            }
        } else if (!TYPES.contains(type)) {
            causes.add(
                    new Cause(
                            "FieldValueNotSupported",
                            "Unsupported value: "
                                    + Values.quoted(type)
                                    + ": supported values: "
                                    + String.join(
                                            ", ", TYPES.stream().map(Values::quoted).toList()),
                            path + ".type"));
        } else if (level == Level.ROOT && !type.equals("object")) {
            bad(path + ".type", Values.quoted(type), "must be object at the root");
        }
        if (level == Level.ROOT && Schema.isTrue(schema, "nullable")) {
            forbidden(path + ".nullable", "nullable cannot be true at the root");
        }
    }

    private void lists(JsonNode schema, String path) {
        var kind = schema.path("x-kubernetes-list-type").asString("");
        var keys = schema.path("x-kubernetes-list-map-keys");
        if (!kind.isEmpty() && !schema.path("type").asString("").equals("array")) {
            required(path + ".type", "must be array if x-kubernetes-list-type is specified");
        }
        if (!keys.isEmpty() && !kind.equals("map")) {
            required(
                    path + ".x-kubernetes-list-type",
                    "must be map if x-kubernetes-list-map-keys is non-empty");
        }
        if (kind.equals("map")) {
            if (keys.isEmpty()) {
                required(
                        path + ".x-kubernetes-list-map-keys",
                        "must not be empty if x-kubernetes-list-type is map");
            }
            keys(schema.path("items"), keys, path);
        } else if (!kind.isEmpty() && !kind.equals("set") && !kind.equals("atomic")) {
            causes.add(
                    new Cause(
                            "FieldValueNotSupported",
                            "Unsupported value: "
                                    + Values.quoted(kind)
                                    + ": supported values: \"atomic\", \"set\", \"map\"",
                            path + ".x-kubernetes-list-type"));
        }
    }

    private void keys(JsonNode items, JsonNode keys, String path) {
        var required = Definition.strings(items.path("required"));
        for (var key : keys) {
            var name = key.asString("");
            var property = items.path("properties").path(name);
            if (property.isMissingNode()) {
                bad(
                        path + ".x-kubernetes-list-map-keys",
                        keys.toString(),
                        "entries must all be names of item properties");
            } else if (!property.has("default") && !required.contains(name)) {
                required(
                        path + ".items.properties[" + name + "].default",
                        "this property is in x-kubernetes-list-map-keys, so it must have a default"
                                + " or be a required property");
            }
        }
    }

    private void restrictions(JsonNode schema, String path) {
        if (Schema.isTrue(schema, "uniqueItems")) {
            forbidden(
                    path + ".uniqueItems",
                    "uniqueItems cannot be set to true since the runtime complexity becomes"
                            + " quadratic");
        }
        var pattern = schema.path("pattern").asString("");
        if (!pattern.isEmpty()) {
            try {
                Pattern.compile(pattern);
            } catch (PatternSyntaxException e) {
                bad(
                        path + ".pattern",
                        Values.quoted(pattern),
                        "must be a valid regular expression, but isn't: " + e.getMessage());
            }
        }
        var absent = schema.get("default");
        if (absent != null) {
            causes.addAll(Values.check(absent, null, schema, path + ".default"));
        }
    }

    /// A schema beside others describes nothing that is not described without it.
    private void nested(JsonNode whole, JsonNode schema, String path) {
        var number = Schema.isTrue(whole, "x-kubernetes-int-or-string");
        if (schema.has("type") && !number) {
            forbidden(path + ".type", "must be empty to be structural");
        }
        for (var word : List.of("additionalProperties", "default")) {
            if (schema.has(word)) {
                forbidden(path + "." + word, "must be undefined to be structural");
            }
        }
        for (var word : List.of("title", "description")) {
            if (schema.has(word)) {
                forbidden(path + "." + word, "must be empty to be structural");
            }
        }
        if (Schema.isTrue(schema, "nullable")) {
            forbidden(path + ".nullable", "must be false to be structural");
        }
        for (var property : schema.path("properties").properties()) {
            var known = whole.path("properties").path(property.getKey());
            var at = path + ".properties[" + property.getKey() + "]";
            if (known.isMissingNode() && !Schema.keepsUnknown(whole)) {
                var dot = path.lastIndexOf('.');
                required(
                        path.substring(0, dot) + ".properties[" + property.getKey() + "]",
                        "because it is defined in " + at);
            } else {
                nested(known, property.getValue(), at);
            }
        }
        for (var word : List.of("allOf", "anyOf", "oneOf")) {
            var all = schema.path(word);
            for (var i = 0; i < all.size(); i++) {
                nested(whole, all.get(i), path + "." + word + "[" + i + "]");
            }
        }
    }

    private void required(String path, String why) {
        causes.add(new Cause("FieldValueRequired", "Required value: " + why, path));
    }

    private void forbidden(String path, String why) {
        causes.add(new Cause("FieldValueForbidden", "Forbidden: " + why, path));
    }

    private void bad(String path, String found, String why) {
        causes.add(new Cause("FieldValueInvalid", "Invalid value: " + found + ": " + why, path));
    }
}
