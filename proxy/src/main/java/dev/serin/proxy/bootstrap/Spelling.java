package dev.serin.proxy.bootstrap;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.OneofDescriptor;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.text.Nearest;
import dev.serin.proxy.fields.KnownTypes;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Brings a document into the one form that protobuf for Java reads, from the forms that Envoy
/// reads beside it: words of an enum in any case, one value where a list is meant, `"true"` for
/// true. And finds, each with its place, what fits no message: fields that there are not, values of
/// another kind than is meant, two of which one may be.
final class Spelling {
    private static final String GOOGLE = "google.protobuf.";
    private static final Set<String> FREE =
            Set.of(GOOGLE + "Struct", GOOGLE + "Value", GOOGLE + "ListValue");

    /// More words than these are no help.
    private static final int WORDS = 12;

    private final String subject;
    private final List<Problem> problems = new ArrayList<>();

    /// @param subject what the document is, for errors
    Spelling(String subject) {
        this.subject = subject;
    }

    /// @param type what `tree` shall become
    /// @throws ProblemException naming each thing that is wrong, and its place
    Map<String, @Nullable Object> of(Map<?, ?> tree, Descriptor type) {
        var spelled = message(tree, type, "");
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
        return spelled;
    }

    private Map<String, @Nullable Object> message(Map<?, ?> tree, Descriptor type, String at) {
        var spelled = new LinkedHashMap<String, @Nullable Object>();
        var chosen = new HashMap<OneofDescriptor, String>();
        tree.forEach((key, value) -> {
            var name = String.valueOf(key);
            var place = at.isEmpty() ? name : at + "." + name;
            var field = field(type, name);
            if (field == null) {
                if (name.equals("@type")) {
                    spelled.put(name, value);
                } else {
                    unknown(name, type, place);
                }
                return;
            }
            var choice = field.getRealContainingOneof();
            var other = choice == null || value == null ? null : chosen.put(choice, name);
            if (other != null) {
                wrong(place, "is set beside " + other, "one of the two", null);
            }
            spelled.put(name, of(value, field, place));
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

    private void unknown(String name, Descriptor type, String at) {
        var names = type.getFields().stream().map(FieldDescriptor::getName).toList();
        var meant = Nearest.to(name, names);
        wrong(
                at,
                "there is no such field",
                "a field of " + type.getFullName(),
                meant == null
                        ? "see whether it is misspelled, indented wrongly or of Envoy's old"
                                + " interface"
                        : "did you mean '" + meant + "'?");
    }

    private @Nullable Object wrong(
            String at, String found, @Nullable String expected, @Nullable String cure) {
        problems.add(new Problem(subject + ": " + at, found, expected, cure));
        return null;
    }

    private @Nullable Object of(@Nullable Object value, FieldDescriptor field, String at) {
        if (value == null) {
            return null;
        }
        if (field.isMapField()) {
            return value instanceof Map<?, ?> map
                    ? map(map, field, at)
                    : wrong(at, "is " + shown(value), "an object", null);
        }
        if (!field.isRepeated()) {
            return one(value, field, at);
        }
        if (!(value instanceof Collection<?> list)) {
            var only = one(value, field, at);
            return only == null ? null : List.of(only);
        }
        var spelled = new ArrayList<@Nullable Object>();
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

    private @Nullable Object one(Object value, FieldDescriptor field, String at) {
        var kind = field.getJavaType();
        if (kind == JavaType.MESSAGE) {
            return ofMessage(value, field.getMessageType(), at);
        }
        if (value instanceof Collection || value instanceof Map) {
            return wrong(
                    at, "is " + (value instanceof Map ? "an object" : "a list"), "one value", null);
        }
        return switch (kind) {
            case ENUM -> word(value, field, at);
            case BOOLEAN -> bool(value, at);
            case STRING -> text(value, at);
            case INT, LONG, FLOAT, DOUBLE -> {
                var expected = Numbers.misfit(value, field);
                yield expected == null ? value : wrong(at, "is " + shown(value), expected, null);
            }
            case BYTE_STRING, MESSAGE -> value;
        };
    }

    private static String shown(Object value) {
        return value instanceof Map
                ? "an object"
                : value instanceof Collection
                        ? "a list"
                        : value instanceof String text ? "'" + text + "'" : value.toString();
    }

    private @Nullable Object ofMessage(Object value, Descriptor type, String at) {
        var name = type.getFullName();
        if (name.equals(GOOGLE + "Duration")) {
            return duration(value, at);
        }
        if (FREE.contains(name)) {
            return value;
        }
        var google = name.startsWith(GOOGLE) && !name.equals(GOOGLE + "Any");
        if (google) {
            var inner = type.findFieldByName("value");
            return inner == null || inner.getJavaType() == JavaType.MESSAGE
                    ? value
                    : one(value, inner, at);
        }
        if (!(value instanceof Map<?, ?> map)) {
            return wrong(at, "is " + shown(value), "an object: " + name, null);
        }
        return name.equals(GOOGLE + "Any") ? any(map, at) : message(map, type, at);
    }

    private Object any(Map<?, ?> map, String at) {
        var url = String.valueOf(map.get("@type"));
        var type = KnownTypes.find(url.substring(url.lastIndexOf('/') + 1));
        // Google's own types have their value under that name, in a form of its own.
        return type == null || type.getFullName().startsWith(GOOGLE) ? map : message(map, type, at);
    }

    private @Nullable Object word(Object value, FieldDescriptor field, String at) {
        if (!(value instanceof String text)) {
            return value;
        }
        var names = new ArrayList<String>();
        for (var word : field.getEnumType().getValues()) {
            if (word.getName().equalsIgnoreCase(text)) {
                return word.getName();
            }
            names.add(word.getName());
        }
        if (text.matches("-?[0-9]+")) {
            return value;
        }
        var meant = Nearest.to(text, names);
        return wrong(
                at,
                "is '" + text + "'",
                names.size() > WORDS ? "one of its words" : String.join(", ", names),
                meant == null
                        ? "see how it is spelled; its words may be written in any case"
                        : "did you mean " + meant + "?");
    }

    private @Nullable Object bool(Object value, String at) {
        if (value instanceof Boolean) {
            return value;
        }
        return switch (value instanceof String text ? text.toLowerCase(Locale.ROOT) : "") {
            case "true", "t", "yes", "y", "1" -> true;
            case "false", "f", "no", "n", "0" -> false;
            default -> wrong(at, "is " + shown(value), "true or false", null);
        };
    }

    private @Nullable Object text(Object value, String at) {
        return value instanceof Number || value instanceof Boolean
                ? wrong(at, "is " + value + " without quotes", "a text", "write \"" + value + "\"")
                : value;
    }

    private @Nullable Object duration(Object value, String at) {
        var text = String.valueOf(value);
        return text.matches("-?[0-9]+(\\.[0-9]{1,9})?s")
                ? value
                : wrong(
                        at,
                        "'" + text + "' is no duration",
                        "seconds with an s behind, such as 5s or 0.25s",
                        null);
    }
}
