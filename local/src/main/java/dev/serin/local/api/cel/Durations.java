package dev.serin.local.api.cel;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/// Lengths of time as Go writes them, with days and weeks as Kubernetes' formats allow: `1h30m`.
final class Durations {
    private static final Pattern WHOLE =
            Pattern.compile("[+-]?([0-9]*\\.?[0-9]+(ns|us|µs|ms|s|m|h|d|w) ?)+|0");
    private static final Pattern PART =
            Pattern.compile("([0-9]*\\.?[0-9]+)(ns|us|µs|ms|s|m|h|d|w)");
    private static final Map<String, Long> NANOS =
            Map.of(
                    "ns", 1L,
                    "us", 1_000L,
                    "µs", 1_000L,
                    "ms", 1_000_000L,
                    "s", 1_000_000_000L,
                    "m", 60_000_000_000L,
                    "h", 3_600_000_000_000L,
                    "d", 86_400_000_000_000L,
                    "w", 604_800_000_000_000L);

    private Durations() {}

    /// @throws IllegalArgumentException for what is none
    static Duration parse(String text) {
        if (!WHOLE.matcher(text).matches()) {
            throw new IllegalArgumentException("not a length of time such as 1h30m");
        }
        var sum = BigDecimal.ZERO;
        for (var part = PART.matcher(text); part.find(); ) {
            sum =
                    sum.add(
                            new BigDecimal(part.group(1))
                                    .multiply(
                                            BigDecimal.valueOf(
                                                    NANOS.getOrDefault(part.group(2), 0L))));
        }
        var nanos = sum.toBigInteger().longValueExact();
        return Duration.ofNanos(text.startsWith("-") ? -nanos : nanos);
    }
}
