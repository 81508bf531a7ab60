package dev.serin.inference;

import dev.serin.inference.proto.TensorInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a signature says of one input or output.
///
/// @param tensor the runtime's name of it, `operation:output`; empty for one that is not dense
/// @param reference whether it is a variable itself, as in graphs of TensorFlow 1
/// @param shape -1 for a size that the request decides, null where even the rank is open
public record TensorSpec(
        String tensor, DataType type, boolean reference, @Nullable List<Long> shape) {
    private static final int REFERENCE = 100;

    static TensorSpec of(TensorInfo message) {
        var shape = message.getTensorShape();
        int type = message.getDtypeValue();
        return new TensorSpec(
                message.getName(),
                DataType.of(type % REFERENCE),
                type > REFERENCE,
                shape.getUnknownRank()
                        ? null
                        : shape.getDimList().stream().map(d -> d.getSize()).toList());
    }

    /// The type's name in metadata, for instance `DT_FLOAT`.
    public String wireType() {
        return reference ? type.wireName() + "_REF" : type.wireName();
    }
}
