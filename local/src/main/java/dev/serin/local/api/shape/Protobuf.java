package dev.serin.local.api.shape;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;

import dev.serin.config.schema.Field;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Scalar;
import dev.serin.config.schema.Type;
import dev.serin.local.api.Refusal;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/// Reads Kubernetes' protobuf form of a body (`k8s\0`, then the message Unknown) into the JSON
/// form, by the field numbers of the schemas. Values that mean "nothing written" there (empty
/// strings, zeros of fields without a default) are left out.
public final class Protobuf {
    private static final byte[] MAGIC = {'k', '8', 's', 0};

    /// Fields that are sent only when they were written, even as 0 or false.
    private static final Set<String> POINTERS =
            Set.of(
                    "replicas",
                    "revisionHistoryLimit",
                    "progressDeadlineSeconds",
                    "parallelism",
                    "completions",
                    "backoffLimit",
                    "suspend",
                    "activeDeadlineSeconds",
                    "ttlSecondsAfterFinished",
                    "startingDeadlineSeconds",
                    "successfulJobsHistoryLimit",
                    "failedJobsHistoryLimit",
                    "minReplicas",
                    "partition",
                    "minAvailable",
                    "maxUnavailable",
                    "maxSurge",
                    "terminationGracePeriodSeconds",
                    "automountServiceAccountToken",
                    "enableServiceLinks",
                    "immutable",
                    "optional",
                    "runAsUser",
                    "runAsGroup",
                    "runAsNonRoot",
                    "controller",
                    "blockOwnerDeletion");

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Protobuf() {}

    /// @param types the type of a body by its apiVersion and kind, null for a kind that is not
    ///   known
    /// @throws Refusal 400 when the bytes are not such a body
    public static ObjectNode read(
            byte[] bytes, BiFunction<String, String, @Nullable ObjectType> types) {
        try {
            return envelope(bytes, types);
        } catch (IOException e) {
            throw Refusal.badRequest("the protobuf body can't be read: " + e.getMessage());
        }
    }

