package dev.serin.controlplane.fields;

import dev.serin.config.fields.FieldState;
import dev.serin.config.fields.FieldStates;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The table of fields as a reader of COMPATIBILITY.md sees it: a table a kind, a line for the
/// fields of one type that fare alike.
record FieldsAsMarkdown(Map<String, Fields.Owner> owners, FieldStates states) {

    String text() {
        var counts = new int[3];
        states.types().values().forEach(all -> all.values().forEach(s -> counts[rank(s)]++));
        var out = new StringBuilder();
        out.append(
                "%d fields and words work, %d have no effect, %d are refused.\n"
                        .formatted(counts[0], counts[1], counts[2]));
        var kind = "";
        for (var entry : owners.entrySet()) {
            var path = entry.getValue().paths().getFirst();
            var root = path.contains(".") ? path.substring(0, path.indexOf('.')) : path;
            if (!root.equals(kind)) {
                kind = root;
                out.append("\n### ").append(kind).append("\n\n| fields | |\n|---|---|\n");
            }
            rows(entry.getKey(), path.substring(root.length()), out);
        }
        return out.append('\n').toString();
    }

    private void rows(String type, String path, StringBuilder out) {
        var rows = new LinkedHashMap<String, List<String>>();
        states.types()
                .getOrDefault(type, Map.of())
                .forEach((field, state) ->
                        rows.computeIfAbsent(words(state), _ -> new ArrayList<>())
                                .add(field.replace("=", ": ")));
        var owner = path.isEmpty() ? "" : "`" + path.substring(1) + "`: ";
        rows.forEach((words, names) ->
                out.append("| ")
                        .append(owner)
                        .append(String.join(", ", names))
                        .append(" | ")
                        .append(words)
                        .append(" |\n"));
    }

    private static String words(FieldState state) {
        return switch (state) {
            case FieldState.Works works ->
                    works.note().isEmpty() ? "works" : "works: " + works.note();
            case FieldState.WithoutEffect without -> "no effect: " + without.why();
            case FieldState.Refused refused -> "refused: " + refused.why() + "; " + refused.cure();
        };
    }

    private static int rank(FieldState state) {
        return switch (state) {
            case FieldState.Works _ -> 0;
            case FieldState.WithoutEffect _ -> 1;
            case FieldState.Refused _ -> 2;
        };
    }
}
