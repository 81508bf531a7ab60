package dev.serin.local.api.discovery;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Set;

/// OpenAPI's version 2 of what is described in version 3: one document of all kinds. What version 2
/// (or kubectl, which reads it) does not know is left out, as Kubernetes does.
final class SecondForm {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String THIRD = "#/components/schemas/";
    private static final String REF = "$ref";
    private static final String TYPE = "type";
    private static final String ITEMS = "items";
    private static final String PROPERTIES = "properties";
    private static final String MORE = "additionalProperties";
    private static final String OPEN = "x-kubernetes-preserve-unknown-fields";

    /// What is taken as it stands; all that is Kubernetes' own (`x-kubernetes-…`) is too.
    private static final Set<String> KEPT =
            Set.of(
                    "description",
                    "title",
                    TYPE,
                    "format",
                    "default",
                    "multipleOf",
                    "maximum",
                    "exclusiveMaximum",
                    "minimum",
                    "exclusiveMinimum",
                    "maxLength",
                    "minLength",
                    "pattern",
                    "maxItems",
                    "minItems",
                    "uniqueItems",
                    "maxProperties",
                    "minProperties",
                    "required",
                    "enum");

    private final ObjectNode document = NODES.objectNode().put("swagger", "2.0");
    private final ObjectNode paths;
    private final ObjectNode definitions;

    SecondForm() {
        document.putObject("info").put("title", "Kubernetes").put("version", "v1.32.0");
        paths = document.putObject("paths");
        definitions = document.putObject("definitions");
    }

    /// Adds what one document of version 3 has.
    void add(ObjectNode third) {
        third.path("components")
                .path("schemas")
                .properties()
                .forEach(p -> {
                    if (!definitions.has(p.getKey())) {
                        definitions.set(p.getKey(), named(p.getKey(), p.getValue()));
                    }
                });
        third.path("paths")
                .properties()
                .forEach(p -> {
                    var path = paths.putObject(p.getKey());
                    p.getValue()
                            .properties()
                            .forEach(o -> path.set(o.getKey(), operation(o.getValue())));
                });
    }

    ObjectNode document() {
        return document;
    }

    private static ObjectNode named(String name, JsonNode third) {
        return switch (name) {
            case OpenApi.QUANTITY -> NODES.objectNode().put(TYPE, "string");
            case OpenApi.INT_OR_STRING ->
                    NODES.objectNode().put(TYPE, "string").put("format", "int-or-string");
            default -> schema(third);
        };
    }

    private static ObjectNode schema(JsonNode third) {
        var second = NODES.objectNode();
        var reference = reference(third);
        if (reference != null) {
            // Beside a reference there may be words only.
            for (var word : List.of("description", "default")) {
                if (third.has(word)) {
                    second.set(word, third.get(word));
                }
            }
            return second.put(REF, "#/definitions/" + reference.substring(THIRD.length()));
        }
        third.properties()
                .forEach(p -> {
                    var key = p.getKey();
                    if (KEPT.contains(key) || key.startsWith("x-kubernetes-")) {
                        second.set(key, p.getValue());
                    }
                });
        if (third.get(PROPERTIES) instanceof ObjectNode inner) {
            var properties = second.putObject(PROPERTIES);
            inner.properties().forEach(p -> properties.set(p.getKey(), schema(p.getValue())));
        }
        if (third.get(ITEMS) instanceof ObjectNode inner) {
            second.set(ITEMS, schema(inner));
        }
        var more = third.path(MORE);
        if (!more.isMissingNode()) {
            second.set(MORE, more.isObject() ? schema(more) : more);
        }
        loosen(third, second);
        return second;
    }

    private static @Nullable String reference(JsonNode third) {
        var first = third.path("allOf").path(0);
        var reference = (first.has(REF) ? first : third).path(REF).asString("");
        return reference.startsWith(THIRD) ? reference : null;
    }

    /// kubectl trips over a value that may be null, or anything, and yet has parts or a type.
    private static void loosen(JsonNode third, ObjectNode second) {
        var nullable = third.path("nullable").asBoolean(false);
        var open = third.path(OPEN).asBoolean(false);
        if (nullable || open) {
            second.remove(List.of(ITEMS, PROPERTIES));
        }
        var type = second.path(TYPE).asString("");
        if (nullable
                || open && type.equals("object")
                || type.equals("array") && !second.has(ITEMS)) {
            second.remove(TYPE);
        }
        if (second.get("required") instanceof ArrayNode required) {
            var kept = NODES.arrayNode();
            for (var name : required) {
                var field = third.path(PROPERTIES).path(name.asString());
                if (!field.path("nullable").asBoolean(false)) {
                    kept.add(name);
                }
            }
            if (kept.isEmpty()) {
                second.remove("required");
            } else {
                second.set("required", kept);
            }
        }
    }

    private static ObjectNode operation(JsonNode third) {
        var second = NODES.objectNode();
        for (var key : List.of("description", "operationId")) {
            if (third.has(key)) {
                second.set(key, third.get(key));
            }
        }
        second.putArray("produces").add("application/json").add("application/yaml");
        var parameters = second.putArray("parameters");
        var content = third.path("requestBody").path("content");
        if (!content.isEmpty()) {
            content.propertyNames().forEach(second.putArray("consumes")::add);
            var body = parameters.addObject().put("name", "body").put("in", "body");
            body.put("required", true);
            body.set("schema", schema(content.iterator().next().path("schema")));
        }
        for (var parameter : third.path("parameters")) {
            var schema = parameter.path("schema");
            parameters
                    .addObject()
                    .put("name", parameter.path("name").asString())
                    .put("in", "query")
                    .put(TYPE, schema.path(TYPE).asString())
                    .put("uniqueItems", true);
        }
        var ok = third.path("responses").path("200");
        var answer = second.putObject("responses").putObject("200");
        answer.put("description", ok.path("description").asString("OK"));
        answer.set("schema", schema(ok.path("content").path("application/json").path("schema")));
        third.properties()
                .forEach(p -> {
                    if (p.getKey().startsWith("x-kubernetes-")) {
                        second.set(p.getKey(), p.getValue());
                    }
                });
        return second;
    }
}
