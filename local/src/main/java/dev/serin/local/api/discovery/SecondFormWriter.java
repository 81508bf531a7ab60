package dev.serin.local.api.discovery;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/// Writes a document of [SecondForm] as protobuf, by the field numbers of gnostic's
/// `openapi.v2.Document`, the form that Go programs ask for. A value that may be anything is YAML
/// there, and so JSON.
final class SecondFormWriter {
    private final List<ByteString> fields = new ArrayList<>();

    private SecondFormWriter() {}

    static byte[] write(JsonNode document) {
        var out = new SecondFormWriter();
        out.text(1, document.path("swagger"));
        out.message(
                2,
                document.path("info"),
                (info, is) -> info.text(1, is.path("title")).text(2, is.path("version")));
        out.message(
                8,
                document.path("paths"),
                (paths, is) -> paths.named(2, is, SecondFormWriter::path));
        out.message(
                9,
                document.path("definitions"),
                (all, is) -> all.named(1, is, SecondFormWriter::schema));
        return out.whole().toByteArray();
    }

    private static void path(SecondFormWriter out, JsonNode path) {
        out.message(2, path.path("get"), SecondFormWriter::operation);
        out.message(3, path.path("put"), SecondFormWriter::operation);
        out.message(4, path.path("post"), SecondFormWriter::operation);
        out.message(5, path.path("delete"), SecondFormWriter::operation);
        out.message(8, path.path("patch"), SecondFormWriter::operation);
    }

    private static void operation(SecondFormWriter out, JsonNode operation) {
        out.text(3, operation.path("description")).text(5, operation.path("operationId"));
        operation.path("produces").forEach(type -> out.text(6, type));
        operation.path("consumes").forEach(type -> out.text(7, type));
        for (var parameter : operation.path("parameters")) {
            var body = parameter.path("in").asString("").equals("body");
            // ParametersItem, then Parameter, then one of its two forms.
            out.message(
                    8,
                    parameter,
                    (item, _) ->
                            item.message(
                                    1,
                                    parameter,
                                    (one, _) -> {
                                        if (body) {
                                            one.message(1, parameter, SecondFormWriter::body);
                                        } else {
                                            one.message(
                                                    2,
                                                    parameter,
                                                    (other, is) ->
                                                            other.message(
                                                                    3,
                                                                    is,
                                                                    SecondFormWriter::query));
                                        }
                                    }));
        }
        out.message(
                9,
                operation.path("responses"),
                (responses, is) -> responses.named(1, is, SecondFormWriter::response));
        out.extensions(13, operation);
    }

    private static void body(SecondFormWriter out, JsonNode parameter) {
        out.text(2, parameter.path("name")).text(3, parameter.path("in")).bool(4, true);
        out.message(5, parameter.path("schema"), SecondFormWriter::schema);
    }

    private static void query(SecondFormWriter out, JsonNode parameter) {
        out.text(2, parameter.path("in")).text(4, parameter.path("name"));
        out.text(6, parameter.path("type")).bool(20, parameter.path("uniqueItems").asBoolean());
    }

    private static void response(SecondFormWriter out, JsonNode response) {
        out.message(
                1,
                response,
                (one, is) -> {
                    one.text(1, is.path("description"));
                    one.message(
                            2,
                            is.path("schema"),
                            (item, schema) -> item.message(1, schema, SecondFormWriter::schema));
                });
    }

