package dev.serin.inference.rest;

import dev.serin.inference.DataType;
import dev.serin.inference.ServingException;
import dev.serin.inference.Tensor;

import java.util.ArrayList;
import java.util.Base64;
import java.util.SortedMap;

/// Writes the answer to a predict request, letter by letter as TensorFlow Serving does, its one
/// oddity (the first prediction on the line of the bracket) included.
public final class PredictAnswer {
    private PredictAnswer() {}

    /// @param outputs by their names in the signature; at least one
    /// @throws ServingException if an output cannot be written in this form
    public static byte[] write(SortedMap<String, Tensor> outputs, PredictCall.Form form) {
        if (outputs.isEmpty()) {
            throw ServingException.invalid("Cannot convert empty tensor map to JSON");
        }
        return form == PredictCall.Form.ROW ? rows(outputs) : columns(outputs);
    }

    private static byte[] rows(SortedMap<String, Tensor> outputs) {
        long batch = batchSize(outputs);
        var json = new PrettyJson();
        json.openObject();
        json.name("predictions");
        json.openList();
        var named = outputs.size() > 1;
        var next = new ArrayList<Position>();
        outputs.forEach((name, tensor) -> next.add(new Position(name, tensor)));
        for (long row = 0; row < batch; row++) {
            if (named) {
                json.openObject();
            }
            json.oneLine(true);
            for (var position : next) {
                if (named) {
                    json.name(position.name);
                }
                position.write(json, 1);
            }
            json.oneLine(false);
            if (named) {
                json.closeObject();
            }
        }
        json.closeList();
        json.closeObject();
        return json.bytes();
    }

    private static long batchSize(SortedMap<String, Tensor> outputs) {
        long batch = -1;
        for (var output : outputs.entrySet()) {
            if (output.getValue().rank() == 0) {
                throw ServingException.invalid(
                        "Tensor name: " + output.getKey() + " has no shape information ");
            }
            long own = output.getValue().dimension(0);
            if (batch >= 0 && own != batch) {
                throw ServingException.invalid(
                        "Tensor name: "
                                + output.getKey()
                                + " has inconsistent batch size: "
                                + own
                                + " expecting: "
                                + batch);
            }
            batch = own;
        }
        return batch;
    }

    private static byte[] columns(SortedMap<String, Tensor> outputs) {
        var json = new PrettyJson();
        json.openObject();
        json.name("outputs");
        var named = outputs.size() > 1;
        if (named) {
            json.openObject();
        }
        outputs.forEach((name, tensor) -> {
            if (named) {
                json.name(name);
            }
            new Position(name, tensor).write(json, 0);
        });
        if (named) {
            json.closeObject();
        }
        json.closeObject();
        return json.bytes();
    }

    /// How far a tensor has been written.
    private static final class Position {
        private final String name;
        private final Tensor tensor;
        private final boolean bytes;
        private int next;

        Position(String name, Tensor tensor) {
            this.name = name;
            this.tensor = tensor;
            this.bytes = tensor.type() == DataType.STRING && name.endsWith("_bytes");
        }

        void write(PrettyJson json, int dimension) {
            if (dimension >= tensor.rank()) {
                element(json);
                return;
            }
            json.openList();
            for (long i = 0; i < tensor.dimension(dimension); i++) {
                write(json, dimension + 1);
            }
            json.closeList();
        }

        private void element(PrettyJson json) {
            int i = next++;
            switch (tensor.type()) {
                case FLOAT -> json.decimal(tensor.floatAt(i));
                case DOUBLE -> json.decimal(tensor.doubleAt(i));
                case HALF -> json.decimal(Float.float16ToFloat(tensor.shortAt(i)));
                case BFLOAT16 -> json.decimal(Float.intBitsToFloat(tensor.shortAt(i) << 16));
                case INT8 -> json.whole(tensor.byteAt(i));
                case UINT8 -> json.whole(Byte.toUnsignedInt(tensor.byteAt(i)));
                case INT16 -> json.whole(tensor.shortAt(i));
                case UINT16 -> json.whole(Short.toUnsignedInt(tensor.shortAt(i)));
                case INT32 -> json.whole(tensor.intAt(i));
                case UINT32 -> json.whole(Integer.toUnsignedLong(tensor.intAt(i)));
                case INT64 -> json.whole(tensor.longAt(i));
                case UINT64 -> json.token(Long.toUnsignedString(tensor.longAt(i)));
                case BOOL -> json.token(tensor.byteAt(i) == 0 ? "false" : "true");
                case STRING -> string(json, tensor.strings().get(i));
                default ->
                        throw ServingException.invalid(
                                "Failed to write JSON value for tensor type: "
                                        + tensor.type().text());
            }
        }

        private void string(PrettyJson json, byte[] value) {
            if (bytes) {
                json.openObject();
                json.name("b64");
                json.string(Base64.getEncoder().encodeToString(value));
                json.closeObject();
            } else {
                json.string(value);
            }
        }
    }
}
