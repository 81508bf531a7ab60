package dev.serin.conformance.recorded;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Holds an answer to the recorded one: the same fields with the same values, where the record's
/// placeholders stand for any value of their form. Each difference is one line, which begins with
/// the place.
final class Sameness {
    private final List<String> found = new ArrayList<>();

    static List<String> differences(@Nullable JsonNode recorded, @Nullable JsonNode played) {
        var sameness = new Sameness();
        if (recorded == null || isAside(recorded)) {
            return List.of();
        }
        if (played == null) {
            return List.of(": no answer");
        }
        sameness.compare("", recorded, played);
        return sameness.found;
    }

    /// Whether the record only says what was there.
    private static boolean isAside(JsonNode recorded) {
        return recorded instanceof StringNode text
                && text.asString("").matches("(?s)<(OpenAPI|discovery|see|protobuf).*");
    }

    private void compare(String place, JsonNode recorded, JsonNode played) {
        if (place.endsWith(".managedFields")) {
            writers(place, recorded, played);
        } else if (recorded.isNull() && played.isArray() && played.isEmpty()) {
            // As protobuf has it, from which the record was written.
            return;
        } else if (recorded instanceof ObjectNode object && played.isObject()) {
            var whole = !object.has("…");
            for (var each : object.properties()) {
                if (each.getKey().equals("…")) {
                    continue;
                }
                var other = played.get(each.getKey());
                if (other == null) {
                    say(place + "." + each.getKey(), each.getValue(), null);
                } else {
                    compare(place + "." + each.getKey(), each.getValue(), other);
                }
            }
            for (var each : played.properties()) {
                if (whole && !object.has(each.getKey())) {
                    say(place + "." + each.getKey(), null, each.getValue());
                }
            }
        } else if (recorded.isArray() && played.isArray()) {
            list(place, recorded, played);
        } else if (!same(place, recorded, played)) {
            say(place, recorded, played);
        }
    }

    private void list(String place, JsonNode recorded, JsonNode played) {
        var size = recorded.size();
        var whole = size;
        if (size > 0 && Placeholders.isCut(recorded.get(size - 1))) {
            size--;
            var words = recorded.get(size).asString("").split(" ", -1);
            whole = size + Integer.parseInt(words[1]);
        }
        if (whole != played.size()) {
            found.add(place + ": recorded " + whole + " items, played " + played.size());
        }
        for (var i = 0; i < Math.min(size, played.size()); i++) {
            compare(place + "[" + i + "]", recorded.get(i), played.get(i));
        }
    }

    /// Who wrote; and which fields, where the record says it and all writes are in the play.
    private void writers(String place, JsonNode recorded, JsonNode played) {
        var one = writers(recorded);
        var other = writers(played);
        if (!one.equals(other)) {
            found.add(place + ": recorded " + one + ", played " + other);
        } else if (recorded.isArray() && recorded.size() == 1) {
            compare(
                    place + "[0].fieldsV1",
                    recorded.get(0).path("fieldsV1"),
                    played.get(0).path("fieldsV1"));
        }
    }

    private static String writers(JsonNode fields) {
        var all = new TreeSet<String>();
        if (fields instanceof StringNode summary) {
            for (var each : summary.asString("").replaceAll("[<>]", "").split("; ", -1)) {
                all.add(each.strip());
            }
        } else {
            for (var entry : fields) {
                all.add(
                        (entry.path("manager").asString("")
                                        + " "
                                        + entry.path("operation").asString("")
                                        + " "
                                        + entry.path("subresource").asString(""))
                                .strip());
            }
        }
        return String.join("; ", all);
    }

    private static boolean same(String place, JsonNode recorded, JsonNode played) {
        if (recorded.equals(played)) {
            return true;
        }
        if (recorded.isNumber() || played.isNumber()) {
            return recorded.isNumber()
                    && played.isNumber()
                    && recorded.asDouble() == played.asDouble();
        }
        var one = recorded.asString(recorded.toString());
        var other = played.asString(played.toString());
        var cut = one.indexOf('…');
        if (cut >= 0 && one.matches("(?s).*…\\(\\+\\d+ chars\\)")) {
            if (place.endsWith(".description")) {
                return !other.isEmpty();
            }
            var start = Outcome.normal(one.substring(0, cut));
            return Outcome.normal(other).startsWith(start.substring(0, start.length() * 3 / 4));
        }
        if (place.endsWith(".description") && place.contains("columnDefinitions")) {
            return true;
        }
        if (one.matches("<(rv-\\d+|token|jwt|etag|hash|id|base64.*|PEM CERTIFICATE)>")) {
            return !other.isEmpty();
        }
        return Outcome.normal(one).equals(Outcome.normal(other));
    }

    private void say(String place, @Nullable JsonNode recorded, @Nullable JsonNode played) {
        found.add(place + ": recorded " + text(recorded) + ", played " + text(played));
    }

    private static String text(@Nullable JsonNode node) {
        var text = node == null ? "nothing" : node.toString();
        return text.length() > 300 ? text.substring(0, 300) + "…" : text;
    }
}
