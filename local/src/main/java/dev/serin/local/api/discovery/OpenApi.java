package dev.serin.local.api.discovery;

import dev.serin.config.schema.Field;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Scalar;
import dev.serin.config.schema.Type;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.kind.ServedKind;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// OpenAPI v3 documents of the served kinds, one a group-version, made from their schemas when they
/// are asked for, and kept as long as there is room. Any thread.
public final class OpenApi {
    static final String QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
    static final String INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String SCHEMAS = "#/components/schemas/";
    private static final String GVK = "x-kubernetes-group-version-kind";

    private final Map<String, List<ServedKind>> versions = new LinkedHashMap<>();
    private final Map<String, SoftReference<byte[]>> made = new ConcurrentHashMap<>();
    private final Catalogue catalogue;

    public OpenApi(Catalogue catalogue) {
        this.catalogue = catalogue;
        for (var served : catalogue.all()) {
            versions.computeIfAbsent(
                            path(served.kind().apiVersion()), _ -> new java.util.ArrayList<>())
                    .add(served);
        }
    }

    private static String path(String apiVersion) {
        return apiVersion.indexOf('/') < 0 ? "api/" + apiVersion : "apis/" + apiVersion;
    }

    /// Names every document with a hash of what it is made from, since clients keep them for ever.
    public ObjectNode index(String version) {
        var node = NODES.objectNode();
        var paths = node.putObject("paths");
        for (var path : versions.keySet()) {
            paths.putObject(path)
                    .put("serverRelativeURL", "/openapi/v3/" + path + "?hash=" + version);
        }
        return node;
    }

    /// A document by its path (`apis/apps/v1`), null if there is none.
    public byte @Nullable [] document(String path) {
        var kinds = versions.get(path);
        if (kinds == null) {
            return null;
        }
        var there = made.get(path);
        var document = there == null ? null : there.get();
        if (document == null) {
            document = make(kinds);
            made.put(path, new SoftReference<>(document));
        }
        return document;
    }

    /// The whole in version 2, made anew each time: few ask for it, and it is large.
    ///
    /// @param protobuf in the form that Go programs ask for, else as JSON
    public byte[] second(boolean protobuf) {
        var form = new SecondForm();
        versions.values().forEach(kinds -> form.add(tree(kinds)));
        return protobuf
                ? SecondFormWriter.write(form.document())
                : JsonMapper.shared().writeValueAsBytes(form.document());
    }

    private byte[] make(List<ServedKind> kinds) {
        return JsonMapper.shared().writeValueAsBytes(tree(kinds));
    }

    private ObjectNode tree(List<ServedKind> kinds) {
        var node = NODES.objectNode().put("openapi", "3.0.0");
        node.putObject("info").put("title", "Kubernetes").put("version", "v1.32.0");
        var paths = node.putObject("paths");
        var schemas = NODES.objectNode();
        var needed = new ArrayDeque<ObjectType>();
        for (var served : kinds) {
            paths(paths, served);
            if (served.custom() != null) {
                defined(schemas, served, served.custom().schema(), needed);
                continue;
            }
            needed.add(served.schema().type());
            while (!needed.isEmpty()) {
                var type = needed.poll();
                if (!schemas.has(type.fullName())) {
                    schemas.set(type.fullName(), schema(type, needed));
                }
            }
            root(schemas.withObject("/" + served.schema().type().fullName()), served);
        }
        either(schemas.putObject(QUANTITY), "number");
        either(schemas.putObject(INT_OR_STRING), "integer");
        node.putObject("components").set("schemas", schemas);
        return node;
    }

    /// A user's own schema, with what every resource has.
    private static void defined(
            ObjectNode schemas,
            ServedKind served,
            ObjectNode written,
            ArrayDeque<ObjectType> needed) {
        var schema = written.deepCopy();
        var own = NODES.objectNode();
        for (var name : List.of("apiVersion", "kind", "metadata")) {
            var field = served.schema().type().field(name);
            if (field != null) {
                own.set(name, property(field, needed));
            }
        }
        embed(schema, own);
        schema.withObject("/properties").setAll(own);
        if (!schema.has("type")) {
            schema.put("type", "object");
        }
        schemas.set(served.schema().type().fullName(), schema);
        while (!needed.isEmpty()) {
            var type = needed.poll();
            if (!schemas.has(type.fullName())) {
                schemas.set(type.fullName(), schema(type, needed));
            }
        }
        root(schema, served);
    }

