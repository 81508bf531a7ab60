package dev.serin.inference.rest;

import dev.serin.inference.DataType;
import dev.serin.inference.ServingException;
import dev.serin.inference.StatusCode;
import dev.serin.inference.Tensor;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The elements of a tensor under construction: JSON scalars in, growing as they come. Owned by one
/// thread.
final class Elements {
    private static final VarHandle FLOATS = view(float[].class);
    private static final VarHandle DOUBLES = view(double[].class);
    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);

    private final DataType type;
    private final List<byte[]> strings = new ArrayList<>();
    private byte[] values = new byte[256];
    private int used;

    Elements(DataType type) {
        this.type = type;
    }

    DataType type() {
        return type;
    }

    /// Elements so far.
    int count() {
        return type.bytes() == 0 ? strings.size() : used / type.bytes();
    }

    /// Forgets all but the first `count`.
    void cutTo(int count) {
        if (type.bytes() == 0) {
            strings.subList(count, strings.size()).clear();
        } else {
            used = count * type.bytes();
        }
    }

    Tensor toTensor(long[] shape) {
        return type == DataType.STRING
                ? Tensor.ofStrings(shape, List.copyOf(strings))
                : Tensor.of(type, shape, MemorySegment.ofArray(values).asSlice(0, used));
    }

    /// Takes the scalar, or `{"b64": …}`, that the cursor is on, and moves past it.
    ///
    /// @throws ServingException if the type does not accept it
    void add(JsonCursor cursor) {
        byte first = cursor.peek();
        int from = cursor.at;
        if (first == '{') {
            if (type != DataType.STRING) {
                throw wrongType(cursor.text, from);
            }
            if (!cursor.isBase64()) {
                throw ServingException.invalid(
                        "JSON Value: "
                                + JsonValueText.of(cursor.text, from)
                                + " not formatted correctly for base64 data");
            }
            strings.add(cursor.base64());
            return;
        }
        if (first == '"') {
            if (type != DataType.STRING) {
                throw supported() ? wrongType(cursor.text, from) : unimplemented(cursor.text, from);
            }
            strings.add(cursor.string());
            return;
        }
        cursor.skipWord();
        word(cursor.text, from, cursor.at);
    }

    private boolean supported() {
        return switch (type) {
            case FLOAT, DOUBLE, INT32, INT16, INT8, UINT8, STRING, INT64, BOOL, UINT32, UINT64 ->
                    true;
            default -> false;
        };
    }

    private void word(byte[] text, int from, int to) {
        if (!supported()) {
            throw unimplemented(text, from);
        }
        room();
        if (type == DataType.BOOL) {
            if (text[from] != 't' && text[from] != 'f') {
                throw wrongType(text, from);
            }
            values[used++] = (byte) (text[from] == 't' ? 1 : 0);
        } else if (type == DataType.STRING || !JsonNumbers.startsNumber(text[from])) {
            throw wrongType(text, from);
        } else if (type == DataType.FLOAT) {
            FLOATS.set(values, used, floatOf(text, from, to));
            used += Float.BYTES;
        } else if (type == DataType.DOUBLE) {
            DOUBLES.set(values, used, doubleOf(text, from, to));
            used += Double.BYTES;
        } else {
            integer(text, from, to);
        }
    }

    private void integer(byte[] text, int from, int to) {
        if (type == DataType.UINT64) {
            if (!JsonNumbers.fitsUnsignedLong(text, from, to)) {
                throw wrongType(text, from);
            }
            LONGS.set(values, used, JsonNumbers.toUnsignedLong(text, from, to));
            used += Long.BYTES;
            return;
        }
        if (!JsonNumbers.fitsLong(text, from, to)) {
            throw wrongType(text, from);
        }
        long value = JsonNumbers.toLong(text, from, to);
        switch (type) {
            case INT64 -> LONGS.set(values, used, value);
            case UINT32 -> {
                if (value != (value & 0xffff_ffffL)) {
                    throw wrongType(text, from);
                }
                INTS.set(values, used, (int) value);
            }
            default -> {
                // The narrow types take any 32-bit integer and keep its low bits.
                if (value != (int) value) {
                    throw wrongType(text, from);
                }
                switch (type.bytes()) {
                    case 1 -> values[used] = (byte) value;
                    case 2 -> SHORTS.set(values, used, (short) value);
                    default -> INTS.set(values, used, (int) value);
                }
            }
        }
        used += type.bytes();
    }

    static float floatOf(byte[] text, int from, int to) {
        float value = JsonNumbers.toFloat(text, from, to);
        var lossy =
                JsonNumbers.isWhole(text, from, to)
                        ? Math.abs(value) > 0xff_ffff
                        : Float.isInfinite(value)
                                && Math.abs(JsonNumbers.toDouble(text, from, to))
                                        <= Double.MAX_VALUE;
        if (lossy) {
            throw lossy(text, from, "float");
        }
        return value;
    }

    private static double doubleOf(byte[] text, int from, int to) {
        double value = JsonNumbers.toDouble(text, from, to);
        if (Math.abs(value) > 0x1f_ffff_ffff_ffffL && JsonNumbers.isWhole(text, from, to)) {
            throw lossy(text, from, "double");
        }
        return value;
    }

    private static ServingException lossy(byte[] text, int at, String target) {
        return ServingException.invalid(
                "Cannot convert JSON value: "
                        + JsonValueText.of(text, at)
                        + " to "
                        + target
                        + " without loss of precision.");
    }

    private ServingException wrongType(byte[] text, int at) {
        return ServingException.invalid(
                "JSON Value: "
                        + JsonValueText.of(text, at)
                        + " Type: "
                        + JsonValueText.type(text, at)
                        + " is not of expected type: "
                        + type.text());
    }

    private ServingException unimplemented(byte[] text, int at) {
        return new ServingException(
                StatusCode.UNIMPLEMENTED,
                "Conversion of JSON Value: "
                        + JsonValueText.of(text, at)
                        + " to type: "
                        + type.text());
    }

    private void room() {
        if (values.length - used < Long.BYTES) {
            values = Arrays.copyOf(values, 2 * values.length);
        }
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.nativeOrder());
    }
}
