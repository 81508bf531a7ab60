package dev.serin.inference.rest;

import java.nio.charset.StandardCharsets;

/// Turns the text of a JSON number into a value, each correctly rounded: the same bits as
/// `Float.parseFloat` and `Double.parseDouble`. Short decimals, nearly all there are, take a way
/// without allocation.
final class JsonNumbers {
    private static final double[] POWERS_OF_TEN = new double[23];

    static {
        for (int i = 0; i < POWERS_OF_TEN.length; i++) {
            POWERS_OF_TEN[i] = Double.parseDouble("1e" + i);
        }
    }

    private JsonNumbers() {}

    static boolean startsNumber(byte b) {
        return b >= '0' && b <= '9' || b == '-' || b == 'N' || b == 'I';
    }

    /// Whether the text has no fraction, exponent or word, so that it counts as an integer.
    static boolean isWhole(byte[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text[i] > '9' || text[i] == '.') {
                return false;
            }
        }
        return true;
    }

    /// The double of the text, or NaN where this short way cannot tell it exactly.
    private static double shortDouble(byte[] text, int from, int to) {
        int i = from;
        var negative = text[i] == '-';
        if (negative) {
            i++;
        }
        long digits = 0;
        int count = 0;
        int exponent = 0;
        var point = false;
        for (; i < to; i++) {
            int b = text[i];
            if (b >= '0' && b <= '9') {
                digits = digits * 10 + (b - '0');
                if (digits != 0) {
                    count++;
                }
                if (point) {
                    exponent--;
                }
            } else if (b == '.') {
                point = true;
            } else {
                break;
            }
            if (count > 18) {
                return Double.NaN;
            }
        }
        if (i < to) {
            if ((text[i] | 0x20) != 'e' || to - i > 5) {
                return Double.NaN;
            }
            exponent += exponent(text, i + 1, to);
        }
        if (digits > 1L << 53 || exponent < -22 || exponent > 22) {
            return Double.NaN;
        }
        double value =
                exponent < 0 ? digits / POWERS_OF_TEN[-exponent] : digits * POWERS_OF_TEN[exponent];
        return negative ? -value : value;
    }

    private static int exponent(byte[] text, int from, int to) {
        int i = text[from] == '-' || text[from] == '+' ? from + 1 : from;
        int value = 0;
        for (; i < to; i++) {
            value = value * 10 + (text[i] - '0');
        }
        return text[from] == '-' ? -value : value;
    }

    static double slowDouble(byte[] text, int from, int to) {
        return Double.parseDouble(plain(text, from, to));
    }

    static double toDouble(byte[] text, int from, int to) {
        double value = shortDouble(text, from, to);
        return Double.isNaN(value) ? slowDouble(text, from, to) : value;
    }

    static float toFloat(byte[] text, int from, int to) {
        double value = shortDouble(text, from, to);
        // A double that lies on, or one step beside, the middle between two floats may have been
        // rounded onto it: rounding it again could go the wrong way. So could tiny floats.
        long low = Double.doubleToRawLongBits(value) & 0x1fff_ffffL;
        if (Double.isNaN(value)
                || low >= 0x0fff_ffffL && low <= 0x1000_0001L
                || value != 0 && Math.abs(value) < Float.MIN_NORMAL) {
            return Float.parseFloat(plain(text, from, to));
        }
        return (float) value;
    }

    /// Java's spelling: `Inf` is JSON's only other word for infinity.
    private static String plain(byte[] text, int from, int to) {
        var plain = new String(text, from, to - from, StandardCharsets.ISO_8859_1);
        return plain.endsWith("Inf") ? plain + "inity" : plain;
    }

    /// Whether the text is a whole number from -2^63 to 2^63 - 1.
    static boolean fitsLong(byte[] text, int from, int to) {
        if (!isWhole(text, from, to)) {
            return false;
        }
        if (to - from < 19) {
            return true;
        }
        try {
            toLong(text, from, to);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    static long toLong(byte[] text, int from, int to) {
        if (to - from > 18) {
            return Long.parseLong(plain(text, from, to));
        }
        int i = text[from] == '-' ? from + 1 : from;
        long value = 0;
        for (; i < to; i++) {
            value = value * 10 + (text[i] - '0');
        }
        return text[from] == '-' ? -value : value;
    }

    /// Whether the text is a whole number from 0 to 2^64 - 1.
    static boolean fitsUnsignedLong(byte[] text, int from, int to) {
        if (text[from] == '-' || !isWhole(text, from, to)) {
            return text[from] == '-' && isWhole(text, from, to) && toDouble(text, from, to) == 0;
        }
        try {
            toUnsignedLong(text, from, to);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    static long toUnsignedLong(byte[] text, int from, int to) {
        return text[from] == '-' ? 0 : Long.parseUnsignedLong(plain(text, from, to));
    }
}
