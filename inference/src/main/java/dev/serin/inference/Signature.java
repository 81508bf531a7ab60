package dev.serin.inference;

import dev.serin.inference.proto.SignatureDef;
import dev.serin.inference.proto.TensorInfo;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// One thing that can be asked of a model: named inputs, named outputs. Immutable.
///
/// @param method `tensorflow/serving/predict`, `…/classify` or `…/regress`
public record Signature(
        String method,
        SortedMap<String, TensorSpec> inputs,
        SortedMap<String, TensorSpec> outputs) {
    /// The name that a request means when it names none.
    public static final String DEFAULT = "serving_default";

    /// The signature that a model's bytes describe.
    public static Signature of(SignatureDef message) {
        return new Signature(
                message.getMethodName(),
                specs(message.getInputsMap()),
                specs(message.getOutputsMap()));
    }

    private static SortedMap<String, TensorSpec> specs(Map<String, TensorInfo> messages) {
        var specs = new TreeMap<String, TensorSpec>();
        messages.forEach((name, message) -> specs.put(name, TensorSpec.of(message)));
        return Collections.unmodifiableSortedMap(specs);
    }
}
