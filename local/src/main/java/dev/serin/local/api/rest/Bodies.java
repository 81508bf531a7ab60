package dev.serin.local.api.rest;

import dev.serin.config.schema.ObjectType;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.shape.Protobuf;
import dev.serin.local.api.shape.Reading;
import dev.serin.local.api.wire.Request;
import dev.serin.local.api.write.Intent;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Reads what clients send: JSON, YAML or protobuf, and checks that it is of the kind that the path
/// names.
final class Bodies {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Catalogue catalogue;

    Bodies(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /// A resource of this kind; kind and apiVersion may be left out.
    ObjectNode resource(Request request, ServedKind served, Intent intent) {
        var body = any(request, served.kind().kind());
        checkKind(body, served);
        return checked(body, served, intent);
    }

    /// Options of a deletion, empty when none were sent.
    ObjectNode options(Request request) {
        return request.body().length == 0 ? JSON.createObjectNode() : any(request, "DeleteOptions");
    }

    /// Drops what the kind does not know, by the writer's wish with a word about it.
    ObjectNode checked(ObjectNode body, ServedKind served, Intent intent) {
        var reading = new Reading();
        var read = reading.read(body, served.schema().type());
        if (!reading.wrong().isEmpty()) {
            throw wrong(body, served, reading.wrong());
        }
        var unknown =
                reading.unknown().stream().map(path -> "unknown field \"" + path + '"').toList();
        if (!unknown.isEmpty()) {
            switch (intent.validation()) {
                case STRICT ->
                        throw Refusal.badRequest(
                                cannot(served)
                                        + "strict decoding error: "
                                        + String.join(", ", unknown));
                case WARN -> unknown.forEach(intent::warn);
                case IGNORE -> {}
            }
        }
        return read;
    }

    private static Refusal wrong(ObjectNode body, ServedKind served, List<Reading.Wrong> all) {
        if (!served.schema().custom()) {
            return Refusal.badRequest(cannot(served) + all.getFirst().text());
        }
        var causes = new ArrayList<Refusal.Cause>();
        for (var wrong : all) {
            causes.add(
                    new Refusal.Cause(
                            "FieldValueTypeInvalid",
                            "Invalid value: \""
                                    + word(wrong.found())
                                    + "\": "
                                    + wrong.path()
                                    + " in body must be of type "
                                    + type(wrong.expected())
                                    + ": \""
                                    + word(wrong.found())
                                    + '"',
                            wrong.path()));
        }
        return Invalid.of(served, body.path("metadata").path("name").asString(""), causes);
    }

    private static String word(JsonNode node) {
        return node.isNumber() ? "number" : node.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static String type(String expected) {
        return expected.startsWith("[]")
                ? "array"
                : expected.startsWith("int")
                        ? "integer"
                        : expected.startsWith("v1.") || expected.startsWith("map")
                                ? "object"
                                : expected.equals("bool") ? "boolean" : expected;
    }

    private static String cannot(ServedKind served) {
        var kind = served.kind();
        return kind.kind()
                + " in version \""
                + kind.version()
                + "\" cannot be handled as a "
                + kind.kind()
                + ": ";
    }

    private void checkKind(ObjectNode body, ServedKind served) {
        var kind = served.kind();
        var saidKind = body.path("kind").asString(kind.kind());
        var saidVersion = body.path("apiVersion").asString(kind.apiVersion());
        if (!saidVersion.equals(kind.apiVersion())) {
            throw Refusal.badRequest(
                    "the API version in the data ("
                            + saidVersion
                            + ") does not match the expected API version ("
                            + kind.apiVersion()
                            + ")");
        }
        if (!saidKind.equals(kind.kind())) {
            throw Refusal.badRequest(
                    saidKind
                            + " in version \""
                            + kind.version()
                            + "\" cannot be handled as a "
                            + kind.kind()
                            + ": converting ("
                            + saidKind
                            + ") to ("
                            + kind.kind()
                            + "): unknown conversion");
        }
    }

    private ObjectNode any(Request request, String expected) {
        var type = mediaType(request);
        return switch (type) {
            case "", "application/json" -> json(request.body(), expected);
            case "application/yaml", "application/apply-patch+yaml" ->
                    object(yaml(request.body()), expected);
            case "application/vnd.kubernetes.protobuf" -> Protobuf.read(request.body(), this::type);
            default ->
                    throw new Refusal(
                            415,
                            "UnsupportedMediaType",
                            "the body of the request was in an unknown format - accepted media"
                                    + " types include: application/json, application/yaml,"
                                    + " application/vnd.kubernetes.protobuf");
        };
    }

    private @Nullable ObjectType type(String apiVersion, String kind) {
        var served = catalogue.kind(apiVersion, kind);
        return served == null ? null : served.schema().type();
    }

    static String mediaType(Request request) {
        var type = request.header("content-type");
        var end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode json(byte[] body, String expected) {
        try {
            return object(JSON.readTree(body), expected);
        } catch (JacksonException e) {
            throw Refusal.badRequest(
                    "the object provided is unrecognized (must be of type "
                            + expected
                            + "): couldn't get version/kind; json parse error: "
                            + e.getOriginalMessage());
        }
    }

    private static ObjectNode object(JsonNode node, String expected) {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw Refusal.badRequest(
                "the object provided is unrecognized (must be of type "
                        + expected
                        + "): couldn't get version/kind; json parse error: json: cannot unmarshal "
                        + word(node)
                        + " into Go value of type struct");
    }

    /// YAML, of which JSON is a part.
    static JsonNode yaml(byte[] body) {
        try {
            var settings = LoadSettings.builder().setAllowDuplicateKeys(false).build();
            return JSON.valueToTree(
                    new Load(settings).loadFromString(new String(body, StandardCharsets.UTF_8)));
        } catch (YamlEngineException e) {
            throw Refusal.badRequest("error decoding YAML: " + e.getMessage());
        }
    }

    static JsonNode patch(Request request, boolean yaml) {
        if (yaml) {
            return yaml(request.body());
        }
        try {
            return JSON.readTree(request.body());
        } catch (JacksonException e) {
            throw Refusal.badRequest("invalid JSON patch");
        }
    }
}
