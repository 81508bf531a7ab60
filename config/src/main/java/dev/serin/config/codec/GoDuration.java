package dev.serin.config.codec;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;

/// The durations that Kubernetes and Istio write: numbers with a unit each, one after the other,
/// such as `1h30m`, `1.5s`, `250ms`.
public final class GoDuration {
    private static final Map<String, Long> NANOS =
            Map.of(
                    "ns", 1L,
                    "us", 1_000L,
                    "µs", 1_000L,
                    "μs", 1_000L,
                    "ms", 1_000_000L,
                    "s", 1_000_000_000L,
                    "m", 60_000_000_000L,
                    "h", 3_600_000_000_000L);

    private GoDuration() {}

    /// The duration that `text` writes, or null if it writes none.
    public static @Nullable Duration parse(String text) {
        var negative = text.startsWith("-");
        var at = negative || text.startsWith("+") ? 1 : 0;
        if (text.substring(at).equals("0")) {
            return Duration.ZERO;
        }
        if (at == text.length()) {
            return null;
        }
        var sum = BigDecimal.ZERO;
        while (at < text.length()) {
            var unit = at;
            while (unit < text.length() && isNumber(text.charAt(unit))) {
                unit++;
            }
            var next = unit;
            while (next < text.length() && !isNumber(text.charAt(next))) {
                next++;
            }
            var nanos = NANOS.get(text.substring(unit, next));
            var number = number(text.substring(at, unit));
            if (nanos == null || number == null) {
                return null;
            }
            sum = sum.add(number.multiply(BigDecimal.valueOf(nanos)));
            at = next;
        }
        if (sum.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            return null;
        }
        var nanos = sum.setScale(0, RoundingMode.DOWN).longValueExact();
        return Duration.ofNanos(negative ? -nanos : nanos);
    }

    private static boolean isNumber(char c) {
        return c >= '0' && c <= '9' || c == '.';
    }

    private static @Nullable BigDecimal number(String text) {
        // Twenty digits hold every number of nanoseconds; longer ones are an attack or a slip.
        if (text.isEmpty() || text.length() > 20 || text.equals(".")) {
            return null;
        }
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
