package dev.serin.inference.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.Random;

class JsonNumbersTest {
    /// Short and long decimals, exponents, and texts in the middle between two floats.
    @Test
    void numbersAreReadToTheBitAsJavaReadsThem() {
        long seed = 20260802;
        var random = new Random(seed);
        for (int i = 0; i < 70_000; i++) {
            var text = text(random, i % 7);
            var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            assertEquals(
                    Float.floatToRawIntBits(Float.parseFloat(text)),
                    Float.floatToRawIntBits(JsonNumbers.toFloat(bytes, 0, bytes.length)),
                    "seed " + seed + ", float " + text);
            assertEquals(
                    Double.doubleToRawLongBits(Double.parseDouble(text)),
                    Double.doubleToRawLongBits(JsonNumbers.toDouble(bytes, 0, bytes.length)),
                    "seed " + seed + ", double " + text);
        }
    }

    private static String text(Random random, int kind) {
        float value = Float.intBitsToFloat(random.nextInt() & 0x7f7f_ffff);
        return switch (kind) {
            case 0 -> Float.toString(random.nextFloat());
            case 1 -> Double.toString(random.nextDouble());
            case 2 -> Integer.toString(random.nextInt());
            case 3 -> Float.toString(value);
            case 4 -> // exactly between two floats
                    new java.math.BigDecimal(((double) value + (double) Math.nextUp(value)) / 2)
                            .toPlainString();
            case 5 -> // a hair beside the middle, too little for a double
                    new java.math.BigDecimal(
                                            (1 + random.nextInt(1000) / 1024.0)
                                                    + Math.scalb(1.0, -24))
                                    .toPlainString()
                            + (random.nextBoolean() ? "000000000000001" : "");
            default ->
                    random.nextInt(100)
                            + "."
                            + random.nextInt(1000)
                            + "e"
                            + random.nextInt(-40, 39);
        };
    }

    @Test
    void wordsAreNumbersToo() {
        assertEquals(Float.NEGATIVE_INFINITY, read("-Infinity"));
        assertEquals(Float.POSITIVE_INFINITY, read("Inf"));
        assertEquals(Float.NaN, read("NaN"));
        assertEquals(-0.0f, read("-0.0"));
    }

    private static float read(String text) {
        var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return JsonNumbers.toFloat(bytes, 0, bytes.length);
    }
}
