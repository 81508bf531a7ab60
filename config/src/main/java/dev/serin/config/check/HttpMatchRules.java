package dev.serin.config.check;

import static dev.serin.config.check.MetadataRules.complain;

import java.util.List;

/// What a condition on a request must keep.
final class HttpMatchRules {
    private HttpMatchRules() {}

    static void check(Place match) {
        for (var field : List.of("uri", "scheme", "method", "authority")) {
            text(match.at(field));
        }
        for (var field : List.of("headers", "withoutHeaders")) {
            var map = match.at(field);
            for (var header : match.entries(field)) {
                header(map, header);
            }
        }
        match.entries("queryParams").forEach(HttpMatchRules::optionalText);
        match.port("port");
        MetadataRules.labels(match, "sourceLabels");
        match.each("gateways", VirtualServiceRules::gateway);
        if (!match.text("sourceNamespace").isEmpty()) {
            complain(match.at("sourceNamespace"), Names.label(match.text("sourceNamespace")));
        }
    }

    private static void header(Place map, Place header) {
        var name = header.keyIn(map);
        // Istio matches a token's claims as if they were headers.
        if (!name.startsWith("@request.auth.claims")) {
            complain(map, Names.header(name.startsWith(":") ? name.substring(1) : name));
        }
        if (List.of(":path", ":method", ":scheme", ":authority").contains(name)) {
            map.forbid(
                    name + " is no header to match",
                    "use " + (name.equals(":path") ? "uri" : name.substring(1)) + " instead");
        }
        optionalText(header);
    }

    /// A match of which nothing written means that there is any value.
    private static void optionalText(Place match) {
        if (match.node().size() > 0) {
            text(match);
        }
    }

    /// Exactly one of exact, prefix and regex.
    static void text(Place match) {
        if (!match.exists() || !match.node().isObject()) {
            return;
        }
        var arms = match.count("exact", "prefix", "regex");
        if (arms == 0) {
            match.missing("exact", "one of exact, prefix and regex");
        } else if (arms > 1) {
            match.forbid("more than one of exact, prefix and regex", "keep one of them");
        }
        if (match.has("prefix") && match.text("prefix").isEmpty()) {
            match.at("prefix").bad("must not be empty");
        }
        if (match.at("regex").node().isString()) {
            complain(match.at("regex"), Names.regex(match.text("regex")));
        }
    }
}
