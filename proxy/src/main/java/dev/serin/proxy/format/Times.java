package dev.serin.proxy.format;

import dev.serin.proxy.extension.ConfigProblem;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Function;

/// Reads the strftime form that `%START_TIME(…)%` takes.
final class Times {
    private Times() {}

    private static final String USUAL = "%Y-%m-%dT%H:%M:%S.%3fZ";

    /// @param local whether it is shown by the machine's time zone, not by UTC
    static Operator of(Function<Entry, Instant> time, boolean local, @Nullable String form)
            throws ConfigProblem {
        if ("%s".equals(form)) {
            return e -> time.apply(e).getEpochSecond();
        }
        var formatter =
                DateTimeFormatter.ofPattern(
                                pattern(form == null || form.isEmpty() ? USUAL : form), Locale.ROOT)
                        .withZone(local ? ZoneId.systemDefault() : ZoneOffset.UTC);
        return e -> formatter.format(time.apply(e));
    }

    private static String pattern(String form) throws ConfigProblem {
        var pattern = new StringBuilder();
        for (var at = 0; at < form.length(); at++) {
            var c = form.charAt(at);
            if (c != '%' || at + 1 == form.length()) {
                pattern.append('\'').append(c == '\'' ? "''" : String.valueOf(c)).append('\'');
                continue;
            }
            var letter = form.charAt(++at);
            if (Character.isDigit(letter)) {
                at++;
                pattern.append("S".repeat(letter - '0'));
                continue;
            }
            pattern.append(
                    switch (letter) {
                        case 'Y' -> "yyyy";
                        case 'm' -> "MM";
                        case 'd' -> "dd";
                        case 'H' -> "HH";
                        case 'M' -> "mm";
                        case 'S' -> "ss";
                        case 'F' -> "yyyy-MM-dd";
                        case 'T' -> "HH:mm:ss";
                        case 'b' -> "MMM";
                        case 'a' -> "EEE";
                        case 'z' -> "xx";
                        case 'Z' -> "'UTC'";
                        case 'f' -> "SSSSSSSSS";
                        default ->
                                throw new ConfigProblem(
                                        "log_format",
                                        "unknown conversion %" + letter + " in %START_TIME%");
                    });
        }
        return pattern.toString();
    }
}
