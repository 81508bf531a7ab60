package dev.serin.local.api.custom;

import com.google.re2j.Pattern;

import dev.serin.local.api.Refusal.Cause;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Holds a value against a structural schema, in Kubernetes' words. What an update has not changed
/// is not judged again, so that a schema may become stricter.
final class Values {
    /// Patterns are few and compiling them is dear. Never emptied: they come from definitions.
    private static final Map<String, Pattern> PATTERNS = new ConcurrentHashMap<>();

    private final List<Cause> causes = new ArrayList<>();

    private Values() {}

    /// @param old what was there before, null for nothing
    static List<Cause> check(JsonNode value, @Nullable JsonNode old, JsonNode schema, String path) {
        var values = new Values();
        values.look(value, old, schema, path);
        return values.causes;
    }

    private void look(JsonNode value, @Nullable JsonNode old, JsonNode schema, String path) {
        if (old != null && old.equals(value)) {
            return;
        }
        if (value.isNull() && Schema.isTrue(schema, "nullable")) {
            return;
        }
        type(value, schema, path);
        several(value, schema, path);
        if (value.isString()) {
            text(value.stringValue(), schema, path);
        } else if (value.isNumber()) {
            number(value, schema, path);
        }
        var words = schema.path("enum");
        if (!words.isEmpty() && !has(words, value)) {
            var all = new ArrayList<String>();
            words.forEach(w -> all.add(quoted(w.isString() ? w.stringValue() : w.toString())));
            add(
                    "FieldValueNotSupported",
                    path,
                    "Unsupported value: "
                            + shown(value)
                            + ": supported values: "
                            + String.join(", ", all));
        }
        if (value instanceof ArrayNode array) {
            list(array, old, schema, path);
        } else if (value instanceof ObjectNode object) {
            object(object, old, schema, path);
        }
    }

    private void type(JsonNode value, JsonNode schema, String path) {
        var found = typeOf(value);
        var wanted =
                Schema.isTrue(schema, "x-kubernetes-int-or-string")
                        ? List.of("integer", "string")
                        : schema.path("type").asString("").isEmpty()
                                ? List.<String>of()
                                : List.of(schema.path("type").asString(""));
        if (wanted.isEmpty()
                || wanted.contains(found)
                || found.equals("integer") && wanted.contains("number")) {
            return;
        }
        invalid(
                "FieldValueTypeInvalid",
                path,
                quoted(found),
                "must be of type " + String.join(",", wanted) + ": " + quoted(found));
    }

    private static String typeOf(JsonNode value) {
        if (value.isNumber()) {
            return value.isIntegralNumber()
                            || value.decimalValue().stripTrailingZeros().scale() <= 0
                    ? "integer"
                    : "number";
        }
        return value.isObject()
                ? "object"
                : value.isArray()
                        ? "array"
                        : value.isBoolean() ? "boolean" : value.isNull() ? "null" : "string";
    }

    /// Schemas beside each other. What is wrong with these as a whole is said without a path.
    private void several(JsonNode value, JsonNode schema, String path) {
        var any = schema.path("anyOf");
        if (!any.isEmpty() && passed(value, any, path) == 0) {
            whole(path, "must validate at least one schema (anyOf)");
            closest(value, any, path);
        }
        var one = schema.path("oneOf");
        if (!one.isEmpty()) {
            var passed = passed(value, one, path);
            if (passed != 1) {
                whole(
                        path,
                        "must validate one and only one schema (oneOf). Found "
                                + (passed == 0 ? "none valid" : passed + " valid alternatives"));
            }
            if (passed == 0) {
                closest(value, one, path);
            }
        }
        var all = schema.path("allOf");
        var passed = passed(value, all, path);
        if (passed < all.size()) {
            all.forEach(each -> causes.addAll(check(value, null, each, path)));
            whole(
                    path,
                    "must validate all the schemas (allOf)"
                            + (passed == 0 ? ". None validated" : ""));
        }
        var not = schema.path("not");
        if (not.isObject() && check(value, null, not, path).isEmpty()) {
            whole(path, "must not validate the schema (not)");
        }
    }

    private static int passed(JsonNode value, JsonNode schemas, String path) {
        var count = 0;
        for (var schema : schemas) {
            count += check(value, null, schema, path).isEmpty() ? 1 : 0;
        }
        return count;
    }

    /// What the first of the schemas has against the value.
    private void closest(JsonNode value, JsonNode schemas, String path) {
        causes.addAll(check(value, null, schemas.get(0), path));
    }

    private void whole(String path, String message) {
        add("FieldValueInvalid", "<nil>", "Invalid value: \"\": \"" + path + "\" " + message);
    }

