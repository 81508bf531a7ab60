package dev.serin.modelserver.backend.tensorflow;

import dev.serin.inference.DataType;
import dev.serin.inference.ServingException;
import dev.serin.inference.StatusCode;
import dev.serin.inference.Tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;

/// Copies tensors to and from TensorFlow's memory. Safe for any thread.
final class NativeTensors {
    /// Bytes of a TF_TString, which holds short strings itself and points to long ones.
    private static final long STRING = 24;

    private final TensorFlowLibrary library;

    NativeTensors(TensorFlowLibrary library) {
        this.library = library;
    }

    /// A TF_Tensor with this tensor's elements; the caller deletes it.
    MemorySegment toNative(Tensor tensor, Arena arena) {
        var shape = arena.allocateFrom(ValueLayout.JAVA_LONG, tensor.shape());
        int rank = tensor.rank();
        int type = tensor.type().number();
        var strings = tensor.type() == DataType.STRING;
        long bytes = strings ? tensor.elements() * STRING : tensor.values().byteSize();
        try {
            var made = (MemorySegment) library.allocateTensor.invokeExact(type, shape, rank, bytes);
            if (made.equals(MemorySegment.NULL)) {
                throw new ServingException(
                        StatusCode.RESOURCE_EXHAUSTED,
                        "OOM when allocating tensor with shape"
                                + Tensor.shapeText(tensor.shape())
                                + " and type "
                                + tensor.type().text());
            }
            var values = values(made, bytes);
            if (strings) {
                writeStrings(tensor, values);
            } else {
                MemorySegment.copy(tensor.values(), 0, values, 0, bytes);
            }
            return made;
        } catch (Throwable e) { // which invokeExact declares
            throw Native.mistake(e);
        }
    }

    private void writeStrings(Tensor tensor, MemorySegment values) throws Throwable {
        try (var arena = Arena.ofConfined()) {
            long at = 0;
            for (var string : tensor.strings()) {
                var slot = values.asSlice(at, STRING);
                library.stringInit.invokeExact(slot);
                var bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, string);
                library.stringCopy.invokeExact(slot, bytes, (long) string.length);
                at += STRING;
            }
        }
    }

    /// Deletes a tensor that [#toNative] made.
    void delete(MemorySegment made, Tensor from) {
        try {
            if (from.type() == DataType.STRING) {
                // Deleting the tensor frees the slots, not the long strings they point to.
                long bytes = from.elements() * STRING;
                var values = values(made, bytes);
                for (long at = 0; at < bytes; at += STRING) {
                    library.stringFree.invokeExact(values.asSlice(at, STRING));
                }
            }
            library.deleteTensor.invokeExact(made);
        } catch (Throwable e) { // which invokeExact declares
            throw Native.mistake(e);
        }
    }

    /// The elements of a TF_Tensor, copied out; the caller deletes it.
    Tensor fromNative(MemorySegment tensor) {
        try {
            int number = (int) library.tensorType.invokeExact(tensor);
            int rank = (int) library.tensorRank.invokeExact(tensor);
            var shape = new long[rank];
            for (int i = 0; i < rank; i++) {
                shape[i] = (long) library.tensorDimension.invokeExact(tensor, i);
            }
            long bytes = (long) library.tensorBytes.invokeExact(tensor);
            var type = DataType.of(number);
            if (type == DataType.STRING) {
                return readStrings(shape, values(tensor, Tensor.elements(shape) * STRING));
            }
            if (type.bytes() == 0) {
                throw new ServingException(
                        StatusCode.UNIMPLEMENTED,
                        "An output of the model has a type that cannot be sent: " + type.text());
            }
            var copy = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
            MemorySegment.copy(values(tensor, bytes), 0, copy, 0, bytes);
            return Tensor.of(type, shape, copy);
        } catch (Throwable e) { // which invokeExact declares
            throw Native.mistake(e);
        }
    }

    private Tensor readStrings(long[] shape, MemorySegment values) throws Throwable {
        var strings = new ArrayList<byte[]>();
        for (long at = 0; at < values.byteSize(); at += STRING) {
            var slot = values.asSlice(at, STRING);
            long size = (long) library.stringSize.invokeExact(slot);
            var start = (MemorySegment) library.stringStart.invokeExact(slot);
            strings.add(Native.sized(start, size).toArray(ValueLayout.JAVA_BYTE));
        }
        return Tensor.ofStrings(shape, strings);
    }

    private MemorySegment values(MemorySegment tensor, long bytes) throws Throwable {
        return Native.sized((MemorySegment) library.tensorValues.invokeExact(tensor), bytes);
    }
}