    private static void schema(SecondFormWriter out, JsonNode schema) {
        out.text(1, schema.path("$ref")).text(2, schema.path("format"));
        out.text(3, schema.path("title")).text(4, schema.path("description"));
        out.any(5, schema.path("default"));
        out.number(6, schema.path("multipleOf")).number(7, schema.path("maximum"));
        out.bool(8, schema.path("exclusiveMaximum").asBoolean(false));
        out.number(9, schema.path("minimum"));
        out.bool(10, schema.path("exclusiveMinimum").asBoolean(false));
        out.whole(11, schema.path("maxLength")).whole(12, schema.path("minLength"));
        out.text(13, schema.path("pattern"));
        out.whole(14, schema.path("maxItems")).whole(15, schema.path("minItems"));
        out.bool(16, schema.path("uniqueItems").asBoolean(false));
        out.whole(17, schema.path("maxProperties")).whole(18, schema.path("minProperties"));
        schema.path("required").forEach(name -> out.text(19, name));
        schema.path("enum").forEach(value -> out.any(20, value));
        out.message(
                21,
                schema.path("additionalProperties"),
                (item, is) -> {
                    if (is.isBoolean()) {
                        item.bool(2, is.asBoolean());
                    } else {
                        item.message(1, is, SecondFormWriter::schema);
                    }
                });
        out.message(22, schema.path("type"), (item, is) -> item.text(1, is));
        out.message(
                23,
                schema.path("items"),
                (item, is) -> item.message(1, is, SecondFormWriter::schema));
        out.message(
                25,
                schema.path("properties"),
                (all, is) -> all.named(1, is, SecondFormWriter::schema));
        out.extensions(31, schema);
    }

    /// A message, where there is one, even an empty one.
    private void message(int number, JsonNode node, BiConsumer<SecondFormWriter, JsonNode> parts) {
        if (!node.isMissingNode()) {
            var inner = new SecondFormWriter();
            parts.accept(inner, node);
            bytes(number, inner.whole());
        }
    }

    /// Messages of a name (1) and a value (2).
    private void named(int number, JsonNode map, BiConsumer<SecondFormWriter, JsonNode> parts) {
        map.properties()
                .forEach(p -> {
                    var entry = new SecondFormWriter();
                    entry.bytes(1, ByteString.copyFromUtf8(p.getKey()));
                    entry.message(2, p.getValue(), parts);
                    bytes(number, entry.whole());
                });
    }

    private void extensions(int number, JsonNode node) {
        node.properties()
                .forEach(p -> {
                    if (p.getKey().startsWith("x-")) {
                        var entry = new SecondFormWriter();
                        entry.bytes(1, ByteString.copyFromUtf8(p.getKey()));
                        entry.any(2, p.getValue());
                        bytes(number, entry.whole());
                    }
                });
    }

    private void any(int number, JsonNode value) {
        if (!value.isMissingNode()) {
            var yaml = JsonMapper.shared().writeValueAsString(value) + "\n";
            var inner = new SecondFormWriter();
            inner.bytes(2, ByteString.copyFromUtf8(yaml));
            bytes(number, inner.whole());
        }
    }

    private SecondFormWriter text(int number, JsonNode text) {
        if (text.isString() && !text.asString().isEmpty()) {
            bytes(number, ByteString.copyFromUtf8(text.asString()));
        }
        return this;
    }

    private void bytes(int number, ByteString bytes) {
        field(
                CodedOutputStream.computeBytesSize(number, bytes),
                out -> out.writeBytes(number, bytes));
    }

    private SecondFormWriter bool(int number, boolean is) {
        if (is) {
            field(
                    CodedOutputStream.computeBoolSize(number, true),
                    out -> out.writeBool(number, true));
        }
        return this;
    }

    private SecondFormWriter number(int number, JsonNode value) {
        if (value.isNumber()) {
            field(
                    CodedOutputStream.computeDoubleSize(number, 0),
                    out -> out.writeDouble(number, value.asDouble()));
        }
        return this;
    }

    private SecondFormWriter whole(int number, JsonNode value) {
        if (value.isNumber()) {
            field(
                    CodedOutputStream.computeInt64Size(number, value.asLong()),
                    out -> out.writeInt64(number, value.asLong()));
        }
        return this;
    }

    private interface Field {
        void write(CodedOutputStream out) throws IOException;
    }

    private void field(int size, Field field) {
        var bytes = new byte[size];
        var out = CodedOutputStream.newInstance(bytes);
        try {
            field.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        fields.add(com.google.protobuf.UnsafeByteOperations.unsafeWrap(bytes));
    }

    private ByteString whole() {
        return ByteString.copyFrom(fields);
    }
}
