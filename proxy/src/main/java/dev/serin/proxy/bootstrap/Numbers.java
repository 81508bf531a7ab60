package dev.serin.proxy.bootstrap;

import com.google.protobuf.Descriptors.FieldDescriptor;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.Set;

/// Which numbers a field can have, as protobuf's JSON form has them: also as a text.
final class Numbers {
    private static final Set<String> NO_DIGITS = Set.of("NaN", "Infinity", "-Infinity");
    private static final BigDecimal TWO = BigDecimal.valueOf(2);

    private Numbers() {}

    /// What is expected instead of `value`; null if it fits.
    static @Nullable String misfit(Object value, FieldDescriptor field) {
        return switch (field.getType()) {
            case INT32, SINT32, SFIXED32 -> whole(value, 31, true);
            case INT64, SINT64, SFIXED64 -> whole(value, 63, true);
            case UINT32, FIXED32 -> whole(value, 32, false);
            case UINT64, FIXED64 -> whole(value, 64, false);
            default ->
                    number(value) == null && !NO_DIGITS.contains(value.toString())
                            ? "a number"
                            : null;
        };
    }

    private static @Nullable String whole(Object value, int bits, boolean signed) {
        var number = number(value);
        if (number == null || number.stripTrailingZeros().scale() > 0) {
            return "a whole number";
        }
        var most = TWO.pow(bits);
        var least = signed ? most.negate() : BigDecimal.ZERO;
        return number.compareTo(least) < 0 || number.compareTo(most) >= 0
                ? "a whole number from "
                        + least.toBigInteger()
                        + " to "
                        + most.subtract(BigDecimal.ONE).toBigInteger()
                : null;
    }

    private static @Nullable BigDecimal number(Object value) {
        try {
            return value instanceof Boolean ? null : new BigDecimal(value.toString());
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
