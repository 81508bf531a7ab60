package dev.serin.local.api.table;

import java.time.Duration;
import java.time.Instant;

/// Time spans as kubectl's users know them: `9s`, `2m42s`, `5h`, `3d4h`.
final class Ages {
    private Ages() {}

    static String since(Instant then, Instant now) {
        return then.equals(Instant.EPOCH) ? "<unknown>" : of(Duration.between(then, now));
    }

    /// Two units where they still say something, else one.
    static String of(Duration span) {
        var seconds = Math.max(0, span.toSeconds());
        var minutes = seconds / 60;
        var hours = minutes / 60;
        var days = hours / 24;
        if (seconds < 120) {
            return seconds + "s";
        }
        if (minutes < 10) {
            return two(minutes, "m", seconds % 60, "s");
        }
        if (hours < 3) {
            return minutes + "m";
        }
        if (hours < 8) {
            return two(hours, "h", minutes % 60, "m");
        }
        if (hours < 48) {
            return hours + "h";
        }
        if (days < 8) {
            return two(days, "d", hours % 24, "h");
        }
        if (days < 365 * 2) {
            return days + "d";
        }
        var years = days / 365;
        return years < 8 ? two(years, "y", days % 365, "d") : years + "y";
    }

    private static String two(long first, String unit, long rest, String small) {
        return rest == 0 ? first + unit : first + unit + rest + small;
    }
}
