package dev.serin.local.api.cel;

import tools.jackson.databind.JsonNode;

import java.util.Optional;
import java.util.regex.Pattern;

/// The `fieldPath` of a rule, such as `.spec.names['a.b']`: which field a violation is told of.
final class FieldPaths {
    private static final Pattern STEP =
            Pattern.compile("\\.([^.\\[\\]]+)|\\['((?:[^'\\\\]|\\\\.)*)'\\]");

    private FieldPaths() {}

    /// As it stands behind the path of the rule's own value; empty for one that the schema does not
    /// know.
    static Optional<String> normal(String path, JsonNode schema) {
        var out = new StringBuilder();
        var at = 0;
        var inner = schema;
        for (var step = STEP.matcher(path); at < path.length(); at = step.end()) {
            if (!step.find(at) || step.start() != at) {
                return Optional.empty();
            }
            var name =
                    step.group(1) != null
                            ? step.group(1)
                            : step.group(2).replaceAll("\\\\(.)", "$1");
            var known = inner.path("properties").path(name);
            if (known.isObject()) {
                inner = known;
                out.append(out.isEmpty() ? "" : ".").append(name);
            } else if (inner.path("additionalProperties").isObject() && !inner.has("properties")) {
                inner = inner.path("additionalProperties");
                out.append('[').append(name).append(']');
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(out.toString());
    }
}
