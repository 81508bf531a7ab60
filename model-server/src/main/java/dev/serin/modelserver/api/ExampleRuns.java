package dev.serin.modelserver.api;

import dev.serin.inference.DataType;
import dev.serin.inference.ServingException;
import dev.serin.inference.Signature;
import dev.serin.inference.StatusCode;
import dev.serin.inference.Tensor;
import dev.serin.inference.proto.Example;
import dev.serin.inference.rest.ResultsAnswer.Score;
import dev.serin.modelserver.servable.Servable;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Classify and regress: signatures whose one input is serialized examples.
final class ExampleRuns {
    private static final String INPUTS = "inputs";

    private ExampleRuns() {}

    /// @throws ServingException INVALID_ARGUMENT if the model has no signature of this name
    static Signature signature(Servable servable, String name) {
        var signature = servable.signatures().get(name);
        if (signature == null) {
            throw ServingException.invalid("No signature was found with the name: " + name);
        }
        return signature;
    }

    /// The classes of each example, best as the model orders them.
    static List<List<Score>> classify(
            Servable servable, Signature signature, List<Example> examples) {
        checkInput(signature, "classification");
        if (!signature.outputs().containsKey("classes")
                && !signature.outputs().containsKey("scores")) {
            throw new ServingException(
                    StatusCode.FAILED_PRECONDITION,
                    "No classification outputs found in SignatureDef: "
                            + signature.outputs().keySet());
        }
        var outputs = run(servable, signature, examples);
        var classes = checked(outputs, "classes", DataType.STRING, examples.size());
        var scores = checked(outputs, "scores", DataType.FLOAT, examples.size());
        long width = classes == null ? width(scores) : width(classes);
        if (scores != null && width(scores) != width) {
            throw ServingException.invalid(
                    "Tensors class and score should match in dim_size(1). Got "
                            + width
                            + " vs. "
                            + width(scores));
        }
        var results = new ArrayList<List<Score>>();
        for (int row = 0; row < examples.size(); row++) {
            var result = new ArrayList<Score>();
            for (int i = 0; i < width; i++) {
                int at = (int) (row * width + i);
                result.add(
                        new Score(
                                classes == null
                                        ? ""
                                        : new String(
                                                classes.strings().get(at), StandardCharsets.UTF_8),
                                scores == null ? 0 : scores.floatAt(at)));
            }
            results.add(result);
        }
        return results;
    }

    /// The value of each example.
    static List<Float> regress(Servable servable, Signature signature, List<Example> examples) {
        checkInput(signature, "regression");
        if (!signature.outputs().containsKey("outputs")) {
            throw new ServingException(
                    StatusCode.FAILED_PRECONDITION,
                    "No regression outputs found in SignatureDef: " + signature.outputs().keySet());
        }
        var output =
                checked(
                        run(servable, signature, examples),
                        "outputs",
                        DataType.FLOAT,
                        examples.size());
        if (output == null || output.elements() != examples.size()) {
            throw ServingException.invalid(
                    "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but"
                            + " got "
                            + (output == null ? "none" : Tensor.shapeText(output.shape())));
        }
        var values = new ArrayList<Float>();
        for (int i = 0; i < examples.size(); i++) {
            values.add(output.floatAt(i));
        }
        return values;
    }

    private static void checkInput(Signature signature, String what) {
        if (signature.inputs().size() != 1) {
            throw ServingException.invalid("Expected one input Tensor.");
        }
        if (!signature.inputs().containsKey(INPUTS)) {
            throw new ServingException(
                    StatusCode.FAILED_PRECONDITION,
                    "No " + what + " inputs found in SignatureDef: " + signature.inputs().keySet());
        }
    }

    private static SortedMap<String, Tensor> run(
            Servable servable, Signature signature, List<Example> examples) {
        var inputs = new TreeMap<String, Tensor>();
        inputs.put(
                INPUTS,
                Tensor.ofStrings(
                        new long[] {examples.size()},
                        examples.stream().map(Example::toByteArray).toList()));
        return servable.run(signature, inputs);
    }

    private static @Nullable Tensor checked(
            SortedMap<String, Tensor> outputs, String name, DataType type, int rows) {
        var tensor = outputs.get(name);
        if (tensor == null) {
            return null;
        }
        if (tensor.type() != type) {
            throw ServingException.invalid(
                    "Expected "
                            + name
                            + " Tensor of "
                            + type.wireName()
                            + ". Got: "
                            + tensor.type().wireName());
        }
        if (tensor.rank() == 0 || tensor.dimension(0) != rows) {
            throw ServingException.invalid(
                    "Expected "
                            + name
                            + " output batch size of "
                            + rows
                            + ". Got: "
                            + Tensor.shapeText(tensor.shape()));
        }
        return tensor;
    }

    private static long width(@Nullable Tensor tensor) {
        return tensor == null || tensor.rank() < 2 ? 1 : tensor.dimension(1);
    }
}
