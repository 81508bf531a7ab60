package dev.serin.local.api.custom;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// The paths that definitions write, such as `.spec.replicas`, `.status.items[0]`,
/// `.metadata.annotations['a\.b']` and `.status.conditions[?(@.type=="Ready")].status`.
public final class JsonPath {
    private static final Pattern FILTER =
            Pattern.compile("\\?\\(\\s*@\\.([\\w.-]+)\\s*==\\s*(?:\"([^\"]*)\"|'([^']*)')\\s*\\)");

    private JsonPath() {}

    /// The first value at the path; missing where there is none or the path is not understood.
    public static JsonNode find(JsonNode root, String path) {
        var found = List.of(root);
        for (var step : steps(path)) {
            found = found.stream().flatMap(node -> next(node, step).stream()).toList();
        }
        return found.isEmpty() ? MissingNode.getInstance() : found.getFirst();
    }

    /// Writes a value at a path of plain names; objects on the way are made.
    public static void set(ObjectNode root, String path, JsonNode value) {
        var steps = steps(path);
        var at = root;
        for (var step : steps.subList(0, steps.size() - 1)) {
            at = at.path(step) instanceof ObjectNode inner ? inner : at.putObject(step);
        }
        at.set(steps.getLast(), value);
    }

    private static List<JsonNode> next(JsonNode node, String step) {
        if (!step.startsWith("[")) {
            return node.has(step) ? List.of(node.path(step)) : List.of();
        }
        var inner = step.substring(1, step.length() - 1).strip();
        var all = new ArrayList<JsonNode>();
        var filter = FILTER.matcher(inner);
        if (inner.equals("*")) {
            node.forEach(all::add);
        } else if (filter.matches()) {
            var wanted = filter.group(2) == null ? filter.group(3) : filter.group(2);
            for (var item : node) {
                if (find(item, "." + filter.group(1)).asString("").equals(wanted)) {
                    all.add(item);
                }
            }
        } else if (inner.matches("-?[0-9]+")) {
            var index = Integer.parseInt(inner);
            var item = node.get(index < 0 ? node.size() + index : index);
            if (item != null) {
                all.add(item);
            }
        }
        return all;
    }

    /// Names as they are, and everything else in its brackets.
    private static List<String> steps(String path) {
        var steps = new ArrayList<String>();
        var name = new StringBuilder();
        for (var i = 0; i < path.length(); i++) {
            var c = path.charAt(i);
            if (c == '\\' && i + 1 < path.length()) {
                name.append(path.charAt(++i));
            } else if (c == '.' || c == '[') {
                end(name, steps);
                if (c == '[') {
                    var close = close(path, i);
                    var inner = path.substring(i + 1, close);
                    var quoted = inner.length() > 1 && "'\"".indexOf(inner.charAt(0)) >= 0;
                    steps.add(
                            quoted
                                    ? inner.substring(1, inner.length() - 1).replace("\\", "")
                                    : "[" + inner + "]");
                    i = close;
                }
            } else {
                name.append(c);
            }
        }
        end(name, steps);
        return steps;
    }

    private static int close(String path, int open) {
        var depth = 0;
        for (var i = open; i < path.length(); i++) {
            depth += path.charAt(i) == '[' ? 1 : path.charAt(i) == ']' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        return path.length() - 1;
    }

    private static void end(StringBuilder name, List<String> steps) {
        if (!name.isEmpty()) {
            steps.add(name.toString());
            name.setLength(0);
        }
    }
}
