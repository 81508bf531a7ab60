package dev.serin.inference.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;

class DecimalTextTest {
    @ParameterizedTest
    @CsvSource({
        "2.5, 2.5",
        "3, 3.0",
        "0, 0.0",
        "-0.0, -0.0",
        "0.1, 0.1",
        "0.2, 0.2",
        "-1.5, -1.5",
        "0.0001, 0.0001",
        "0.00003, 3e-05",
        "9000000, 9e+06",
        "100000, 100000.0",
        "1000000, 1e+06",
        "1234567, 1234567.0",
        "16777216, 16777216.0",
        "0.333333333, 0.333333343",
        "0.999999999, 1.0",
        "0.99999994, 0.99999994",
        "3.4028235e38, 3.40282347e+38",
        "1e-45, 1.4013e-45",
        "123456.7, 123456.703",
        "1e10, 1e+10",
        "NaN, NaN",
        "Infinity, Infinity",
        "-Infinity, -Infinity"
    })
    void floatsAreWrittenAsTensorFlowServingDoes(String value, String expected) {
        var out = new StringBuilder();
        DecimalText.append(out, Float.parseFloat(value));
        assertEquals(expected, out.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "0.1, 0.1",
        "0.30000000000000004, 0.30000000000000004",
        "1e300, 1e+300",
        "123456789, 123456789.0",
        "5e-324, 4.94066e-324",
        "3.141592653589793, 3.1415926535897931"
    })
    void doublesToo(String value, String expected) {
        var out = new StringBuilder();
        DecimalText.append(out, Double.parseDouble(value));
        assertEquals(expected, out.toString());
    }

    /// The fast way against arithmetic without rounding, over all magnitudes.
    @Test
    void anyFloatIsTheExactDecimalRounded() {
        long seed = 20260801;
        var random = new Random(seed);
        for (int i = 0; i < 60_000; i++) {
            float value =
                    switch (i % 3) {
                        case 0 -> Float.intBitsToFloat(random.nextInt());
                        case 1 -> random.nextFloat();
                        default -> random.nextInt(2_000_000) / 1000f;
                    };
            if (Float.isFinite(value) && value != 0) {
                var out = new StringBuilder();
                DecimalText.append(out, value);
                assertEquals(slow(value), out.toString(), "seed " + seed + ", " + value);
            }
        }
    }

    private static String slow(float value) {
        var exact = new BigDecimal((double) value);
        var six = exact.round(new MathContext(6, RoundingMode.HALF_EVEN));
        int precision = six.floatValue() == value ? 6 : 9;
        var rounded = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        var digits = rounded.stripTrailingZeros();
        if (exponent >= -4 && exponent < precision) {
            var plain = digits.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        var mantissa = digits.movePointLeft(exponent).toPlainString();
        return mantissa + "e" + (exponent < 0 ? "-" : "+") + "%02d".formatted(Math.abs(exponent));
    }
}
