package dev.serin.local.api.rest;

import dev.serin.local.api.Refusal;

import java.util.List;
import java.util.Locale;

/// The form of an answer that a client accepts. Bodies are JSON or YAML; clients that would rather
/// have protobuf all take JSON too.
enum Media {
    JSON,
    TABLE,
    /// Only the metadata.
    PARTIAL;

    static final String YAML = "application/yaml";
    private static final List<String> SERVED =
            List.of("*/*", "application/*", "application/json", YAML);

    /// Whether the first type that is served is YAML.
    static boolean isYaml(String accept) {
        for (var range : accept.toLowerCase(Locale.ROOT).split(",")) {
            var type = range.split(";", 2)[0].strip();
            if (SERVED.contains(type)) {
                return type.equals(YAML);
            }
        }
        return false;
    }

    /// The first form of an Accept header that is served.
    ///
    /// @throws Refusal 406 when none is
    static Media of(String accept) {
        if (accept.isBlank()) {
            return JSON;
        }
        var protobuf = false;
        for (var range : accept.split(",")) {
            var parts =
                    List.of(range.toLowerCase(Locale.ROOT).split(";")).stream()
                            .map(String::strip)
                            .toList();
            var type = parts.getFirst();
            protobuf |= type.equals("application/vnd.kubernetes.protobuf");
            if (!SERVED.contains(type)) {
                continue;
            }
            var as =
                    parts.stream()
                            .filter(p -> p.startsWith("as="))
                            .map(p -> p.substring(3))
                            .findFirst()
                            .orElse("");
            switch (as) {
                case "" -> {
                    return JSON;
                }
                case "table" -> {
                    return TABLE;
                }
                case "partialobjectmetadata", "partialobjectmetadatalist" -> {
                    return PARTIAL;
                }
                default -> {}
            }
        }
        if (protobuf) {
            return JSON;
        }
        throw new Refusal(
                406,
                "NotAcceptable",
                "406: Not Acceptable\n\nAvailable representations: application/json,"
                        + " application/yaml, application/json;stream=watch",
                new Refusal.Details("", "", "", "", List.of(), 0));
    }
}
