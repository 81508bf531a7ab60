package dev.serin.inference;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.LongStream;

/// An array of any number of dimensions. Numbers lie row by row in the machine's byte order, in one
/// segment that need not be aligned; strings are byte strings. Immutable by agreement: nobody
/// writes into a segment or array after handing it in.
public final class Tensor {
    private final DataType type;
    private final long[] shape;
    private final @Nullable MemorySegment values;
    private final @Nullable List<byte[]> strings;

    private Tensor(
            DataType type,
            long[] shape,
            @Nullable MemorySegment values,
            @Nullable List<byte[]> strings) {
        this.type = type;
        this.shape = shape;
        this.values = values;
        this.strings = strings;
    }

    /// A tensor of numbers or booleans.
    ///
    /// @param values exactly as many bytes as the shape's elements take
    public static Tensor of(DataType type, long[] shape, MemorySegment values) {
        var expected = elements(shape) * type.bytes();
        if (type.bytes() == 0 || values.byteSize() != expected) {
            throw new IllegalArgumentException(
                    values.byteSize()
                            + " bytes (expected: "
                            + expected
                            + ") for "
                            + type
                            + shapeText(shape));
        }
        return new Tensor(type, shape.clone(), values, null);
    }

    public static Tensor ofStrings(long[] shape, List<byte[]> strings) {
        if (strings.size() != elements(shape)) {
            throw new IllegalArgumentException(
                    strings.size() + " strings for a shape of " + shapeText(shape));
        }
        return new Tensor(DataType.STRING, shape.clone(), null, strings);
    }

    public static Tensor ofFloats(long[] shape, float... values) {
        return of(DataType.FLOAT, shape, MemorySegment.ofArray(values));
    }

    public static Tensor ofLongs(long[] shape, long... values) {
        return of(DataType.INT64, shape, MemorySegment.ofArray(values));
    }

    /// Elements of a tensor of this shape.
    public static long elements(long[] shape) {
        return LongStream.of(shape).reduce(1, Math::multiplyExact);
    }

    /// As TensorFlow prints a shape: `[2,3]`.
    public static String shapeText(long[] shape) {
        return "[" + String.join(",", LongStream.of(shape).mapToObj(Long::toString).toList()) + "]";
    }

    public DataType type() {
        return type;
    }

    public int rank() {
        return shape.length;
    }

    public long dimension(int i) {
        return shape[i];
    }

    public long[] shape() {
        return shape.clone();
    }

    public long elements() {
        return elements(shape);
    }

    /// The numbers' bytes.
    ///
    /// @throws IllegalStateException for strings
    public MemorySegment values() {
        if (values == null) {
            throw new IllegalStateException("a tensor of strings has no numbers");
        }
        return values;
    }

    /// The strings, row by row.
    ///
    /// @throws IllegalStateException for numbers
    public List<byte[]> strings() {
        if (strings == null) {
            throw new IllegalStateException("a tensor of " + type.text() + " has no strings");
        }
        return strings;
    }

    public float floatAt(long i) {
        return values().get(ValueLayout.JAVA_FLOAT_UNALIGNED, i * Float.BYTES);
    }

    public double doubleAt(long i) {
        return values().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, i * Double.BYTES);
    }

    public short shortAt(long i) {
        return values().get(ValueLayout.JAVA_SHORT_UNALIGNED, i * Short.BYTES);
    }

    public int intAt(long i) {
        return values().get(ValueLayout.JAVA_INT_UNALIGNED, i * Integer.BYTES);
    }

    public long longAt(long i) {
        return values().get(ValueLayout.JAVA_LONG_UNALIGNED, i * Long.BYTES);
    }

    public byte byteAt(long i) {
        return values().get(ValueLayout.JAVA_BYTE, i);
    }

    @Override
    public String toString() {
        return type.text() + shapeText(shape);
    }
}
