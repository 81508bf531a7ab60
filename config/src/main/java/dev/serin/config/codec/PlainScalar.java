package dev.serin.config.codec;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import java.util.Set;
import java.util.regex.Pattern;

/// What an unquoted YAML word means. As kubectl has it, which reads by YAML 1.1: `on` and `yes` are
/// true, `017` is fifteen, `12:30` and dates are text. So a file means the same here and there;
/// where that is not what was meant, the schema says so.
final class PlainScalar {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
    private static final Set<String> TRUES =
            Set.of("true", "True", "TRUE", "on", "On", "ON", "yes", "Yes", "YES", "y", "Y");
    private static final Set<String> FALSES =
            Set.of("false", "False", "FALSE", "off", "Off", "OFF", "no", "No", "NO", "n", "N");
    private static final Pattern FLOAT =
            Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

    private PlainScalar() {}

    /// Whether kubectl would take this, written as a key, for something else than its text.
    static boolean surprisingKey(String text) {
        return (TRUES.contains(text) || FALSES.contains(text))
                && !text.equals("true")
                && !text.equals("false");
    }

    static JsonNode value(String text) {
        if (NULLS.contains(text)) {
            return NODES.nullNode();
        }
        if (TRUES.contains(text)) {
            return NODES.booleanNode(true);
        }
        if (FALSES.contains(text)) {
            return NODES.booleanNode(false);
        }
        var number = Character.isLetter(text.charAt(0)) ? null : number(text.replace("_", ""));
        return number == null ? NODES.stringNode(text) : number;
    }

    private static @Nullable JsonNode number(String text) {
        var signed = text.startsWith("-") || text.startsWith("+");
        var digits = signed ? text.substring(1) : text;
        if (digits.isEmpty() || digits.charAt(0) != '.' && !Character.isDigit(digits.charAt(0))) {
            return null;
        }
        var integer = integer(digits);
        if (integer != null) {
            return NODES.numberNode(text.startsWith("-") ? -integer : integer);
        }
        if (!FLOAT.matcher(text).matches()) {
            return null;
        }
        var value = Double.parseDouble(text);
        // JSON knows one kind of number: 1.0 and 1e3 are integers to whoever reads them next.
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? NODES.numberNode((long) value)
                : NODES.numberNode(value);
    }

    private static @Nullable Long integer(String digits) {
        try {
            if (digits.startsWith("0x") || digits.startsWith("0X")) {
                return Long.valueOf(digits.substring(2), 16);
            }
            if (digits.startsWith("0b") || digits.startsWith("0B")) {
                return Long.valueOf(digits.substring(2), 2);
            }
            if (digits.startsWith("0o") || digits.startsWith("0O")) {
                return Long.valueOf(digits.substring(2), 8);
            }
            return digits.length() > 1 && digits.startsWith("0")
                    ? Long.valueOf(digits, 8)
                    : Long.valueOf(digits);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
