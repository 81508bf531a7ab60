package dev.serin.local.controllers;

import java.util.List;
import java.util.Map;

/// Amounts as Kubernetes writes them: `500m`, `1Gi`, `2`.
public final class Quantity {
    private static final Map<String, Double> UNITS =
            Map.ofEntries(
                    Map.entry("n", 1e-9),
                    Map.entry("u", 1e-6),
                    Map.entry("m", 1e-3),
                    Map.entry("k", 1e3),
                    Map.entry("M", 1e6),
                    Map.entry("G", 1e9),
                    Map.entry("T", 1e12),
                    Map.entry("P", 1e15),
                    Map.entry("E", 1e18),
                    Map.entry("Ki", 0x1p10),
                    Map.entry("Mi", 0x1p20),
                    Map.entry("Gi", 0x1p30),
                    Map.entry("Ti", 0x1p40),
                    Map.entry("Pi", 0x1p50),
                    Map.entry("Ei", 0x1p60));

    private Quantity() {}

    /// 0 for what is none.
    public static double value(String text) {
        var end = text.length();
        while (end > 0 && Character.isLetter(text.charAt(end - 1))) {
            end--;
        }
        var unit = text.substring(end);
        try {
            return UNITS.containsKey(unit)
                    ? Double.parseDouble(text.substring(0, end)) * UNITS.getOrDefault(unit, 1.0)
                    : Double.parseDouble(text);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /// As Kubernetes writes an amount that was counted: the largest unit that leaves no rest.
    ///
    /// @param milli thousandths
    public static String text(long milli) {
        if (milli % 1000 != 0) {
            return milli + "m";
        }
        var left = milli / 1000;
        var units = List.of("", "k", "M", "G", "T", "P");
        var unit = 0;
        while (left != 0 && left % 1000 == 0 && unit < units.size() - 1) {
            left /= 1000;
            unit++;
        }
        return left + units.get(unit);
    }
}
