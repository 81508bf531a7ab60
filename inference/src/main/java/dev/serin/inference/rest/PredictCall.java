package dev.serin.inference.rest;

import dev.serin.inference.ServingException;
import dev.serin.inference.Signature;
import dev.serin.inference.Tensor;
import dev.serin.inference.TensorSpec;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// A predict request, read from JSON against the signature that it names. The answer has the
/// request's form.
///
/// @param signatureName as the request says, [Signature#DEFAULT] when it says nothing
public record PredictCall(
        String signatureName, Signature signature, Form form, SortedMap<String, Tensor> inputs) {
    /// Whether a request lists instances, each with all inputs, or inputs, each for all instances.
    public enum Form {
        ROW,
        COLUMN
    }

    /// Finds a model's signature.
    public interface Signatures {
        /// @throws ServingException if the model has none of this name
        Signature named(String name);
    }

    /// Reads a request.
    ///
    /// @throws ServingException with TensorFlow Serving's code and words if it is not right
    public static PredictCall read(byte[] json, Signatures signatures) {
        var members = JsonSyntax.members(json);
        var name = signatureName(json, members);
        var signature = signatures.named(name);
        if (signature.inputs().isEmpty()) {
            throw ServingException.invalid(
                    "Failed to get input map for signature: "
                            + (name.equals(Signature.DEFAULT) ? "DEFAULT" : name));
        }
        var instances = members.get("instances");
        var inputs = members.get("inputs");
        if (instances != null && inputs != null) {
            throw wrongDocument(
                    json,
                    "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to"
                            + " exist ");
        }
        if (instances != null) {
            return new PredictCall(
                    name, signature, Form.ROW, rows(json, instances, signature.inputs()));
        }
        if (inputs != null) {
            return new PredictCall(
                    name, signature, Form.COLUMN, columns(json, inputs, signature.inputs()));
        }
        throw ServingException.invalid("Missing 'inputs' or 'instances' key");
    }

    static String signatureName(byte[] json, Map<String, Integer> members) {
        var at = members.get("signature_name");
        if (at == null) {
            return Signature.DEFAULT;
        }
        var cursor = new JsonCursor(json, at);
        if (cursor.peek() != '"') {
            throw wrongDocument(
                    json, "not formatted correctly. 'signature_name' key must be a string value.");
        }
        var name = cursor.text();
        return name.isEmpty() ? Signature.DEFAULT : name;
    }

    static ServingException wrongDocument(byte[] json, String what) {
        return ServingException.invalid("JSON Value: " + JsonValueText.of(json, 0) + " " + what);
    }

    private static SortedMap<String, Tensor> rows(
            byte[] json, int at, SortedMap<String, TensorSpec> specs) {
        var cursor = new JsonCursor(json, at);
        if (cursor.peek() != '[') {
            throw wrongDocument(json, "Excepting 'instances' to be an list/array");
        }
        var readers = new TreeMap<String, TensorReader>();
        specs.forEach((name, spec) -> readers.put(name, new TensorReader(spec.type())));
        var more = cursor.next();
        if (!more) {
            throw wrongDocument(json, "No values in 'instances' array");
        }
        if (cursor.peek() != '{' && specs.size() > 1) {
            throw ServingException.invalid(
                    "instances is a plain list, but expecting list of objects as multiple input"
                            + " tensors required as per tensorinfo_map");
        }
        var objects = isNamed(cursor);
        for (int i = 0; more; i++, more = cursor.more()) {
            if (isNamed(cursor) != objects) {
                throw ServingException.invalid(
                        objects
                                ? "Expecting object but got list at item " + i + " of input list"
                                : "Expecting value/list but got object at item "
                                        + i
                                        + " of input list");
            }
            if (objects) {
                namedItem(cursor, i, readers);
            } else {
                item(cursor, i, null, readers.firstEntry().getValue());
            }
        }
        var tensors = new TreeMap<String, Tensor>();
        readers.forEach((name, reader) -> tensors.put(name, reader.toBatch()));
        return tensors;
    }

    private static boolean isNamed(JsonCursor cursor) {
        return cursor.peek() == '{' && !cursor.isBase64();
    }

    private static void namedItem(JsonCursor cursor, int i, TreeMap<String, TensorReader> readers) {
        int start = cursor.at;
        var seen = new TreeSet<String>();
        for (var more = cursor.next(); more; more = cursor.more()) {
            var name = cursor.name();
            var reader = readers.get(name);
            if (reader == null) {
                throw failed(
                        i,
                        name,
                        ServingException.invalid(
                                "JSON object: does not have named input: " + name));
            }
            // Of two members of one name the first counts.
            if (seen.add(name)) {
                item(cursor, i, name, reader);
            } else {
                cursor.skip();
            }
        }
        if (!seen.equals(readers.keySet())) {
            throw ServingException.invalid(
                    "Failed to process element: "
                            + i
                            + " of 'instances' list. JSON object: "
                            + JsonValueText.of(cursor.text, start)
                            + " keys must be equal to: "
                            + String.join(",", readers.keySet()));
        }
    }

    private static void item(JsonCursor cursor, int i, @Nullable String name, TensorReader reader) {
        try {
            reader.addItem(cursor);
        } catch (ServingException e) {
            throw failed(i, name, e);
        }
    }

    private static ServingException failed(int i, @Nullable String name, ServingException why) {
        return ServingException.invalid(
                "Failed to process element: "
                        + i
                        + (name == null ? "" : " key: " + name)
                        + " of 'instances' list. Error: "
                        + why.status());
    }

    private static SortedMap<String, Tensor> columns(
            byte[] json, int at, SortedMap<String, TensorSpec> specs) {
        var cursor = new JsonCursor(json, at);
        var tensors = new TreeMap<String, Tensor>();
        if (!isNamed(cursor)) {
            if (specs.size() > 1) {
                throw ServingException.invalid(
                        "inputs is a plain value/list, but expecting an object as multiple input"
                                + " tensors required as per tensorinfo_map");
            }
            var only = specs.firstEntry();
            tensors.put(only.getKey(), TensorReader.read(cursor, only.getValue().type()));
            return tensors;
        }
        var values = new TreeMap<String, Integer>();
        for (var more = cursor.next(); more; more = cursor.more()) {
            values.putIfAbsent(cursor.name(), cursor.at);
            cursor.skip();
        }
        specs.forEach((name, spec) -> {
            var value = values.get(name);
            if (value == null) {
                throw ServingException.invalid(
                        "Missing named input: " + name + " in 'inputs' object.");
            }
            tensors.put(name, TensorReader.read(new JsonCursor(json, value), spec.type()));
        });
        return tensors;
    }
}
