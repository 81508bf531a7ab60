package dev.serin.config.codec;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.config.Resource;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// A place in a resource's body, with the path that leads to it: what typed records read their
/// fields from. A field that is absent or null reads as its empty value. One that cannot be read as
/// what is asked throws a [ProblemException] naming the resource and the path; a body that passed
/// its schema and validator never does.
public final class Cursor {
    private final String owner;
    private final String path;
    private final JsonNode node;

    private Cursor(String owner, String path, JsonNode node) {
        this.owner = owner;
        this.path = path;
        this.node = node;
    }

    /// The top of the resource's body.
    public static Cursor of(Resource resource) {
        var name =
                resource.namespace().isEmpty()
                        ? resource.name()
                        : resource.namespace() + "/" + resource.name();
        return new Cursor(resource.kind().kind() + " " + name, "", resource.body());
    }

    public JsonNode node() {
        return node;
    }

    public String path() {
        return path;
    }

    /// Whether there is anything here.
    public boolean exists() {
        return !node.isMissingNode() && !node.isNull();
    }

    public boolean has(String field) {
        return at(field).exists();
    }

    public Cursor at(String field) {
        return new Cursor(owner, path.isEmpty() ? field : path + "." + field, node.path(field));
    }

    /// What `read` makes of the field, null if it is absent.
    public <T> @Nullable T optional(String field, Function<Cursor, T> read) {
        var there = at(field);
        return there.exists() ? read.apply(there) : null;
    }

    /// What `read` makes of each element, empty if the field is absent.
    public <T> List<T> list(String field, Function<Cursor, T> read) {
        var there = at(field);
        if (!there.exists()) {
            return List.of();
        }
        if (!there.node.isArray()) {
            throw there.not("a list");
        }
        var all = new ArrayList<T>(there.node.size());
        for (var i = 0; i < there.node.size(); i++) {
            all.add(read.apply(new Cursor(owner, there.path + "[" + i + "]", there.node.path(i))));
        }
        return List.copyOf(all);
    }

    /// What `read` makes of each value, in the order written; unmodifiable.
    public <T> Map<String, T> map(String field, Function<Cursor, T> read) {
        var there = at(field);
        if (!there.exists()) {
            return Map.of();
        }
        if (!there.node.isObject()) {
            throw there.not("a map");
        }
        var all = new LinkedHashMap<String, T>();
        there.node.properties().forEach(p -> all.put(p.getKey(), read.apply(there.at(p.getKey()))));
        return Collections.unmodifiableMap(all);
    }

    public List<String> strings(String field) {
        return list(field, Cursor::asString);
    }

    public Map<String, String> stringMap(String field) {
        return map(field, Cursor::asString);
    }

    /// The text, empty if absent.
    public String string(String field) {
        return string(field, "");
    }

    public String string(String field, String absent) {
        var there = at(field);
        return there.exists() ? there.asString() : absent;
    }

    public int integer(String field, int absent) {
        var there = at(field);
        return there.exists() ? there.asInt() : absent;
    }

    public @Nullable Integer integer(String field) {
        return optional(field, Cursor::asInt);
    }

    public @Nullable Long longInteger(String field) {
        return optional(field, Cursor::asLong);
    }

    public boolean bool(String field, boolean absent) {
        var there = at(field);
        return there.exists() ? there.asBool() : absent;
    }

    public @Nullable Boolean bool(String field) {
        return optional(field, Cursor::asBool);
    }

    public @Nullable Double number(String field) {
        return optional(field, Cursor::asDouble);
    }

    public @Nullable Duration duration(String field) {
        return optional(field, Cursor::asDuration);
    }

    /// The constant that the field names, `absent` if there is no such field.
    public <E extends Enum<E>> E word(String field, Class<E> type, E absent) {
        var there = at(field);
        return there.exists() ? there.asWord(type) : absent;
    }

    public <E extends Enum<E>> @Nullable E word(String field, Class<E> type) {
        return optional(field, there -> there.asWord(type));
    }

    public String asString() {
        if (!node.isString()) {
            throw not("a string");
        }
        return node.stringValue();
    }

    public int asInt() {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw not("an integer");
        }
        return node.intValue();
    }

    public long asLong() {
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw not("an integer");
        }
        return node.longValue();
    }

    public boolean asBool() {
        if (!node.isBoolean()) {
            throw not("true or false");
        }
        return node.booleanValue();
    }

    public double asDouble() {
        if (!node.isNumber()) {
            throw not("a number");
        }
        return node.doubleValue();
    }

    public Duration asDuration() {
        var duration = GoDuration.parse(asString());
        if (duration == null) {
            throw not("a duration such as 5s, 250ms or 1h30m");
        }
        return duration;
    }

    private <E extends Enum<E>> E asWord(Class<E> type) {
        var text = asString();
        for (var constant : type.getEnumConstants()) {
            // A Java constant cannot be called `TLSV1_2` and `Cluster` alike, so case is let go:
            // the schema has refused the wrong one.
            if (constant.name().equals(text.toUpperCase(Locale.ROOT))) {
                return constant;
            }
        }
        throw not("one of " + List.of(type.getEnumConstants()));
    }

    /// The error of a value that is not what its reader needs.
    public ProblemException not(String expected) {
        return new ProblemException(
                new Problem(
                        owner + ": " + path,
                        exists() ? "found " + node : "found nothing",
                        expected,
                        null));
    }
}
