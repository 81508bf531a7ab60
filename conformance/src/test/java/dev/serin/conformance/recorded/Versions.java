package dev.serin.conformance.recorded;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.Map;

/// The placeholders of a transcript whose values a play has met, so that later requests can say
/// them.
final class Versions {
    private Versions() {}

    static String fill(String text, Map<String, String> known) {
        var filled = text;
        for (var each : known.entrySet()) {
            filled = filled.replace(each.getKey(), each.getValue());
        }
        return filled.replaceAll("<rv-\\d+>", "1").replaceAll("<(token|id)>", "x");
    }

    /// A patch that names the version which was read last, as editors do.
    static String now(String patch, Map<String, String> known) {
        return patch.startsWith("[") && known.containsKey("last")
                ? patch.replaceAll(
                        "(\"/metadata/resourceVersion\",\"value\":\")[^\"]*",
                        "$1" + known.get("last"))
                : patch;
    }

    static void learn(@Nullable JsonNode recorded, String played, Map<String, String> known) {
        if (recorded == null || !played.startsWith("{")) {
            return;
        }
        try {
            var answer = JsonMapper.shared().readTree(played);
            known.put("last", answer.path("metadata").path("resourceVersion").asString(""));
            learn(recorded, answer, known);
        } catch (JacksonException _) {
            // Cut off.
        }
    }

    private static void learn(JsonNode recorded, JsonNode played, Map<String, String> known) {
        if (recorded.isString() && played.isString()) {
            var text = recorded.asString("");
            if (text.matches("<(rv-\\d+|token)>")) {
                known.put(text, played.asString(""));
            }
        } else if (recorded.isObject()) {
            recorded.properties().forEach(p -> learn(p.getValue(), played.path(p.getKey()), known));
        } else if (recorded.isArray()) {
            for (var i = 0; i < recorded.size(); i++) {
                learn(recorded.get(i), played.path(i), known);
            }
        }
    }
}
