package dev.serin.local.api.cel.function;

import com.google.common.primitives.UnsignedLong;
import com.google.re2j.Pattern;

import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelByteString;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Functions of texts that the library does not have: find, findAll, format.
final class TextFunctions {
    private TextFunctions() {}

    static Functions all() {
        var text = SimpleType.STRING;
        var texts = ListType.create(text);
        return new Functions()
                .member(
                        "find",
                        "string_find_string",
                        text,
                        List.of(text, text),
                        String.class,
                        String.class,
                        (in, pattern) -> {
                            var found = find(in, pattern, 1);
                            return found.isEmpty() ? "" : found.getFirst();
                        })
                .member(
                        "findAll",
                        "string_find_all_string",
                        texts,
                        List.of(text, text),
                        String.class,
                        String.class,
                        (in, pattern) -> find(in, pattern, Long.MAX_VALUE))
                .global(
                        "findAll",
                        CelOverloadDecl.newMemberOverload(
                                "string_find_all_string_int", texts, text, text, SimpleType.INT),
                        all -> {
                            var most = (Long) all[2];
                            return find(
                                    (String) all[0],
                                    (String) all[1],
                                    most < 0 ? Long.MAX_VALUE : most);
                        },
                        String.class,
                        String.class,
                        Long.class)
                .member(
                        "format",
                        "string_format",
                        text,
                        List.of(text, ListType.create(SimpleType.DYN)),
                        String.class,
                        List.class,
                        TextFunctions::format);
    }

    private static List<String> find(String text, String pattern, long most) {
        var found = new ArrayList<String>();
        var match = Pattern.compile(pattern).matcher(text);
        while (found.size() < most && match.find()) {
            found.add(match.group());
        }
        return found;
    }

    /// One `%` with what stands behind it, such as `%.2f`.
    private static final java.util.regex.Pattern CLAUSE =
            java.util.regex.Pattern.compile(
                    "%(?:\\.([0-9]{1,3}))?(.?)", java.util.regex.Pattern.DOTALL);

    private static String format(String text, List<?> values) {
        var out = new StringBuilder();
        var next = 0;
        var clauses = CLAUSE.matcher(text);
        while (clauses.find()) {
            var letter = clauses.group(2);
            if (letter.isEmpty()) {
                throw new IllegalArgumentException(
                        "could not parse formatting clause: unexpected end of string");
            }
            var shown = "%";
            if (!letter.equals("%")) {
                if (next >= values.size()) {
                    throw new IllegalArgumentException("index " + next + " out of range");
                }
                var places = clauses.group(1) == null ? 6 : Integer.parseInt(clauses.group(1));
                shown = one(letter.charAt(0), values.get(next++), places);
            }
            clauses.appendReplacement(out, java.util.regex.Matcher.quoteReplacement(shown));
        }
        return clauses.appendTail(out).toString();
    }

    private static String one(char letter, Object value, int places) {
        return switch (letter) {
            case 's' -> shown(value);
            case 'd' -> shown(value);
            case 'f' ->
                    Double.isFinite(number(value))
                            ? new BigDecimal(number(value))
                                    .setScale(places, RoundingMode.HALF_EVEN)
                                    .toPlainString()
                            : shown(value);
            case 'e' -> String.format(Locale.ROOT, "%." + places + "e", number(value));
            case 'b' ->
                    value instanceof Boolean truth
                            ? truth ? "1" : "0"
                            : Long.toBinaryString(((Number) value).longValue());
            case 'o' -> Long.toOctalString(((Number) value).longValue());
            case 'x', 'X' -> {
                var hex =
                        switch (value) {
                            case String s -> hex(s.getBytes(StandardCharsets.UTF_8));
                            case CelByteString b -> hex(b.toByteArray());
                            default -> Long.toHexString(((Number) value).longValue());
                        };
                yield letter == 'X' ? hex.toUpperCase(Locale.ROOT) : hex;
            }
            default ->
                    throw new IllegalArgumentException(
                            "could not parse formatting clause: unrecognized formatting clause \""
                                    + letter
                                    + "\"");
        };
    }

    private static String hex(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(bytes);
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }

    static String shown(Object value) {
        return switch (value) {
            case String text -> text;
            case Double number ->
                    number == Math.rint(number) && Math.abs(number) < 1e15
                            ? Long.toString(number.longValue())
                            : number.toString();
            case UnsignedLong number -> number.toString();
            case CelByteString bytes -> bytes.toStringUtf8();
            case Duration time ->
                    BigDecimal.valueOf(time.toNanos(), 9).stripTrailingZeros().toPlainString()
                            + "s";
            case Instant time -> time.toString();
            case List<?> list -> {
                var all = new ArrayList<String>();
                list.forEach(item -> all.add(shown(item)));
                yield "[" + String.join(", ", all) + "]";
            }
            case Map<?, ?> map -> {
                var all = new TreeMap<String, String>();
                map.forEach((k, v) -> all.put(shown(k), shown(v)));
                var texts = new ArrayList<String>();
                all.forEach((k, v) -> texts.add(k + ": " + v));
                yield "{" + String.join(", ", texts) + "}";
            }
            default ->
                    value.equals(dev.cel.common.values.NullValue.NULL_VALUE)
                            ? "null"
                            : value.toString();
        };
    }
}
