package dev.serin.inference.rest;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/// Floating-point numbers as TensorFlow Serving writes them: six significant digits where those
/// read back as the same number, else as many as always do (9 for float, 17 for double); `.0`
/// behind whole numbers; scientific with at least two digits of exponent where C's `%g` is.
final class DecimalText {
    private static final MathContext SIX = new MathContext(6, RoundingMode.HALF_EVEN);
    private static final long[] POWERS_OF_TEN = new long[10];

    static {
        POWERS_OF_TEN[0] = 1;
        for (int i = 1; i < POWERS_OF_TEN.length; i++) {
            POWERS_OF_TEN[i] = 10 * POWERS_OF_TEN[i - 1];
        }
    }

    private DecimalText() {}

    static void append(StringBuilder out, float value) {
        if (special(out, value)) {
            return;
        }
        double magnitude = Math.abs((double) value);
        if (magnitude >= 1e-4 && magnitude < 1e5 && appendShort(out, value, magnitude)) {
            return;
        }
        var exact = new BigDecimal((double) value);
        var six = exact.round(SIX);
        append(
                out,
                six.floatValue() == value
                        ? six
                        : exact.round(new MathContext(9, RoundingMode.HALF_EVEN)),
                six.floatValue() == value ? 6 : 9);
    }

    static void append(StringBuilder out, double value) {
        if (special(out, value)) {
            return;
        }
        var exact = new BigDecimal(value);
        var six = exact.round(SIX);
        append(
                out,
                six.doubleValue() == value
                        ? six
                        : exact.round(new MathContext(17, RoundingMode.HALF_EVEN)),
                six.doubleValue() == value ? 6 : 17);
    }

    private static boolean special(StringBuilder out, double value) {
        if (Double.isNaN(value)) {
            out.append("NaN");
        } else if (Double.isInfinite(value)) {
            out.append(value < 0 ? "-Infinity" : "Infinity");
        } else if (value == 0) {
            out.append(1 / value < 0 ? "-0.0" : "0.0");
        } else {
            return false;
        }
        return true;
    }

    /// The way that nearly all floats take: digits by whole arithmetic, where that is provably the
    /// same as by the exact value. False, with nothing written, where it is not.
    private static boolean appendShort(StringBuilder out, float value, double magnitude) {
        int exponent = exponent(magnitude);
        for (int precision = 6; ; precision = 9) {
            int places = precision - 1 - exponent;
            // 24 bits times 10^places is exact up to 10^12, and so is its fraction.
            if (places > 12) {
                return false;
            }
            double scaled =
                    places >= 10
                            ? magnitude * 1e9 * POWERS_OF_TEN[places - 9]
                            : magnitude * POWERS_OF_TEN[places];
            long digits = (long) scaled;
            double fraction = scaled - digits;
            if (Math.abs(fraction - 0.5) < 1e-5) {
                return false;
            }
            if (fraction > 0.5) {
                digits++;
            }
            if (digits >= POWERS_OF_TEN[precision - 1] * 10) {
                return false;
            }
            if (precision == 9 || (float) (digits / Math.pow(10, places)) == magnitude) {
                appendFixed(out, value < 0, digits, places);
                return true;
            }
        }
    }

    /// The decimal exponent of a number from 1e-4 to 1e5.
    private static int exponent(double magnitude) {
        if (magnitude >= 1) {
            int exponent = 0;
            while (magnitude >= POWERS_OF_TEN[exponent + 1]) {
                exponent++;
            }
            return exponent;
        }
        return magnitude >= 0.1 ? -1 : magnitude >= 0.01 ? -2 : magnitude >= 0.001 ? -3 : -4;
    }

    private static void appendFixed(StringBuilder out, boolean negative, long digits, int places) {
        long whole = digits;
        long fraction = 0;
        if (places > 0) {
            long unit = 1;
            for (int i = 0; i < places; i++) {
                unit *= 10;
            }
            whole = digits / unit;
            fraction = digits % unit;
        }
        if (negative) {
            out.append('-');
        }
        out.append(whole).append('.');
        if (fraction == 0) {
            out.append('0');
            return;
        }
        int width = places;
        while (fraction % 10 == 0) {
            fraction /= 10;
            width--;
        }
        for (long f = fraction; f > 0; f /= 10) {
            width--;
        }
        out.repeat('0', width).append(fraction);
    }

    /// As `%.{precision}g`, and `.0` behind what would look like an integer.
    private static void append(StringBuilder out, BigDecimal value, int precision) {
        var digits = value.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - value.scale();
        int length = digits.length();
        while (length > 1 && digits.charAt(length - 1) == '0') {
            length--;
        }
        digits = digits.substring(0, length);
        if (value.signum() < 0) {
            out.append('-');
        }
        if (exponent < -4 || exponent >= precision) {
            out.append(digits.charAt(0));
            if (length > 1) {
                out.append('.').append(digits, 1, length);
            }
            out.append('e').append(exponent < 0 ? '-' : '+');
            int size = Math.abs(exponent);
            out.append(size < 10 ? "0" : "").append(size);
        } else if (exponent < 0) {
            out.append("0.").repeat('0', -exponent - 1).append(digits);
        } else if (length <= exponent + 1) {
            out.append(digits).repeat('0', exponent + 1 - length).append(".0");
        } else {
            out.append(digits, 0, exponent + 1).append('.').append(digits, exponent + 1, length);
        }
    }
}
