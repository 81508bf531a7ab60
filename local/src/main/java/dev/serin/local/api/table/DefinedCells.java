package dev.serin.local.api.table;

import dev.serin.config.Resource;
import dev.serin.local.api.custom.JsonPath;
import dev.serin.local.api.kind.CustomVersion.PrinterColumn;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The tables of users' kinds, and of their definitions.
final class DefinedCells {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private DefinedCells() {}

    static Tables of(List<PrinterColumn> columns) {
        var all = new ArrayList<Column>();
        all.add(Column.named());
        for (var column : columns) {
            all.add(
                    new Column(
                            column.name(),
                            column.type(),
                            column.format(),
                            column.priority() > 0,
                            column.description(),
                            (resource, now) -> cell(resource, column, now)));
        }
        return new Tables(all);
    }

    private static JsonNode cell(Resource resource, PrinterColumn column, Instant now) {
        var value = JsonPath.find(resource.body(), column.path());
        if (value.isMissingNode() || value.isNull()) {
            return NODES.nullNode();
        }
        return switch (column.type()) {
            case "string" ->
                    NODES.stringNode(
                            value.isString() ? value.asString() : sorted(value).toString());
            case "integer" ->
                    value.isNumber() ? NODES.numberNode(value.asLong()) : NODES.nullNode();
            case "number" -> value.isNumber() ? value : NODES.nullNode();
            case "boolean" -> value.isBoolean() ? value : NODES.nullNode();
            case "date" -> NODES.stringNode(age(value.asString(""), now));
            default -> NODES.nullNode();
        };
    }

    /// As Go writes maps.
    private static JsonNode sorted(JsonNode node) {
        if (node.isObject()) {
            var out = NODES.objectNode();
            node.properties().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(p -> out.set(p.getKey(), sorted(p.getValue())));
            return out;
        }
        if (node.isArray()) {
            var out = NODES.arrayNode();
            node.forEach(item -> out.add(sorted(item)));
            return out;
        }
        return node;
    }

    private static String age(String time, Instant now) {
        try {
            return Ages.since(OffsetDateTime.parse(time).toInstant(), now);
        } catch (DateTimeParseException e) {
            return "<invalid>";
        }
    }

    static Tables definitions() {
        return new Tables(
                List.of(
                        Column.named(),
                        Column.text(
                                "Scope",
                                "Whether its resources are in namespaces.",
                                r -> r.spec().path("scope").asString("")),
                        Column.text("Versions", "Those that are served.", DefinedCells::versions),
                        Column.created(),
                        Column.wide(
                                "Group", "Its group.", r -> r.spec().path("group").asString("")),
                        Column.wide(
                                "Kind",
                                "Its kind.",
                                r -> r.spec().path("names").path("kind").asString("")),
                        Column.wide(
                                "ShortNames",
                                "Its shorter names.",
                                r -> shortNames(r.spec().path("names").path("shortNames"))),
                        new Column(
                                "Established",
                                "boolean",
                                "",
                                true,
                                "Whether it is served.",
                                (r, _) -> NODES.booleanNode(isEstablished(r)))));
    }

    private static String versions(Resource definition) {
        var all = new ArrayList<String>();
        for (var version : definition.spec().path("versions")) {
            if (version.path("served").asBoolean(false)) {
                var stored = version.path("storage").asBoolean(false) ? "(storage)" : "";
                all.add(version.path("name").asString("") + stored);
            }
        }
        return String.join(",", all);
    }

    private static String shortNames(JsonNode names) {
        var all = new ArrayList<String>();
        names.forEach(n -> all.add(n.asString("")));
        return all.isEmpty() ? "<none>" : String.join(",", all);
    }

    private static boolean isEstablished(Resource definition) {
        for (var condition : definition.status().path("conditions")) {
            if (condition.path("type").asString("").equals("Established")) {
                return condition.path("status").asString("").equals("True");
            }
        }
        return false;
    }
}