    /// A resource within a resource has what every one has too.
    private static void embed(JsonNode schema, ObjectNode own) {
        schema.path("properties").forEach(inner -> embed(inner, own));
        embedOne(schema.path("items"), own);
        embedOne(schema.path("additionalProperties"), own);
        if (schema instanceof ObjectNode object
                && schema.path("x-kubernetes-embedded-resource").asBoolean(false)) {
            object.withObject("/properties").setAll(own.deepCopy());
            var required = object.withArray("/required");
            List.of("apiVersion", "kind").forEach(required::add);
        }
    }

    private static void embedOne(JsonNode schema, ObjectNode own) {
        if (schema.isObject()) {
            embed(schema, own);
        }
    }

    /// A scalar that is written as text or as a number.
    private static void either(ObjectNode schema, String number) {
        var either = schema.putArray("oneOf");
        either.addObject().put("type", "string");
        either.addObject().put("type", number);
    }

    private static void root(ObjectNode schema, ServedKind served) {
        var kind = served.kind();
        var kinds = schema.withArray("/" + GVK);
        kinds.addObject()
                .put("group", kind.group())
                .put("kind", kind.kind())
                .put("version", kind.version());
    }

    private void paths(ObjectNode paths, ServedKind served) {
        var kind = served.kind();
        var root = "/" + path(kind.apiVersion()) + "/";
        var collection =
                root + (kind.namespaced() ? "namespaces/{namespace}/" : "") + kind.plural();
        var many = paths.putObject(collection);
        for (var verb : served.verbs()) {
            switch (verb) {
                case "list" -> operation(many, "get", "list", served);
                case "create" -> operation(many, "post", "post", served);
                case "deletecollection" -> operation(many, "delete", "deletecollection", served);
                default -> {}
            }
        }
        if (served.schema().request()) {
            return;
        }
        var one = paths.putObject(collection + "/{name}");
        for (var method : List.of("get", "put", "patch", "delete")) {
            operation(one, method, method, served);
        }
        if (kind.namespaced()) {
            operation(paths.putObject(root + kind.plural()), "get", "list", served);
        }
    }

    private void operation(ObjectNode path, String method, String action, ServedKind served) {
        var kind = served.kind();
        var operation = path.putObject(method);
        operation.put("operationId", action + kind.kind() + kind.version());
        operation.put("description", action + " " + kind.kind());
        var parameters = operation.putArray("parameters");
        if (List.of("post", "put", "patch").contains(method)) {
            for (var name : List.of("dryRun", "fieldManager", "fieldValidation")) {
                parameter(parameters.addObject(), name, "string");
            }
            if (method.equals("patch")) {
                parameter(parameters.addObject(), "force", "boolean");
            }
            var content = operation.putObject("requestBody").putObject("content");
            if (method.equals("patch")) {
                for (var type :
                        List.of("json-patch+json", "merge-patch+json", "apply-patch+yaml")) {
                    content.putObject("application/" + type)
                            .putObject("schema")
                            .put("type", "object");
                }
                if (!served.schema().custom()) {
                    content.putObject("application/strategic-merge-patch+json")
                            .putObject("schema")
                            .put("type", "object");
                }
            } else {
                reference(content.putObject("application/json").putObject("schema"), served);
            }
        }
        var answer = operation.putObject("responses").putObject("200").put("description", "OK");
        reference(
                answer.putObject("content").putObject("application/json").putObject("schema"),
                served);
        operation.put("x-kubernetes-action", action);
        operation
                .putObject(GVK)
                .put("group", kind.group())
                .put("version", kind.version())
                .put("kind", kind.kind());
    }

    private static void reference(ObjectNode schema, ServedKind served) {
        schema.put("$ref", SCHEMAS + served.schema().type().fullName());
    }

