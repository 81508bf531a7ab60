package dev.serin.local.api.rest;

import dev.serin.config.Resource;
import dev.serin.config.check.SchemaCheck;
import dev.serin.config.check.StatusWording;
import dev.serin.config.check.Violation;
import dev.serin.config.codec.CurrentForm;
import dev.serin.config.schema.KindSchema;
import dev.serin.config.schema.ObjectType;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.custom.CustomRules;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.kind.CustomVersion;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.shape.Known;
import dev.serin.local.api.shape.Protobuf;
import dev.serin.local.api.shape.ScalerForms;
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
import java.util.function.Function;

/// Reads what clients send: JSON, YAML or protobuf, and checks that it is of the kind that the path
/// names.
final class Bodies {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Catalogue catalogue;

    private final CurrentForm currentForm;

    Bodies(Catalogue catalogue) {
        this.catalogue = catalogue;
        this.currentForm = new CurrentForm(catalogue.schemas());
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
        return checked(body, served, intent, Refusal::badRequest);
    }

    /// @param undecodable what is said of a value of the wrong type
    ObjectNode checked(
            ObjectNode body,
            ServedKind served,
            Intent intent,
            Function<String, Refusal> undecodable) {
        var schema = served.schema();
        var unknown = new ArrayList<Violation>();
        if (served.custom() != null) {
            return defined(body, served, served.custom(), intent);
        }
        for (var violation : SchemaCheck.check(schema, body)) {
            if (violation instanceof Violation.WrongType wrong
                    && StatusWording.isUndecodable(schema, violation)) {
                throw undecodable.apply(StatusWording.typeMessage(schema, wrong));
            }
            if (StatusWording.isStrict(violation)) {
                unknown.add(violation);
            }
        }
        tell(schema, unknown, intent);
        return Known.only(body, schema.type());
    }

    private static ObjectNode defined(
            ObjectNode body, ServedKind served, CustomVersion custom, Intent intent) {
        var paths = new ArrayList<String>();
        var field = served.schema().type().field("metadata");
        var known = CustomRules.known(custom, body, paths);
        if (known.path("metadata") instanceof ObjectNode metadata
                && field != null
                && field.type() instanceof ObjectType type) {
            for (var name : metadata.propertyNames()) {
                if (type.field(name) == null) {
                    paths.add("metadata." + name);
                }
            }
            known.set("metadata", Known.only(metadata, type));
        }
        var unknown =
                paths.stream()
                        .<Violation>map(p -> new Violation.UnknownField(p, List.of(), null, ""))
                        .toList();
        tell(served.schema(), unknown, intent);
        return known;
    }

    private static void tell(KindSchema schema, List<Violation> unknown, Intent intent) {
        if (unknown.isEmpty()) {
            return;
        }
        switch (intent.validation()) {
            case STRICT -> throw Refusal.badRequest(StatusWording.strictMessage(schema, unknown));
            case WARN -> unknown.forEach(v -> intent.warn(StatusWording.strict(v)));
            case IGNORE -> {}
        }
    }

    /// In the version that it is stored in, with a word about a version that is old.
    ObjectNode current(ObjectNode body, ServedKind served, Intent intent) {
        if (ScalerForms.isOld(served.kind().apiVersion(), served.kind().kind())) {
            return ScalerForms.stored(body);
        }
        if (served.schema().replacement().isEmpty()) {
            return body;
        }
        body.put("apiVersion", served.kind().apiVersion());
        body.put("kind", served.kind().kind());
        var converted = currentForm.of(new Resource(served.kind(), body));
        converted.warnings().forEach(intent::warn);
        return converted.resource().body();
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
                        + node.getNodeType().name().toLowerCase(Locale.ROOT)
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
