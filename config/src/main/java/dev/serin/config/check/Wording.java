package dev.serin.config.check;

import dev.serin.base.Problem;
import dev.serin.config.codec.Manifest;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Scalar;
import dev.serin.config.schema.Type;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.List;

/// Says a [Violation] to a person: where it is, what was found, what was expected, what to do.
public final class Wording {
    private Wording() {}

    /// A problem whose subject is `file:line: path`.
    public static Problem problem(Manifest manifest, Violation violation) {
        var said = problem("", violation);
        return manifest.problem(violation.path(), said.found(), said.expected(), said.cure());
    }

    /// A problem whose subject is the path, after `subject` and a colon if there is one.
    public static Problem problem(String subject, Violation violation) {
        var place = subject.isEmpty() ? violation.path() : subject + ": " + violation.path();
        return switch (violation) {
            case Violation.UnknownField v ->
                    new Problem(
                            place,
                            "unknown field " + last(v.path()),
                            "one of " + String.join(", ", v.known()),
                            unknownCure(v));
            case Violation.WrongType v ->
                    new Problem(
                            place,
                            "found " + describe(v.found()),
                            describe(v.expected()),
                            wrongTypeCure(v));
            case Violation.UnknownWord v ->
                    new Problem(
                            place,
                            "found " + v.found(),
                            "one of " + String.join(", ", v.words()),
                            v.nearest() == null ? null : "did you mean " + v.nearest() + "?");
            case Violation.Missing v ->
                    new Problem(
                            place,
                            "not there",
                            v.doc().isEmpty() ? "a value" : v.doc(),
                            "add " + last(v.path()));
            case Violation.BadValue v ->
                    new Problem(
                            place, "found " + shortened(v.found()), plain(v.expected()), v.cure());
            case Violation.Forbidden v -> new Problem(place, v.why(), null, v.cure());
            case Violation.Duplicate _ ->
                    Problem.of(place, "the key a second time", "keep one of the two");
        };
    }

    /// Kubernetes' causes say what a value «must be»; after «expected:» that is one word too many.
    private static String plain(String expected) {
        return expected.startsWith("must be ") ? expected.substring("must be ".length()) : expected;
    }

    private static String unknownCure(Violation.UnknownField v) {
        if (v.nearest() != null) {
            return "did you mean " + v.nearest() + "?";
        }
        return v.belongs().isEmpty()
                ? "take it out"
                : "it belongs to " + v.belongs() + ": check the indentation";
    }

    private static @Nullable String wrongTypeCure(Violation.WrongType v) {
        var found = v.found();
        var text = found.isValueNode() ? found.asString("") : "";
        if (v.expected() instanceof Type.ListType && !found.isArray()) {
            return found.isObject()
                    ? "begin the map with a dash: a list of one"
                    : "write it as a list: [" + text + "]";
        }
        if (v.expected() instanceof ObjectType object && found.isArray()) {
            return "write one " + object.name() + ", without a dash";
        }
        if (!(v.expected() instanceof Scalar scalar)) {
            return v.expected() instanceof Type.Words && found.isBoolean()
                    ? "put it in quotes"
                    : null;
        }
        return switch (scalar) {
            case STRING, BYTES, TIME, MICRO_TIME ->
                    found.isValueNode() ? "put it in quotes: \"" + text + "\"" : null;
            case DURATION -> found.isNumber() ? "add the unit: " + text + "s" : null;
            case INT32, INT64, DOUBLE, BOOL ->
                    found.isString() && unquotable(scalar, text)
                            ? "take the quotes away: " + text
                            : null;
            default -> null;
        };
    }

    private static boolean unquotable(Scalar scalar, String text) {
        return scalar == Scalar.BOOL
                ? List.of("true", "false").contains(text)
                : text.matches("-?[0-9]{1,18}" + (scalar == Scalar.DOUBLE ? "(\\.[0-9]+)?" : ""));
    }

    /// A value with its type, cut if it is long.
    static String describe(JsonNode found) {
        if (found.isObject()) {
            return "a map";
        }
        if (found.isArray()) {
            return "a list";
        }
        if (found.isNull()) {
            return "nothing";
        }
        var kind = found.isString() ? "a string" : found.isBoolean() ? "a boolean" : "a number";
        return shortened(found) + " (" + kind + ")";
    }

    static String shortened(JsonNode found) {
        var text = found.toString();
        return text.length() <= 80 ? text : text.substring(0, 77) + "…";
    }

    static String describe(Type type) {
        return switch (type) {
            case Scalar scalar ->
                    switch (scalar) {
                        case STRING -> "a string";
                        case INT32 -> "an integer of 32 bits";
                        case INT64 -> "an integer";
                        case BOOL -> "true or false";
                        case DOUBLE -> "a number";
                        case QUANTITY -> "a quantity such as 500m or 1Gi";
                        case INT_OR_STRING -> "an integer or a string";
                        case TIME, MICRO_TIME -> "a time such as 2026-01-31T12:00:00Z";
                        case DURATION -> "a duration such as 5s or 250ms";
                        case BYTES -> "a string in base64";
                        case ANY -> "anything";
                    };
            case Type.Words words -> "one of " + String.join(", ", words.words());
            case Type.ListType list -> "a list of " + plural(list.element());
            case Type.MapType map -> "a map of " + plural(map.value());
            case ObjectType object -> "a map with " + String.join(", ", object.fieldNames());
        };
    }

    private static String plural(Type type) {
        return switch (type) {
            case ObjectType object -> object.name();
            case Scalar scalar -> scalar == Scalar.STRING ? "strings" : scalar.word();
            case Type.Words words -> "words (" + String.join(", ", words.words()) + ")";
            case Type.ListType _ -> "lists";
            case Type.MapType _ -> "maps";
        };
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