    private static ObjectNode envelope(
            byte[] bytes, BiFunction<String, String, @Nullable ObjectType> types)
            throws IOException {
        if (bytes.length < 4 || java.util.Arrays.mismatch(bytes, 0, 4, MAGIC, 0, 4) >= 0) {
            throw Refusal.badRequest(
                    "provided data does not appear to be a protobuf message, expected prefix [107"
                            + " 56 115 0]");
        }
        var in = CodedInputStream.newInstance(bytes, 4, bytes.length - 4);
        var apiVersion = "";
        var kind = "";
        var raw = new byte[0];
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> {
                    var meta = CodedInputStream.newInstance(in.readByteArray());
                    for (int t = meta.readTag(); t != 0; t = meta.readTag()) {
                        switch (WireFormat.getTagFieldNumber(t)) {
                            case 1 -> apiVersion = meta.readStringRequireUtf8();
                            case 2 -> kind = meta.readStringRequireUtf8();
                            default -> meta.skipField(t);
                        }
                    }
                }
                case 2 -> raw = in.readByteArray();
                default -> in.skipField(tag);
            }
        }
        if (kind.equals("DeleteOptions")) {
            return deleteOptions(raw);
        }
        var type = types.apply(apiVersion, kind);
        if (type == null) {
            throw Refusal.badRequest(
                    "no kind \""
                            + kind
                            + "\" is registered for version \""
                            + apiVersion
                            + "\" in scheme");
        }
        var body = NODES.objectNode().put("kind", kind).put("apiVersion", apiVersion);
        message(CodedInputStream.newInstance(raw), type, body);
        return body;
    }

    /// A body that belongs to every version, so it stands in no schema.
    private static ObjectNode deleteOptions(byte[] raw) throws IOException {
        var in = CodedInputStream.newInstance(raw);
        var body = NODES.objectNode();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> body.put("gracePeriodSeconds", in.readInt64());
                case 2 -> {
                    var conditions = body.withObject("/preconditions");
                    var inner = CodedInputStream.newInstance(in.readByteArray());
                    for (int t = inner.readTag(); t != 0; t = inner.readTag()) {
                        switch (WireFormat.getTagFieldNumber(t)) {
                            case 1 -> conditions.put("uid", inner.readString());
                            case 2 -> conditions.put("resourceVersion", inner.readString());
                            default -> inner.skipField(t);
                        }
                    }
                }
                case 3 -> body.put("orphanDependents", in.readBool());
                case 4 -> body.put("propagationPolicy", in.readString());
                case 5 -> body.withArray("/dryRun").add(in.readString());
                default -> in.skipField(tag);
            }
        }
        return body;
    }

    private static void message(CodedInputStream in, ObjectType type, ObjectNode out)
            throws IOException {
        Map<Integer, Field> fields = new HashMap<>();
        type.ownFields().forEach(f -> fields.put(f.number(), f));
        Map<Integer, ObjectType> inlines = new HashMap<>();
        type.inlines().forEach(i -> inlines.put(i.number(), i.type()));
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            var number = WireFormat.getTagFieldNumber(tag);
            var inline = inlines.get(number);
            var field = fields.get(number);
            if (inline != null) {
                message(CodedInputStream.newInstance(in.readByteArray()), inline, out);
            } else if (field == null || number == 0) {
                in.skipField(tag);
            } else {
                field(in, tag, field, out);
            }
        }
    }

    private static void field(CodedInputStream in, int tag, Field field, ObjectNode out)
            throws IOException {
        switch (field.type()) {
            case Type.ListType list -> {
                var array =
                        out.get(field.name()) instanceof ArrayNode there
                                ? there
                                : NODES.arrayNode();
                out.set(field.name(), array);
                if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED
                        && isNumber(list.element())) {
                    var limit = in.pushLimit(in.readRawVarint32());
                    while (!in.isAtEnd()) {
                        array.add(value(in, list.element()));
                    }
                    in.popLimit(limit);
                } else {
                    array.add(value(in, list.element()));
                }
            }
            case Type.MapType map -> {
                var object =
                        out.get(field.name()) instanceof ObjectNode there
                                ? there
                                : NODES.objectNode();
                out.set(field.name(), object);
                entry(CodedInputStream.newInstance(in.readByteArray()), map.value(), object);
            }
            case Type type -> {
                var value = value(in, type);
                if (!isNothing(value, type, field)) {
                    out.set(field.name(), value);
                }
            }
        }
    }

    private static void entry(CodedInputStream in, Type type, ObjectNode out) throws IOException {
        var key = "";
        JsonNode value = type == Scalar.STRING ? NODES.stringNode("") : NODES.nullNode();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> key = in.readStringRequireUtf8();
                case 2 ->
                        value =
                                type instanceof Type.ListType list
                                        ? items(in, list)
                                        : value(in, type);
                default -> in.skipField(tag);
            }
        }
        out.set(key, value);
    }

    private static JsonNode items(CodedInputStream in, Type.ListType list) throws IOException {
        var array = NODES.arrayNode();
        var inner = CodedInputStream.newInstance(in.readByteArray());
        for (int tag = inner.readTag(); tag != 0; tag = inner.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == 1) {
                array.add(value(inner, list.element()));
            } else {
                inner.skipField(tag);
            }
        }
        return array;
    }

    private static JsonNode value(CodedInputStream in, Type type) throws IOException {
        return switch (type) {
            case ObjectType object -> {
                var node = NODES.objectNode();
                message(CodedInputStream.newInstance(in.readByteArray()), object, node);
                yield node;
            }
            case Type.Words _ -> NODES.stringNode(in.readStringRequireUtf8());
            case Scalar scalar -> scalar(in, scalar);
            case Type.ListType list -> items(in, list);
            case Type.MapType _ -> throw new IOException("a map where none can be");
        };
    }

    private static JsonNode scalar(CodedInputStream in, Scalar scalar) throws IOException {
        return switch (scalar) {
            case STRING -> NODES.stringNode(in.readStringRequireUtf8());
            case INT32 -> NODES.numberNode(in.readInt32());
            case INT64 -> NODES.numberNode(in.readInt64());
            case BOOL -> NODES.booleanNode(in.readBool());
            case DOUBLE -> NODES.numberNode(in.readDouble());
            case BYTES -> NODES.stringNode(Base64.getEncoder().encodeToString(in.readByteArray()));
            case QUANTITY -> {
                var parts = parts(in.readByteArray());
                yield NODES.stringNode(parts.text);
            }
            case INT_OR_STRING -> intOrString(in.readByteArray());
            case TIME, MICRO_TIME -> {
                var parts = parts(in.readByteArray());
                yield parts.any
                        ? NODES.stringNode(
                                Instant.ofEpochSecond(parts.first, parts.second).toString())
                        : NODES.nullNode();
            }
            case DURATION -> NODES.stringNode(parts(in.readByteArray()).first + "ns");
            case ANY -> any(in.readByteArray());
        };
    }

    private static JsonNode any(byte[] message) throws IOException {
        var in = CodedInputStream.newInstance(message);
        JsonNode node = NODES.nullNode();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == 1) {
                try {
                    node = JsonMapper.shared().readTree(in.readByteArray());
                } catch (JacksonException e) {
                    throw new IOException(e);
                }
            } else {
                in.skipField(tag);
            }
        }
        return node;
    }

    private static JsonNode intOrString(byte[] message) throws IOException {
        var in = CodedInputStream.newInstance(message);
        long kind = 0;
        int number = 0;
        var text = "";
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> kind = in.readInt64();
                case 2 -> number = in.readInt32();
                case 3 -> text = in.readStringRequireUtf8();
                default -> in.skipField(tag);
            }
        }
        return kind == 0 ? NODES.numberNode(number) : NODES.stringNode(text);
    }

    /// The first fields of a small message, whatever they mean.
    private record Parts(boolean any, String text, long first, int second) {}

    private static Parts parts(byte[] message) throws IOException {
        var in = CodedInputStream.newInstance(message);
        var text = "";
        long first = 0;
        int second = 0;
        var any = false;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            any = true;
            var number = WireFormat.getTagFieldNumber(tag);
            var type = WireFormat.getTagWireType(tag);
            if (number == 1 && type == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                text = in.readStringRequireUtf8();
            } else if (number == 1) {
                first = in.readInt64();
            } else if (number == 2 && type == WireFormat.WIRETYPE_VARINT) {
                second = in.readInt32();
            } else {
                in.skipField(tag);
            }
        }
        return new Parts(any, text, first, second);
    }

    private static boolean isNumber(Type type) {
        return type == Scalar.INT32
                || type == Scalar.INT64
                || type == Scalar.BOOL
                || type == Scalar.DOUBLE;
    }

    private static boolean isNothing(JsonNode value, Type type, Field field) {
        if (value.isNull()) {
            return true;
        }
        if (value.isString()) {
            return value.asString().isEmpty();
        }
        if (POINTERS.contains(field.name())) {
            return false;
        }
        return (isNumber(type) || type == Scalar.INT_OR_STRING)
                && value.asDouble(0) == 0
                && !value.asBoolean(false);
    }
}
