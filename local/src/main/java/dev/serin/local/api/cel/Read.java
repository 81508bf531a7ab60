package dev.serin.local.api.cel;

import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.serin.local.api.cel.function.Unordered;

import tools.jackson.databind.JsonNode;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;

/// JSON as the library takes it: maps, lists, texts, longs, doubles, and what formats make of
/// texts.
final class Read {
    private Read() {}

    static Object value(JsonNode value, Shape shape) {
        if (value.isNull() || value.isMissingNode()) {
            return NullValue.NULL_VALUE;
        }
        return switch (shape) {
            case Shape.Any _ -> any(value);
            case Shape.Plain plain -> plain(value, plain);
            case Shape.Listed listed -> {
                var all = new ArrayList<Object>(value.size());
                value.forEach(item -> all.add(value(item, listed.item())));
                yield listed.order() == Shape.Order.PLACE
                        ? all
                        : new Unordered(all, listed.keys().stream().map(Names::escaped).toList());
            }
            case Shape.Mapped mapped -> {
                var all = new LinkedHashMap<String, Object>();
                value.properties()
                        .forEach(p -> all.put(p.getKey(), value(p.getValue(), mapped.value())));
                yield all;
            }
            case Shape.Struct struct -> {
                var all = new LinkedHashMap<String, Object>();
                for (var property : value.properties()) {
                    var field = struct.fields().get(property.getKey());
                    if (field != null) {
                        all.put(field.name(), value(property.getValue(), field.shape()));
                    }
                }
                yield all;
            }
        };
    }

    private static Object plain(JsonNode value, Shape.Plain plain) {
        if (plain.type().kind() == dev.cel.common.types.CelKind.DOUBLE && value.isNumber()) {
            return value.doubleValue();
        }
        if (!value.isString()) {
            return any(value);
        }
        var text = value.stringValue();
        try {
            return switch (plain.format()) {
                case "byte" -> CelByteString.of(Base64.getDecoder().decode(text));
                case "duration" -> Durations.parse(text);
                case "date" -> LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
                case "date-time" -> OffsetDateTime.parse(text.replace(' ', 'T')).toInstant();
                default -> text;
            };
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "Invalid " + plain.format() + " " + text + ": " + e.getMessage(), e);
        }
    }

    private static Object any(JsonNode value) {
        if (value.isObject()) {
            var all = new LinkedHashMap<String, Object>();
            value.properties().forEach(p -> all.put(p.getKey(), any(p.getValue())));
            return all;
        }
        if (value.isArray()) {
            var all = new ArrayList<Object>();
            value.forEach(item -> all.add(any(item)));
            return all;
        }
        if (value.isNumber()) {
            return value.isIntegralNumber() ? (Object) value.longValue() : value.doubleValue();
        }
        return value.isBoolean()
                ? (Object) value.booleanValue()
                : value.isNull() ? NullValue.NULL_VALUE : value.stringValue();
    }
}
