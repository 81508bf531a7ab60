package dev.serin.local.api.table;

import dev.serin.config.Resource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import java.time.Instant;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// One column of a table.
///
/// @param type string, integer or date
/// @param wide shown by `-o wide` only
record Column(
        String name,
        String type,
        String format,
        boolean wide,
        String description,
        BiFunction<Resource, Instant, JsonNode> cell) {

    static Column text(String name, String description, Function<Resource, String> cell) {
        return new Column(name, "string", "", false, description, (r, _) -> string(cell.apply(r)));
    }

    static Column wide(String name, String description, Function<Resource, String> cell) {
        return new Column(name, "string", "", true, description, (r, _) -> string(cell.apply(r)));
    }

    static Column number(String name, String description, ToLongFunction<Resource> cell) {
        return new Column(
                name,
                "integer",
                "",
                false,
                description,
                (r, _) -> JsonNodeFactory.instance.numberNode(cell.applyAsLong(r)));
    }

    /// A number in a column of strings, as Kubernetes has some.
    static Column counted(String name, String description, ToLongFunction<Resource> cell) {
        return new Column(
                name,
                "string",
                "",
                false,
                description,
                (r, _) -> JsonNodeFactory.instance.numberNode(cell.applyAsLong(r)));
    }

    static Column timed(
            String name, String description, BiFunction<Resource, Instant, String> cell) {
        return new Column(
                name, "string", "", false, description, (r, now) -> string(cell.apply(r, now)));
    }

    static Column named() {
        return new Column(
                "Name",
                "string",
                "name",
                false,
                "The name, unique among the resources of this kind in the namespace.",
                (r, _) -> string(r.name()));
    }

    static Column created() {
        return new Column(
                "Created At",
                "date",
                "",
                false,
                "When it was made.",
                (r, _) -> r.metadata().path("creationTimestamp"));
    }

    static Column age() {
        return timed(
                "Age", "The time since it was created.", (r, now) -> Ages.since(r.created(), now));
    }

    private static JsonNode string(String text) {
        return JsonNodeFactory.instance.stringNode(text);
    }
}
