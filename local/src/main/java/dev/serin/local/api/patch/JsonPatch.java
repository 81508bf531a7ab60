package dev.serin.local.api.patch;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/// RFC 6902: a list of operations, all or none.
public final class JsonPatch {
    private JsonPatch() {}

    /// An operation that cannot be done on this document.
    public static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failed(String message) {
            super(message);
        }
    }

    /// @throws Failed naming the first operation that could not be done
    public static JsonNode apply(JsonNode document, JsonNode patch) {
        if (!patch.isArray()) {
            throw new Failed("a JSON patch is a list of operations");
        }
        var out = document.deepCopy();
        for (var operation : patch) {
            out = step(out, operation);
        }
        return out;
    }

    private static JsonNode step(JsonNode root, JsonNode operation) {
        var op = operation.path("op").asString("");
        var path = pointer(operation.path("path").asString(""));
        return switch (op) {
            case "add" -> put(root, path, value(operation), true);
            case "replace" -> {
                require(root, path, op);
                yield put(root, path, value(operation), false);
            }
            case "remove" -> remove(root, path);
            case "move" -> {
                var from = pointer(operation.path("from").asString(""));
                var moved = require(root, from, op);
                yield put(remove(root, from), path, moved, true);
            }
            case "copy" -> {
                var from = pointer(operation.path("from").asString(""));
                yield put(root, path, require(root, from, op).deepCopy(), true);
            }
            case "test" -> {
                var found = at(root, path);
                if (found == null ? !value(operation).isNull() : !equal(found, value(operation))) {
                    throw new Failed(
                            "testing value " + operation.path("path").asString("") + " failed");
                }
                yield root;
            }
            default -> throw new Failed("unexpected kind: " + op);
        };
    }

    private static boolean equal(JsonNode a, JsonNode b) {
        return a.equals(b) || a.isNumber() && b.isNumber() && a.asDouble() == b.asDouble();
    }

    private static JsonNode value(JsonNode operation) {
        var value = operation.get("value");
        if (value == null) {
            throw new Failed("an operation without its value: " + operation);
        }
        return value.deepCopy();
    }

    private static List<String> pointer(String text) {
        var parts = new ArrayList<String>();
        if (!text.isEmpty() && !text.startsWith("/")) {
            throw new Failed("not a JSON pointer: " + text);
        }
        if (!text.isEmpty()) {
            for (var part : text.substring(1).split("/", -1)) {
                parts.add(part.replace("~1", "/").replace("~0", "~"));
            }
        }
        return parts;
    }

    private static @Nullable JsonNode at(JsonNode root, List<String> path) {
        JsonNode node = root;
        for (var part : path) {
            node = child(node, part);
            if (node == null) {
                return null;
            }
        }
        return node;
    }

    private static @Nullable JsonNode child(JsonNode node, String part) {
        if (node instanceof ArrayNode array) {
            var index = index(part, array.size() - 1);
            return index < 0 ? null : array.get(index);
        }
        return node.get(part);
    }

    /// -1 when it is not an index up to `last`.
    private static int index(String part, int last) {
        if (part.isEmpty() || part.length() > 9 || !part.chars().allMatch(Character::isDigit)) {
            return -1;
        }
        var index = Integer.parseInt(part);
        return index > last ? -1 : index;
    }

    private static JsonNode require(JsonNode root, List<String> path, String op) {
        var found = at(root, path);
        if (found == null) {
            throw missing(op, path);
        }
        return found;
    }

    private static Failed missing(String op, List<String> path) {
        return new Failed(
                op + " operation does not apply: doc is missing path: /" + String.join("/", path));
    }

    private static JsonNode put(JsonNode root, List<String> path, JsonNode value, boolean insert) {
        if (path.isEmpty()) {
            return value;
        }
        var last = path.getLast();
        var parent = at(root, path.subList(0, path.size() - 1));
        switch (parent) {
            case ObjectNode object -> object.set(last, value);
            case ArrayNode array when insert -> {
                var index = last.equals("-") ? array.size() : index(last, array.size());
                if (index < 0) {
                    throw missing("add", path);
                }
                array.insert(index, value);
            }
            case ArrayNode array -> array.set(index(last, array.size() - 1), value);
            case null, default -> throw missing(insert ? "add" : "replace", path);
        }
        return root;
    }

    private static JsonNode remove(JsonNode root, List<String> path) {
        require(root, path, "remove");
        var last = path.getLast();
        switch (at(root, path.subList(0, path.size() - 1))) {
            case ObjectNode object -> object.remove(last);
            case ArrayNode array -> array.remove(index(last, array.size() - 1));
            case null, default -> throw missing("remove", path);
        }
        return root;
    }
}
