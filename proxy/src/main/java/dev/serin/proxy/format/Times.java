package dev.serin.proxy.format;

import dev.serin.proxy.extension.ConfigProblem;

import org.jspecify.annotations.Nullable;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.time.temporal.WeekFields;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// Reads the strftime form that `%START_TIME(…)%` takes, with Envoy's digits before `f` (so many of
/// the fraction of a second) and the E forms of the library that it formats times with.
final class Times {
    private static final String USUAL = "%Y-%m-%dT%H:%M:%S.%3fZ";

    /// Conversions that stand for others.
    private static final Map<Character, String> WHOLE =
            Map.of(
                    'F', "%Y-%m-%d",
                    'T', "%H:%M:%S",
                    'X', "%H:%M:%S",
                    'D', "%m/%d/%y",
                    'x', "%m/%d/%y",
                    'R', "%H:%M",
                    'r', "%I:%M:%S %p",
                    'c', "%a %b %e %H:%M:%S %Y");

    /// Conversions that java.time has a pattern for.
    private static final Map<Character, String> PATTERNS =
            Map.ofEntries(
                    Map.entry('Y', "yyyy"),
                    Map.entry('y', "yy"),
                    Map.entry('m', "MM"),
                    Map.entry('d', "dd"),
                    Map.entry('e', "ppd"),
                    Map.entry('j', "DDD"),
                    Map.entry('H', "HH"),
                    Map.entry('k', "ppH"),
                    Map.entry('I', "hh"),
                    Map.entry('l', "pph"),
                    Map.entry('M', "mm"),
                    Map.entry('S', "ss"),
                    Map.entry('p', "a"),
                    Map.entry('a', "EEE"),
                    Map.entry('A', "EEEE"),
                    Map.entry('b', "MMM"),
                    Map.entry('h', "MMM"),
                    Map.entry('B', "MMMM"),
                    Map.entry('z', "xx"),
                    Map.entry('f', "SSSSSSSSS"));

    private Times() {}

    /// @param local whether it is shown by the machine's time zone, not by UTC
    static Operator of(
            Function<Entry, @Nullable Instant> time, boolean local, @Nullable String form)
            throws ConfigProblem {
        if ("%s".equals(form)) {
            return e -> {
                var at = time.apply(e);
                return at == null ? null : at.getEpochSecond();
            };
        }
        var builder = new DateTimeFormatterBuilder();
        read(form == null || form.isEmpty() ? USUAL : form, local, builder);
        DateTimeFormatter formatter =
                builder.toFormatter(Locale.ENGLISH)
                        .withZone(local ? ZoneId.systemDefault() : ZoneOffset.UTC);
        return e -> {
            var at = time.apply(e);
            return at == null ? null : formatter.format(at);
        };
    }

    private static void read(String form, boolean local, DateTimeFormatterBuilder into)
            throws ConfigProblem {
        for (var at = 0; at < form.length(); at++) {
            var c = form.charAt(at);
            if (c != '%' || at + 1 == form.length()) {
                into.appendLiteral(c);
                continue;
            }
            var letter = form.charAt(++at);
            if (letter == 'E') {
                at = extended(form, at, into);
            } else if (letter >= '1' && letter <= '9' && form.startsWith("f", at + 1)) {
                at++;
                into.appendFraction(ChronoField.NANO_OF_SECOND, letter - '0', letter - '0', false);
            } else if (WHOLE.containsKey(letter)) {
                read(WHOLE.getOrDefault(letter, ""), local, into);
            } else {
                one(letter, local, into);
            }
        }
    }

    /// What begins with `%E`; answers where it ends.
    private static int extended(String form, int at, DateTimeFormatterBuilder into)
            throws ConfigProblem {
        var digits = at + 1 < form.length() ? form.charAt(at + 1) : ' ';
        var letter = at + 2 < form.length() ? form.charAt(at + 2) : ' ';
        if (digits == 'T') {
            into.appendLiteral('T');
            return at + 1;
        }
        if (digits == 'z') {
            into.appendPattern("xxx");
            return at + 1;
        }
        if (digits == '4' && letter == 'Y') {
            into.appendPattern("yyyy");
            return at + 2;
        }
        var all = digits == '*';
        if ((all || digits >= '1' && digits <= '9') && (letter == 'S' || letter == 'f')) {
            if (letter == 'S') {
                into.appendPattern("ss");
            }
            var least = all ? letter == 'S' ? 0 : 1 : digits - '0';
            into.appendFraction(
                    ChronoField.NANO_OF_SECOND, least, all ? 9 : digits - '0', letter == 'S');
            return at + 2;
        }
        throw unknown("E" + digits);
    }

    private static void one(char letter, boolean local, DateTimeFormatterBuilder into)
            throws ConfigProblem {
        var pattern = PATTERNS.get(letter);
        if (pattern != null) {
            into.appendPattern(pattern);
            return;
        }
        switch (letter) {
            case '%' -> into.appendLiteral('%');
            case 'n' -> into.appendLiteral('\n');
            case 't' -> into.appendLiteral('\t');
            case 's' -> into.appendValue(ChronoField.INSTANT_SECONDS);
            case 'P' -> into.appendText(ChronoField.AMPM_OF_DAY, Map.of(0L, "am", 1L, "pm"));
            case 'u' -> into.appendValue(ChronoField.DAY_OF_WEEK);
            case 'w' -> into.appendText(ChronoField.DAY_OF_WEEK, Map.of(7L, "0"));
            case 'V' -> into.appendValue(IsoFields.WEEK_OF_WEEK_BASED_YEAR, 2);
            case 'G' -> into.appendValue(IsoFields.WEEK_BASED_YEAR);
            case 'g' -> into.appendValueReduced(IsoFields.WEEK_BASED_YEAR, 2, 2, 2000);
            case 'U' -> into.appendValue(WeekFields.of(DayOfWeek.SUNDAY, 7).weekOfYear(), 2);
            case 'W' -> into.appendValue(WeekFields.of(DayOfWeek.MONDAY, 7).weekOfYear(), 2);
            case 'Z' -> {
                if (local) {
                    into.appendPattern("zzz");
                } else {
                    into.appendLiteral("UTC");
                }
            }
            default -> throw unknown(String.valueOf(letter));
        }
    }

    private static ConfigProblem unknown(String conversion) {
        return new ConfigProblem(
                "log_format", "unknown conversion %" + conversion + " in the format of a time");
    }
}
