package dev.serin.inference;

import dev.serin.inference.proto.TensorInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a signature says of one input or output.
///
/// @param tensor the runtime's name of it, `operation:output`; empty for one that is not dense
/// @param shape -1 for a size that the request decides, null where even the rank is open
public record TensorSpec(String tensor, DataType type, @Nullable List<Long> shape) {
    static TensorSpec of(TensorInfo message) {
        var shape = message.getTensorShape();
        return new TensorSpec(
                message.getName(),
                DataType.of(message.getDtypeValue()),
                shape.getUnknownRank()
                        ? null
                        : shape.getDimList().stream().map(d -> d.getSize()).toList());
    }
}
