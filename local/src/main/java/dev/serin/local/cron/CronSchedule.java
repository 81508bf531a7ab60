package dev.serin.local.cron;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The five fields of cron (minute, hour, day of the month, month, day of the week) or a word such
/// as `@daily`, as Kubernetes' CronJob reads them. Immutable.
public final class CronSchedule {
    private static final int YEARS = 5;

    private static final Map<String, String> WORDS =
            Map.of(
                    "@yearly", "0 0 1 1 *",
                    "@annually", "0 0 1 1 *",
                    "@monthly", "0 0 1 * *",
                    "@weekly", "0 0 * * 0",
                    "@daily", "0 0 * * *",
                    "@midnight", "0 0 * * *",
                    "@hourly", "0 * * * *");

    private static final Range MINUTE = new Range(0, 0, 59, List.of());
    private static final Range HOUR = new Range(1, 0, 23, List.of());
    private static final Range DAY = new Range(2, 1, 31, List.of());
    private static final Range MONTH =
            new Range(
                    3,
                    1,
                    12,
                    List.of(
                            "", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
                            "oct", "nov", "dec"));
    private static final Range WEEKDAY =
            new Range(4, 0, 6, List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat"));
    private static final List<Range> RANGES = List.of(MINUTE, HOUR, DAY, MONTH, WEEKDAY);

    private final List<Field> fields;
    private final @Nullable Duration every;

    /// The values that fit, and whether the field was left open by `*` or `?`.
    private record Field(BitSet fits, boolean open) {}

    /// What a field may say.
    ///
    /// @param place of the field
    /// @param names of its values, from 0
    private record Range(int place, int least, int most, List<String> names) {}

    private CronSchedule(List<Field> fields, @Nullable Duration every) {
        this.fields = fields;
        this.every = every;
    }

    /// @throws IllegalArgumentException with what is wrong, in the words of Kubernetes' own parser
    public static CronSchedule parse(String text) {
        var words = text.strip();
        if (words.isEmpty()) {
            throw new IllegalArgumentException("empty spec string");
        }
        if (words.startsWith("@every ")) {
            return new CronSchedule(List.of(), duration(words.substring(7)));
        }
        if (words.startsWith("@")) {
            var meant = WORDS.get(words);
            if (meant == null) {
                throw new IllegalArgumentException("unrecognized descriptor: " + words);
            }
            words = meant;
        }
        var parts = words.split("\\s+");
        if (parts.length != RANGES.size()) {
            throw new IllegalArgumentException(
                    "expected exactly 5 fields, found %d: [%s]"
                            .formatted(parts.length, String.join(" ", parts)));
        }
        var fields = new ArrayList<Field>();
        for (var range : RANGES) {
            fields.add(field(parts[range.place], range));
        }
        return new CronSchedule(List.copyOf(fields), null);
    }

    private static Duration duration(String text) {
        var duration = dev.serin.config.codec.GoDuration.parse(text);
        if (duration == null) {
            throw new IllegalArgumentException(
                    "failed to parse duration @every %s: time: invalid duration \"%s\""
                            .formatted(text, text));
        }
        return duration.toSeconds() < 1
                ? Duration.ofSeconds(1)
                : duration.truncatedTo(ChronoUnit.SECONDS);
    }

    private static Field field(String text, Range range) {
        var fits = new BitSet();
        var open = false;
        for (var part : text.split(",")) {
            open |= part(part, range, fits);
        }
        return new Field(fits, open);
    }

    /// Answers whether it was open.
    private static boolean part(String text, Range range, BitSet fits) {
        var slash = text.split("/", -1);
        var dash = slash[0].split("-", -1);
        var open = dash[0].equals("*") || dash[0].equals("?");
        if (slash.length > 2) {
            throw new IllegalArgumentException("too many slashes: " + text);
        }
        if (dash.length > 2) {
            throw new IllegalArgumentException("too many hyphens: " + text);
        }
        var from = open ? range.least : number(dash[0], range);
        var single = dash.length == 1 && !open;
        var to = open ? range.most : single ? from : number(dash[1], range);
        var step = 1;
        if (slash.length == 2) {
            step = integer(slash[1]);
            to = single ? range.most : to;
            open &= step <= 1;
        }
        if (from < range.least) {
            throw wrong("beginning of range (%d) below minimum (%d)", from, range.least, text);
        }
        if (to > range.most) {
            throw wrong("end of range (%d) above maximum (%d)", to, range.most, text);
        }
        if (from > to) {
            throw wrong("beginning of range (%d) beyond end of range (%d)", from, to, text);
        }
        if (step == 0) {
            throw new IllegalArgumentException(
                    "step of range should be a positive number: " + text);
        }
        for (var value = from; value <= to; value += step) {
            fits.set(value);
        }
        return open;
    }

    private static IllegalArgumentException wrong(String form, int one, int other, String text) {
        return new IllegalArgumentException(form.formatted(one, other) + ": " + text);
    }

    private static int number(String text, Range range) {
        var named = text.isEmpty() ? -1 : range.names.indexOf(text.toLowerCase(Locale.ROOT));
        return named >= 0 ? named : integer(text);
    }

    private static int integer(String text) {
        try {
            var number = Integer.parseInt(text);
            if (number < 0) {
                throw new IllegalArgumentException(
                        "negative number (%d) not allowed: %s".formatted(number, text));
            }
            return number;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "failed to parse int from %s: strconv.Atoi: parsing \"%s\": invalid syntax"
                            .formatted(text, text),
                    e);
        }
    }

    /// The first time after `after` in that zone; null if there is none within five years.
    public @Nullable Instant after(Instant after, ZoneId zone) {
        if (every != null) {
            return after.truncatedTo(ChronoUnit.SECONDS).plus(every);
        }
        var at = after.atZone(zone).truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
        var end = at.plusYears(YEARS);
        while (at.isBefore(end)) {
            if (!fits(MONTH, at.getMonthValue())) {
                at = at.toLocalDate().withDayOfMonth(1).plusMonths(1).atStartOfDay(zone);
            } else if (!fitsDay(at)) {
                at = at.toLocalDate().plusDays(1).atStartOfDay(zone);
            } else if (!fits(HOUR, at.getHour())) {
                at = at.truncatedTo(ChronoUnit.HOURS).plusHours(1);
            } else if (!fits(MINUTE, at.getMinute())) {
                at = at.plusMinutes(1);
            } else {
                return at.toInstant();
            }
        }
        return null;
    }

    private boolean fits(Range range, int value) {
        return fields.get(range.place).fits.get(value);
    }

    /// Where both fields of days say something, either is enough.
    private boolean fitsDay(ZonedDateTime at) {
        var day = fits(DAY, at.getDayOfMonth());
        var weekday = fits(WEEKDAY, at.getDayOfWeek().getValue() % 7);
        return fields.get(DAY.place).open || fields.get(WEEKDAY.place).open
                ? day && weekday
                : day || weekday;
    }
}
