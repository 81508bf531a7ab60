package dev.serin.conformance.recorded;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One request and its answer, recorded or played.
///
/// @param type the answer's Content-Type, empty without one
/// @param response the document; text that is none as a string; null where none is known
/// @param stream a watch's events
record Exchange(
        String method,
        String path,
        Map<String, String> headers,
        @Nullable JsonNode body,
        int status,
        String type,
        @Nullable JsonNode response,
        List<JsonNode> stream) {
    static Exchange of(JsonNode recorded) {
        var headers = new LinkedHashMap<String, String>();
        recorded.path("headers")
                .properties()
                .forEach(p -> headers.put(p.getKey(), p.getValue().asString("")));
        for (var each : Map.of("accept", "Accept", "contentType", "Content-Type").entrySet()) {
            if (recorded.has(each.getKey())) {
                headers.put(each.getValue(), recorded.path(each.getKey()).asString(""));
            }
        }
        headers.put("User-Agent", recorded.path("userAgent").asString(""));
        var stream = new ArrayList<JsonNode>();
        recorded.path("responseStream").forEach(stream::add);
        return new Exchange(
                recorded.path("method").asString(""),
                recorded.path("path").asString(""),
                headers,
                recorded.get("body"),
                recorded.path("status").asInt(0),
                recorded.path("responseType").asString(""),
                recorded.get("response"),
                stream);
    }

    Address address() {
        return Address.of(path);
    }

    boolean isWatch() {
        return path.contains("watch=1") || path.contains("watch=true");
    }

    boolean isRead() {
        return method.equals("GET");
    }

    boolean isDry() {
        return path.contains("dryRun=All")
                || body != null && body.path("dryRun").toString().contains("All");
    }

    /// What names the same request in two plays.
    String key() {
        return method + " " + address().normal();
    }

    /// The answer's kind, empty where it is no object.
    String kind() {
        return response == null || response instanceof StringNode
                ? ""
                : response.path("kind").asString("");
    }

    @Override
    public String toString() {
        return key() + " → " + status;
    }
}
