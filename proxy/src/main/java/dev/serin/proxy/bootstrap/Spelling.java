package dev.serin.proxy.bootstrap;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.proxy.fields.KnownTypes;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Brings a document into the one form that protobuf for Java reads, from the forms that Envoy
/// reads beside it: words of an enum in any case, one value where a list is meant, `"true"` for
/// true. And refuses what Envoy does and Java does not: a number where a text is meant, time of
/// more digits than there are nanoseconds.
///
/// @param subject what the document is, for errors
record Spelling(String subject) {
    private static final String GOOGLE = "google.protobuf.";

    /// @param type what `tree` shall become
    /// @throws ProblemException naming the place
    Map<String, @Nullable Object> of(Map<?, ?> tree, Descriptor type) {
        return message(tree, type, "");
    }

    private Map<String, @Nullable Object> message(Map<?, ?> tree, Descriptor type, String at) {
        var spelled = new LinkedHashMap<String, @Nullable Object>();
        tree.forEach((key, value) -> {
            var name = String.valueOf(key);
            var field = field(type, name);
            var place = at.isEmpty() ? name : at + "." + name;
            spelled.put(name, field == null ? value : of(value, field, place));
        });
        return spelled;
    }

    private static @Nullable FieldDescriptor field(Descriptor type, String name) {
        var field = type.findFieldByName(name);
        if (field != null) {
            return field;
        }
        for (var other : type.getFields()) {
            if (other.getJsonName().equals(name)) {
                return other;
            }
        }
        return null;
    }

    private @Nullable Object of(@Nullable Object value, FieldDescriptor field, String at) {
        if (value == null) {
            return null;
        }
        if (field.isMapField()) {
            return value instanceof Map<?, ?> map ? map(map, field, at) : value;
        }
        if (!field.isRepeated()) {
            return one(value, field, at);
        }
        if (!(value instanceof Collection<?> list)) {
            return List.of(one(value, field, at));
        }
        var spelled = new java.util.ArrayList<@Nullable Object>();
        for (var each : list) {
            spelled.add(each == null ? null : one(each, field, at + "[" + spelled.size() + "]"));
        }
        return spelled;
    }

    private Map<String, @Nullable Object> map(Map<?, ?> map, FieldDescriptor field, String at) {
        var values = field.getMessageType().findFieldByName("value");
        var spelled = new LinkedHashMap<String, @Nullable Object>();
        map.forEach((key, value) ->
                spelled.put(
                        String.valueOf(key),
                        value == null ? null : one(value, values, at + "['" + key + "']")));
        return spelled;
    }

    private Object one(Object value, FieldDescriptor field, String at) {
        return switch (field.getJavaType()) {
            case ENUM -> word(value, field);
            case BOOLEAN -> bool(value);
            case STRING -> text(value, at);
            case MESSAGE -> ofMessage(value, field.getMessageType(), at);
            default -> value;
        };
    }

    private Object ofMessage(Object value, Descriptor type, String at) {
        var name = type.getFullName();
        if (name.equals(GOOGLE + "Any")) {
            return value instanceof Map<?, ?> map ? any(map, at) : value;
        }
        if (name.equals(GOOGLE + "Duration")) {
            return duration(value, at);
        }
        if (Set.of(GOOGLE + "Struct", GOOGLE + "Value", GOOGLE + "ListValue").contains(name)) {
            return value;
        }
        if (name.startsWith(GOOGLE)) {
            var inner = type.findFieldByName("value");
            return inner == null || inner.getJavaType() == JavaType.MESSAGE
                    ? value
                    : one(value, inner, at);
        }
        return value instanceof Map<?, ?> map ? message(map, type, at) : value;
    }

    private Object any(Map<?, ?> map, String at) {
        var url = String.valueOf(map.get("@type"));
        var type = KnownTypes.find(url.substring(url.lastIndexOf('/') + 1));
        return type == null ? map : message(map, type, at);
    }

    private static Object word(Object value, FieldDescriptor field) {
        if (value instanceof String text) {
            for (var word : field.getEnumType().getValues()) {
                if (word.getName().equalsIgnoreCase(text)) {
                    return word.getName();
                }
            }
        }
        return value;
    }

    private static Object bool(Object value) {
        return !(value instanceof String text)
                ? value
                : switch (text.toLowerCase(Locale.ROOT)) {
                    case "true", "t", "yes", "y", "1" -> true;
                    case "false", "f", "no", "n", "0" -> false;
                    default -> value;
                };
    }

    private Object text(Object value, String at) {
        if (value instanceof Number || value instanceof Boolean) {
            throw new ProblemException(
                    new Problem(
                            subject + ": " + at,
                            "is " + value + " without quotes",
                            "a text",
                            "write \"" + value + "\""));
        }
        return value;
    }

    private Object duration(Object value, String at) {
        var text = String.valueOf(value);
        if (!text.matches("-?[0-9]+(\\.[0-9]{1,9})?s")) {
            throw new ProblemException(
                    new Problem(
                            subject + ": " + at,
                            "'" + text + "' is no duration",
                            "seconds with an s behind, such as 5s or 0.25s",
                            null));
        }
        return value;
    }
}
