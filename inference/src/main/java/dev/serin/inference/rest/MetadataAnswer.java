package dev.serin.inference.rest;

import dev.serin.inference.Signature;
import dev.serin.inference.TensorSpec;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// Writes the answer to a metadata request.
public final class MetadataAnswer {
    private MetadataAnswer() {}

    public static byte[] write(
            String model, long version, SortedMap<String, Signature> signatures) {
        return MessageJson.message(json -> {
            json.object(
                    "model_spec",
                    () -> {
                        json.string("name", model);
                        json.string("signature_name", "");
                        json.string("version", Long.toString(version));
                    });
            json.object(
                    "metadata",
                    () ->
                            json.object(
                                    "signature_def",
                                    () ->
                                            json.map(
                                                    "signature_def",
                                                    signatures,
                                                    MetadataAnswer::signature)));
        });
    }

    private static void signature(MessageJson json, Signature signature) {
        json.map("inputs", signature.inputs(), MetadataAnswer::tensor);
        json.map("outputs", signature.outputs(), MetadataAnswer::tensor);
        json.string("method_name", signature.method());
        json.map("defaults", Map.of(), (_, _) -> {});
    }

    private static void tensor(MessageJson json, TensorSpec spec) {
        json.string("dtype", spec.wireType());
        json.object(
                "tensor_shape",
                () -> {
                    var shape = spec.shape();
                    json.list(
                            "dim",
                            shape == null ? List.<Long>of() : shape,
                            (dimension, size) -> {
                                dimension.string("size", Long.toString(size));
                                dimension.string("name", "");
                            });
                    json.bool("unknown_rank", shape == null);
                });
        json.string("name", spec.tensor());
    }
}
