package dev.serin.config.check;

import dev.serin.base.text.Nearest;
import dev.serin.config.codec.GoDuration;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/// A place in a body, and where the complaints about it go: what the rules are written with. What
/// has the wrong type reads as absent, for the schema has complained of it already.
final class Place {
    private final JsonNode node;
    private final String path;
    private final List<Violation> violations;

    Place(JsonNode node, String path, List<Violation> violations) {
        this.node = node;
        this.path = path;
        this.violations = violations;
    }

    JsonNode node() {
        return node;
    }

    String path() {
        return path;
    }

    boolean exists() {
        return !node.isMissingNode() && !node.isNull();
    }

    boolean has(String field) {
        return at(field).exists();
    }

    Place at(String field) {
        return new Place(node.path(field), SchemaCheck.join(path, field), violations);
    }

    /// Runs `rule` on each element.
    void each(String field, Consumer<Place> rule) {
        elements(field).forEach(rule);
    }

    List<Place> elements(String field) {
        var list = at(field);
        if (!list.node.isArray()) {
            return List.of();
        }
        var all = new ArrayList<Place>();
        for (var i = 0; i < list.node.size(); i++) {
            all.add(new Place(list.node.path(i), list.path + "[" + i + "]", violations));
        }
        return all;
    }

    /// The values of a map; the key of each is the end of its path, see [#keyIn].
    List<Place> entries(String field) {
        var map = at(field);
        return map.node.isObject()
                ? map.node.properties().stream().map(p -> map.at(p.getKey())).toList()
                : List.of();
    }

    int size(String field) {
        return at(field).node.size();
    }

    /// The text of the field, empty if it is absent.
    String text(String field) {
        return at(field).text();
    }

    String text() {
        return node.asString("");
    }

    /// How many of these fields are there.
    int count(String... fields) {
        var count = 0;
        for (var field : fields) {
            count += has(field) ? 1 : 0;
        }
        return count;
    }

    /// Complains of the value here.
    void bad(String expected) {
        violations.add(new Violation.BadValue(path, node, expected, null));
    }

    void bad(String expected, @Nullable String cure) {
        violations.add(new Violation.BadValue(path, node, expected, cure));
    }

    void missing(String field, String doc) {
        violations.add(new Violation.Missing(SchemaCheck.join(path, field), doc));
    }

    void forbid(String why, String cure) {
        violations.add(new Violation.Forbidden(path, why, cure));
    }

    /// The field must be a whole number in this range, if it is there.
    void range(String field, long least, long most) {
        var there = at(field);
        if (!there.node.isIntegralNumber()) {
            return;
        }
        var value = there.node.longValue();
        if (value < least || value > most) {
            there.bad(
                    most == Long.MAX_VALUE
                            ? "must be greater than or equal to " + least
                            : "must be between " + least + " and " + most + ", inclusive");
        }
    }

    void notNegative(String... fields) {
        for (var field : fields) {
            range(field, 0, Long.MAX_VALUE);
        }
    }

    void port(String field) {
        range(field, 1, 65_535);
    }

    /// The duration of the field, null if there is none.
    @Nullable Duration duration(String field) {
        return at(field).node.isString() ? GoDuration.parse(text(field)) : null;
    }

    /// The fields must be durations of a millisecond at least, if they are there.
    ///
    /// @param zero whether 0s is allowed too
    void durations(boolean zero, String... fields) {
        for (var field : fields) {
            var duration = duration(field);
            if (duration != null
                    && duration.compareTo(Duration.ofMillis(1)) < 0
                    && !(zero && duration.isZero())) {
                at(field).bad("must be a duration of 1ms or longer" + (zero ? ", or 0s" : ""));
            }
        }
    }

    /// The field must be one of these, if it is there.
    void word(String field, Collection<String> words) {
        var there = at(field);
        if (there.node.isString() && !words.contains(there.text())) {
            violations.add(
                    new Violation.UnknownWord(
                            there.path,
                            there.node,
                            List.copyOf(words),
                            Nearest.to(there.text(), words)));
        }
    }

    /// The field must be a share, if it is there: a number from 0 to 100.
    void percent(String field) {
        var there = at(field);
        if (there.node.isNumber()
                && (there.node.doubleValue() < 0 || there.node.doubleValue() > 100)) {
            there.bad("must be between 0 and 100, inclusive");
        }
    }

    /// The last step of the path: a field's name or an entry's key.
    String keyIn(Place map) {
        return path.substring(map.path.length() + 1);
    }
}