    private static void parameter(ObjectNode node, String name, String type) {
        node.put("name", name).put("in", "query");
        node.putObject("schema").put("type", type).put("uniqueItems", true);
    }

    private static ObjectNode schema(ObjectType type, ArrayDeque<ObjectType> needed) {
        var node = NODES.objectNode();
        if (!type.doc().isEmpty()) {
            node.put("description", type.doc());
        }
        node.put("type", "object");
        var required = type.fields().stream().filter(Field::required).map(Field::name).toList();
        if (!required.isEmpty()) {
            required.forEach(node.putArray("required")::add);
        }
        var properties = node.putObject("properties");
        for (var field : type.fields()) {
            properties.set(field.name(), property(field, needed));
        }
        return node;
    }

    private static ObjectNode property(Field field, ArrayDeque<ObjectType> needed) {
        var node = NODES.objectNode();
        if (!field.doc().isEmpty()) {
            node.put("description", field.doc());
        }
        var absent = field.absent();
        if (absent != null) {
            node.set("default", absent);
        }
        if (field.type() instanceof ObjectType object) {
            // Beside a $ref nothing else counts, so it stands in an allOf.
            needed.add(object);
            node.putArray("allOf").addObject().put("$ref", SCHEMAS + object.fullName());
        } else {
            var value = value(field.type(), needed);
            if (value.has("$ref")) {
                node.putArray("allOf").add(value);
            } else {
                node.setAll(value);
            }
        }
        var strategies = new java.util.ArrayList<String>();
        if (field.type() instanceof Type.ListType list) {
            switch (list.merge()) {
                case BY_KEY -> {
                    strategies.add("merge");
                    node.put("x-kubernetes-patch-merge-key", list.mapKeys().getFirst());
                }
                case SET -> strategies.add("merge");
                default -> {}
            }
        }
        if (field.retain()) {
            strategies.addLast("retainKeys");
        }
        if (!strategies.isEmpty()) {
            node.put("x-kubernetes-patch-strategy", String.join(",", strategies));
        }
        return node;
    }

    private static ObjectNode value(Type type, ArrayDeque<ObjectType> needed) {
        var node = NODES.objectNode();
        switch (type) {
            case ObjectType object -> {
                needed.add(object);
                node.put("$ref", SCHEMAS + object.fullName());
            }
            case Type.ListType list -> {
                node.put("type", "array").set("items", value(list.element(), needed));
                switch (list.merge()) {
                    case ATOMIC -> node.put("x-kubernetes-list-type", "atomic");
                    case SET -> node.put("x-kubernetes-list-type", "set");
                    case BY_KEY, BY_KEY_APPLIED -> {
                        node.put("x-kubernetes-list-type", "map");
                        list.mapKeys().forEach(node.putArray("x-kubernetes-list-map-keys")::add);
                    }
                }
            }
            case Type.MapType map ->
                    node.put("type", "object")
                            .set("additionalProperties", value(map.value(), needed));
            case Type.Words words -> {
                node.put("type", "string");
                words.words().stream().sorted().forEach(node.putArray("enum")::add);
            }
            case Scalar scalar -> scalar(node, scalar);
        }
        return node;
    }

    private static void scalar(ObjectNode node, Scalar scalar) {
        switch (scalar) {
            case STRING, DURATION -> node.put("type", "string");
            case INT32 -> node.put("type", "integer").put("format", "int32");
            case INT64 -> node.put("type", "integer").put("format", "int64");
            case BOOL -> node.put("type", "boolean");
            case DOUBLE -> node.put("type", "number").put("format", "double");
            case BYTES -> node.put("type", "string").put("format", "byte");
            case TIME, MICRO_TIME -> node.put("type", "string").put("format", "date-time");
            case QUANTITY -> node.put("$ref", SCHEMAS + QUANTITY);
            case INT_OR_STRING -> node.put("$ref", SCHEMAS + INT_OR_STRING);
            case ANY -> node.put("x-kubernetes-preserve-unknown-fields", true);
        }
    }

    /// Kinds in the documents; for what hashes the index.
    public int size() {
        return catalogue.all().size();
    }
}
