package dev.serin.inference.grpc;

import com.google.protobuf.ByteString;

import dev.serin.inference.DataType;
import dev.serin.inference.ServingException;
import dev.serin.inference.Tensor;
import dev.serin.inference.proto.TensorProto;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;

/// Tensors from TensorProto messages, whichever of its two forms they use.
public final class TensorMessages {
    private TensorMessages() {}

    /// @throws ServingException INVALID_ARGUMENT if values and shape do not fit, or the type is
    ///   none that can be sent
    public static Tensor tensor(TensorProto message) {
        var type = DataType.of(message.getDtypeValue());
        var shape =
                message.getTensorShape().getDimList().stream()
                        .mapToLong(d -> d.getSize())
                        .toArray();
        long elements = 1;
        for (var size : shape) {
            if (size < 0 || size > 0 && elements > Integer.MAX_VALUE / size) {
                throw invalid(message, "its shape " + Tensor.shapeText(shape) + " is none");
            }
            elements *= size;
        }
        if (type == DataType.STRING) {
            return strings(message, shape, (int) elements);
        }
        if (type.bytes() == 0) {
            throw invalid(message, "its type cannot be sent");
        }
        var content = message.getTensorContent();
        if (!content.isEmpty()) {
            if (content.size() != elements * type.bytes()) {
                throw invalid(
                        message,
                        content.size() + " bytes for a shape of " + Tensor.shapeText(shape));
            }
            return Tensor.of(type, shape, MemorySegment.ofArray(content.toByteArray()));
        }
        return Tensor.of(type, shape, values(message, type, (int) elements));
    }

    private static Tensor strings(TensorProto message, long[] shape, int elements) {
        int given = message.getStringValCount();
        if (given > elements || given == 0 && elements > 0) {
            throw invalid(message, given + " strings for a shape of " + Tensor.shapeText(shape));
        }
        var strings = new ArrayList<byte[]>(elements);
        for (ByteString value : message.getStringValList()) {
            strings.add(value.toByteArray());
        }
        while (strings.size() < elements) {
            strings.add(strings.getLast());
        }
        return Tensor.ofStrings(shape, strings);
    }

    /// The values of the field of the type, the last one repeated to fill the shape.
    private static MemorySegment values(TensorProto message, DataType type, int elements) {
        var values = MemorySegment.ofArray(new byte[elements * type.bytes()]);
        int given = count(message, type);
        if (given > elements) {
            throw invalid(message, given + " values for " + elements + " elements");
        }
        for (int i = 0; i < elements && given > 0; i++) {
            put(message, type, Math.min(i, given - 1), values, (long) i * type.bytes());
        }
        return values;
    }

    private static int count(TensorProto message, DataType type) {
        return switch (type) {
            case FLOAT -> message.getFloatValCount();
            case DOUBLE -> message.getDoubleValCount();
            case INT64 -> message.getInt64ValCount();
            case BOOL -> message.getBoolValCount();
            case HALF, BFLOAT16 -> message.getHalfValCount();
            case UINT32 -> message.getUint32ValCount();
            case UINT64 -> message.getUint64ValCount();
            case COMPLEX64 -> message.getScomplexValCount() / 2;
            case COMPLEX128 -> message.getDcomplexValCount() / 2;
            default -> message.getIntValCount();
        };
    }

    private static void put(
            TensorProto message, DataType type, int i, MemorySegment values, long at) {
        switch (type) {
            case FLOAT -> values.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, message.getFloatVal(i));
            case DOUBLE ->
                    values.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, at, message.getDoubleVal(i));
            case INT64 -> values.set(ValueLayout.JAVA_LONG_UNALIGNED, at, message.getInt64Val(i));
            case BOOL -> values.set(ValueLayout.JAVA_BOOLEAN, at, message.getBoolVal(i));
            case HALF, BFLOAT16 ->
                    values.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) message.getHalfVal(i));
            case UINT32 -> values.set(ValueLayout.JAVA_INT_UNALIGNED, at, message.getUint32Val(i));
            case UINT64 -> values.set(ValueLayout.JAVA_LONG_UNALIGNED, at, message.getUint64Val(i));
            case COMPLEX64 -> {
                values.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, message.getScomplexVal(2 * i));
                values.set(
                        ValueLayout.JAVA_FLOAT_UNALIGNED,
                        at + 4,
                        message.getScomplexVal(2 * i + 1));
            }
            case COMPLEX128 -> {
                values.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, at, message.getDcomplexVal(2 * i));
                values.set(
                        ValueLayout.JAVA_DOUBLE_UNALIGNED,
                        at + 8,
                        message.getDcomplexVal(2 * i + 1));
            }
            default -> {
                int value = message.getIntVal(i);
                switch (type.bytes()) {
                    case 1 -> values.set(ValueLayout.JAVA_BYTE, at, (byte) value);
                    case 2 -> values.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) value);
                    default -> values.set(ValueLayout.JAVA_INT_UNALIGNED, at, value);
                }
            }
        }
    }

    private static ServingException invalid(TensorProto message, String what) {
        return ServingException.invalid("tensor of " + message.getDtype() + ": " + what);
    }
}
