package dev.serin.config.check;

import dev.serin.base.text.Nearest;
import dev.serin.config.codec.GoDuration;
import dev.serin.config.schema.KindSchema;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Scalar;
import dev.serin.config.schema.Type;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/// Holds a body against the shape of its kind: unknown fields, wrong types, unknown words, what is
/// missing. A null counts as absent, as Kubernetes has it.
public final class SchemaCheck {
    private static final Pattern QUANTITY =
            Pattern.compile(
                    "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)"
                            + "([eE][+-]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?");

    private final List<Violation> violations = new ArrayList<>();
    private final Deque<Level> owners = new ArrayDeque<>();
    private final boolean custom;

    /// An object on the way down to the one that is looked at.
    private record Level(ObjectType type, String path) {}

    private SchemaCheck(KindSchema schema) {
        this.custom = schema.custom();
    }

    /// What is wrong with the body, in the order in which it is written.
    public static List<Violation> check(KindSchema schema, JsonNode body) {
        var check = new SchemaCheck(schema);
        if (body.isObject()) {
            check.object(schema.type(), body, "");
        } else {
            check.wrongType("", body, schema.type(), "");
        }
        return List.copyOf(check.violations);
    }

    private void object(ObjectType type, JsonNode body, String path) {
        var level = new Level(type, path);
        for (var property : body.properties()) {
            var field = type.field(property.getKey());
            var place = join(path, property.getKey());
            if (field == null) {
                violations.add(unknown(level, property.getKey(), place));
            } else if (!property.getValue().isNull()) {
                owners.push(level);
                value(field.type(), property.getValue(), place, type.name());
                owners.pop();
            }
        }
        missing(type, body, path);
    }

    private void missing(ObjectType type, JsonNode body, String path) {
        // Nobody but a controller writes a built-in status, and Kubernetes takes it as it comes.
        if (!custom && (path.startsWith("status") || path.isEmpty())) {
            return;
        }
        for (var field : type.fields()) {
            if (field.required() && body.path(field.name()).isNull()
                    || field.required() && !body.has(field.name())) {
                violations.add(new Violation.Missing(join(path, field.name()), field.doc()));
            }
        }
    }

    private Violation unknown(Level level, String name, String place) {
        var known = level.type().fieldNames();
        return new Violation.UnknownField(
                place, known, Nearest.to(name, known), belongs(level, name));
    }

    /// Where a field of that name would be right: in an object above, as after a slip of
    /// indentation, or in one right below.
    private String belongs(Level level, String name) {
        for (var above : owners) {
            if (above.type().field(name) != null && !above.path().isEmpty()) {
                return above.path();
            }
        }
        for (var field : level.type().fields()) {
            if (field.type() instanceof ObjectType below && below.field(name) != null) {
                return join(level.path(), field.name());
            }
        }
        return "";
    }

    private void value(Type type, JsonNode value, String path, String owner) {
        switch (type) {
            case Scalar scalar -> scalar(scalar, value, path, owner);
            case Type.Words words -> word(words, value, path, owner);
            case Type.ListType list -> {
                if (!value.isArray()) {
                    wrongType(path, value, type, owner);
                    return;
                }
                for (var i = 0; i < value.size(); i++) {
                    value(list.element(), value.path(i), path + "[" + i + "]", owner);
                }
            }
            case Type.MapType map -> {
                if (!value.isObject()) {
                    wrongType(path, value, type, owner);
                    return;
                }
                value.properties()
                        .forEach(p -> {
                            // An empty map value may be written as null.
                            if (!p.getValue().isNull()) {
                                value(map.value(), p.getValue(), join(path, p.getKey()), owner);
                            }
                        });
            }
            case ObjectType object -> {
                if (value.isObject()) {
                    object(object, value, path);
                } else {
                    wrongType(path, value, type, owner);
                }
            }
        }
    }

    private void word(Type.Words words, JsonNode value, String path, String owner) {
        if (!value.isString()) {
            wrongType(path, value, words, owner);
            return;
        }
        var text = value.stringValue();
        // Kubernetes takes an empty word for one that is not written.
        if (!words.words().contains(text) && (custom || !text.isEmpty())) {
            violations.add(
                    new Violation.UnknownWord(
                            path, value, words.words(), Nearest.to(text, words.words())));
        }
    }

    private void scalar(Scalar scalar, JsonNode value, String path, String owner) {
        var right =
                switch (scalar) {
                    case STRING, TIME, MICRO_TIME, BYTES, DURATION -> value.isString();
                    case INT32 -> value.isIntegralNumber() && value.canConvertToInt();
                    case INT64 -> value.isIntegralNumber() && value.canConvertToLong();
                    case BOOL -> value.isBoolean();
                    case DOUBLE -> value.isNumber();
                    case QUANTITY -> value.isString() || value.isNumber();
                    case INT_OR_STRING ->
                            value.isString() || value.isIntegralNumber() && value.canConvertToInt();
                    case ANY -> true;
                };
        if (!right) {
            wrongType(path, value, scalar, owner);
            return;
        }
        var refusal = value.isString() ? refusal(scalar, value.stringValue()) : null;
        if (refusal != null) {
            violations.add(new Violation.BadValue(path, value, refusal, null));
        }
    }

    /// What a text of this type must be, if it is not; else null.
    private static @Nullable String refusal(Scalar scalar, String text) {
        return switch (scalar) {
            case DURATION ->
                    GoDuration.parse(text) == null
                            ? "must be a duration with its unit, such as 5s, 250ms or 1h30m"
                            : null;
            case QUANTITY ->
                    QUANTITY.matcher(text).matches()
                            ? null
                            : "must be a quantity such as 500m, 2 or 1Gi";
            case TIME, MICRO_TIME ->
                    isTime(text) ? null : "must be a time such as 2026-01-31T12:00:00Z";
            case BYTES -> isBase64(text) ? null : "must be base64";
            default -> null;
        };
    }

    private static boolean isTime(String text) {
        try {
            OffsetDateTime.parse(text);
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static boolean isBase64(String text) {
        try {
            Base64.getMimeDecoder().decode(text);
            return text.chars()
                    .allMatch(c ->
                            c < 128 && (Character.isLetterOrDigit(c) || "+/=\n\r".indexOf(c) >= 0));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void wrongType(String path, JsonNode value, Type type, String owner) {
        violations.add(new Violation.WrongType(path, value, type, owner));
    }

    static String join(String path, String field) {
        return path.isEmpty() ? field : path + "." + field;
    }
}
