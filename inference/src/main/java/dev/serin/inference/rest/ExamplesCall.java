package dev.serin.inference.rest;

import com.google.protobuf.ByteString;

import dev.serin.inference.ServingException;
import dev.serin.inference.proto.BytesList;
import dev.serin.inference.proto.Example;
import dev.serin.inference.proto.Feature;
import dev.serin.inference.proto.Feature.KindCase;
import dev.serin.inference.proto.Features;
import dev.serin.inference.proto.FloatList;
import dev.serin.inference.proto.Int64List;

import java.util.ArrayList;
import java.util.List;

/// A classify or regress request, read from JSON.
///
/// @param examples each with the context's features merged in, its own winning; at least one
public record ExamplesCall(String signatureName, List<Example> examples) {
    /// Reads a request.
    ///
    /// @throws ServingException with TensorFlow Serving's code and words if it is not right
    public static ExamplesCall read(byte[] json) {
        var members = JsonSyntax.members(json);
        var name = PredictCall.signatureName(json, members);
        var context = Features.getDefaultInstance();
        var contextAt = members.get("context");
        if (contextAt != null) {
            context = example(new JsonCursor(json, contextAt));
        }
        var at = members.get("examples");
        if (at == null) {
            throw PredictCall.wrongDocument(
                    json, "When method is classify, key 'examples' is expected and was not found");
        }
        var cursor = new JsonCursor(json, at);
        if (cursor.peek() != '[') {
            throw PredictCall.wrongDocument(json, "Expecting 'examples' value to be an list/array");
        }
        var more = cursor.next();
        if (!more) {
            throw PredictCall.wrongDocument(json, "'examples' value is an empty array");
        }
        var examples = new ArrayList<Example>();
        for (; more; more = cursor.more()) {
            var features = context.toBuilder().mergeFrom(example(cursor)).build();
            examples.add(Example.newBuilder().setFeatures(features).build());
        }
        return new ExamplesCall(name, List.copyOf(examples));
    }

    private static Features example(JsonCursor cursor) {
        if (cursor.peek() != '{') {
            throw ServingException.invalid(
                    "Example must be JSON object but got JSON "
                            + JsonValueText.type(cursor.text, cursor.at));
        }
        var features = Features.newBuilder();
        for (var more = cursor.next(); more; more = cursor.more()) {
            var name = cursor.name();
            features.putFeature(name, feature(name, cursor));
        }
        return features.build();
    }

    private static Feature feature(String name, JsonCursor cursor) {
        var values = new Values(name);
        if (cursor.peek() == '[') {
            for (var more = cursor.next(); more; more = cursor.more()) {
                values.add(cursor);
            }
        } else {
            values.add(cursor);
        }
        return values.feature();
    }

    /// The values of one feature, all of the kind of the first.
    private static final class Values {
        private final String name;
        private final BytesList.Builder bytes = BytesList.newBuilder();
        private final FloatList.Builder floats = FloatList.newBuilder();
        private final Int64List.Builder longs = Int64List.newBuilder();
        private KindCase kind = KindCase.KIND_NOT_SET;

        Values(String name) {
            this.name = name;
        }

        Feature feature() {
            return switch (kind) {
                case BYTES_LIST -> Feature.newBuilder().setBytesList(bytes).build();
                case FLOAT_LIST -> Feature.newBuilder().setFloatList(floats).build();
                case INT64_LIST -> Feature.newBuilder().setInt64List(longs).build();
                case KIND_NOT_SET -> Feature.getDefaultInstance();
            };
        }

        void add(JsonCursor cursor) {
            switch (cursor.peek()) {
                case '"' -> {
                    become(KindCase.BYTES_LIST);
                    bytes.addValue(ByteString.copyFrom(cursor.string()));
                }
                case '{' -> {
                    if (!cursor.isBase64()) {
                        throw unexpected(cursor);
                    }
                    become(KindCase.BYTES_LIST);
                    bytes.addValue(ByteString.copyFrom(cursor.base64()));
                }
                case '[', 'n' -> throw unexpected(cursor);
                case 't', 'f' -> {
                    become(KindCase.INT64_LIST);
                    longs.addValue(cursor.peek() == 't' ? 1 : 0);
                    cursor.skipWord();
                }
                default -> number(cursor);
            }
        }

        private void number(JsonCursor cursor) {
            int from = cursor.at;
            cursor.skipWord();
            int to = cursor.at;
            if (JsonNumbers.isWhole(cursor.text, from, to)) {
                become(KindCase.INT64_LIST);
                if (!JsonNumbers.fitsLong(cursor.text, from, to)) {
                    throw ServingException.invalid(
                            "Feature: " + name + " has uint64 element. Only int64 is supported.");
                }
                longs.addValue(JsonNumbers.toLong(cursor.text, from, to));
            } else {
                become(KindCase.FLOAT_LIST);
                floats.addValue(Elements.floatOf(cursor.text, from, to));
            }
        }

        private ServingException unexpected(JsonCursor cursor) {
            return ServingException.invalid(
                    "Feature: "
                            + name
                            + " has element with unexpected JSON type: "
                            + JsonValueText.type(cursor.text, cursor.at));
        }

        private void become(KindCase next) {
            if (kind == KindCase.KIND_NOT_SET) {
                kind = next;
            } else if (kind != next) {
                var expected =
                        switch (kind) {
                            case BYTES_LIST -> "bytes";
                            case FLOAT_LIST -> "float";
                            default -> "int64";
                        };
                throw ServingException.invalid(
                        "Unexpected element type in feature: "
                                + name
                                + " expecting type: "
                                + expected);
            }
        }
    }
}