    private void text(String text, JsonNode schema, String path) {
        var length = text.codePointCount(0, text.length());
        var most = schema.get("maxLength");
        if (most != null && length > most.asLong()) {
            add(
                    "FieldValueTooLong",
                    path,
                    "Too long: may not be more than "
                            + most.asLong()
                            + (most.asLong() == 1 ? " byte" : " bytes"));
        }
        var least = schema.get("minLength");
        if (least != null && length < least.asLong()) {
            invalid(path, quoted(text), "should be at least " + least + " chars long");
        }
        var pattern = schema.path("pattern").asString("");
        if (!pattern.isEmpty()
                && !PATTERNS.computeIfAbsent(pattern, Pattern::compile).matcher(text).find()) {
            invalid(path, quoted(text), "should match '" + pattern + "'");
        }
        var format = schema.path("format").asString("");
        if (!Formats.matches(format, text)) {
            invalid(
                    "FieldValueTypeInvalid",
                    path,
                    quoted(text),
                    "must be of type " + format + ": " + quoted(text));
        }
    }

    private void number(JsonNode value, JsonNode schema, String path) {
        var most = schema.get("maximum");
        var number = value.decimalValue();
        if (most != null) {
            var order = number.compareTo(most.decimalValue());
            if (Schema.isTrue(schema, "exclusiveMaximum") ? order >= 0 : order > 0) {
                invalid(path, value.toString(), "should be less than " + limit(schema, most, true));
            }
        }
        var least = schema.get("minimum");
        if (least != null) {
            var order = number.compareTo(least.decimalValue());
            if (Schema.isTrue(schema, "exclusiveMinimum") ? order <= 0 : order < 0) {
                invalid(
                        path,
                        value.toString(),
                        "should be greater than " + limit(schema, least, false));
            }
        }
        var step = schema.get("multipleOf");
        if (step != null && number.remainder(step.decimalValue()).signum() != 0) {
            invalid(path, value.toString(), "should be a multiple of " + plain(step));
        }
    }

    private static String limit(JsonNode schema, JsonNode limit, boolean most) {
        var exclusive = Schema.isTrue(schema, most ? "exclusiveMaximum" : "exclusiveMinimum");
        return (exclusive ? "" : "or equal to ") + plain(limit);
    }

    private static String plain(JsonNode number) {
        return number.decimalValue().stripTrailingZeros().toPlainString();
    }

    private void list(ArrayNode array, @Nullable JsonNode old, JsonNode schema, String path) {
        tooMany(schema.get("maxItems"), array.size(), path);
        var least = schema.get("minItems");
        if (least != null && array.size() < least.asLong()) {
            invalid(
                    path,
                    Integer.toString(array.size()),
                    "should have at least " + least + " items");
        }
        for (var i = 0; i < array.size(); i++) {
            var before = before(array.get(i), old, schema);
            look(array.get(i), before, schema.path("items"), path + "[" + i + "]");
        }
        Duplicates.check(array, schema, path, causes);
    }

    /// The element that it was, where the elements of the list can be told apart.
    private static @Nullable JsonNode before(
            JsonNode item, @Nullable JsonNode old, JsonNode schema) {
        if (old != null && schema.path("x-kubernetes-list-type").asString("").equals("map")) {
            for (var candidate : old) {
                if (Duplicates.key(candidate, schema).equals(Duplicates.key(item, schema))) {
                    return candidate;
                }
            }
        }
        return null;
    }

    private void tooMany(@Nullable JsonNode most, int size, String path) {
        if (most != null && size > most.asLong()) {
            add(
                    "FieldValueTooMany",
                    path,
                    "Too many: "
                            + size
                            + ": must have at most "
                            + most
                            + (most.asLong() == 1 ? " item" : " items"));
        }
    }

    private void object(ObjectNode object, @Nullable JsonNode old, JsonNode schema, String path) {
        var least = schema.get("minProperties");
        if (least != null && object.size() < least.asLong()) {
            invalid(
                    path,
                    Integer.toString(object.size()),
                    "should have at least " + least + " properties");
        }
        tooMany(schema.get("maxProperties"), object.size(), path);
        for (var name : schema.path("required")) {
            if (!object.has(name.asString(""))) {
                add("FieldValueRequired", join(path, name.asString("")), "Required value");
            }
        }
        for (var property : object.properties()) {
            var known = schema.path("properties").path(property.getKey());
            var inner = known.isMissingNode() ? schema.path("additionalProperties") : known;
            if (inner.isObject()) {
                look(
                        property.getValue(),
                        old == null ? null : old.get(property.getKey()),
                        inner,
                        join(path, property.getKey()));
            }
        }
    }

    private static boolean has(JsonNode words, JsonNode value) {
        for (var word : words) {
            if (word.equals(value)) {
                return true;
            }
        }
        return false;
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    static String quoted(String text) {
        return tools.jackson.databind.node.StringNode.valueOf(text).toString();
    }

    static String shown(JsonNode value) {
        return value.toString();
    }

    private void invalid(String path, String found, String message) {
        invalid("FieldValueInvalid", path, found, message);
    }

    private void invalid(String reason, String path, String found, String message) {
        add(reason, path, "Invalid value: " + found + ": " + path + " in body " + message);
    }

    private void add(String reason, String path, String message) {
        causes.add(new Cause(reason, message, path));
    }
}
