package dev.serin.proxy.format;

import dev.serin.proxy.extension.ConfigProblem;

import org.jspecify.annotations.Nullable;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Reads the strftime form that `%START_TIME(…)%` takes.
final class Times {
    private Times() {}

    static Operator startTime(DateTimeFormatter plain, @Nullable String form) throws ConfigProblem {
        if (form == null || form.isEmpty()) {
            return e -> plain.format(e.start());
        }
        if (form.equals("%s")) {
            return e -> e.start().getEpochSecond();
        }
        var formatter =
                DateTimeFormatter.ofPattern(pattern(form), Locale.ROOT).withZone(ZoneOffset.UTC);
        return e -> formatter.format(e.start());
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
