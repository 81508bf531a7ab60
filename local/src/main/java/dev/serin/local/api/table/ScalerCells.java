package dev.serin.local.api.table;

import static dev.serin.local.api.table.Column.age;
import static dev.serin.local.api.table.Column.named;
import static dev.serin.local.api.table.Column.text;

import dev.serin.config.Resource;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// What the table of HorizontalPodAutoscalers shows.
final class ScalerCells {
    private static final String UNKNOWN = "<unknown>";
    private static final int SHOWN = 2;

    private ScalerCells() {}

    static List<Column> columns() {
        return List.of(
                named(),
                text(
                        "Reference",
                        "What it scales.",
                        r ->
                                r.spec().at("/scaleTargetRef/kind").asString("")
                                        + "/"
                                        + r.spec().at("/scaleTargetRef/name").asString("")),
                text("Targets", "What is measured, and what it should be.", ScalerCells::targets),
                text(
                        "MinPods",
                        "Fewest pods.",
                        r -> {
                            var least = r.spec().path("minReplicas");
                            return least.isNumber() ? least.asString() : "<unset>";
                        }),
                integer("MaxPods", "Most pods.", r -> Cells.count(r.spec(), "maxReplicas")),
                integer("Replicas", "Pods now.", r -> Cells.count(r.status(), "currentReplicas")),
                age());
    }

    /// A number in a column that calls itself text.
    private static Column integer(
            String name, String description, java.util.function.ToLongFunction<Resource> cell) {
        return new Column(
                name,
                "string",
                "",
                false,
                description,
                (r, _) ->
                        tools.jackson.databind.node.JsonNodeFactory.instance.numberNode(
                                cell.applyAsLong(r)));
    }

    private static String targets(Resource scaler) {
        var metrics = scaler.spec().path("metrics");
        if (metrics.isEmpty()) {
            return "<none>";
        }
        var all = new ArrayList<String>();
        for (var i = 0; i < Math.min(SHOWN, metrics.size()); i++) {
            all.add(target(metrics.path(i), scaler.status().path("currentMetrics").path(i)));
        }
        return String.join(", ", all)
                + (metrics.size() > SHOWN ? " + " + (metrics.size() - SHOWN) + " more..." : "");
    }

    private static String target(JsonNode metric, JsonNode current) {
        return switch (metric.path("type").asString("")) {
            case "Resource" ->
                    resource(metric.path("resource"), current.path("resource").path("current"));
            case "ContainerResource" ->
                    resource(
                            metric.path("containerResource"),
                            current.path("containerResource").path("current"));
            case "Pods" ->
                    value(current.at("/pods/current/averageValue"))
                            + "/"
                            + metric.at("/pods/target/averageValue").asString("");
            case "Object" -> of(metric.path("object"), current.path("object"));
            case "External" -> of(metric.path("external"), current.path("external"));
            default -> "<unknown type>";
        };
    }

    private static String resource(JsonNode source, JsonNode current) {
        var target = source.path("target");
        String shown;
        if (target.has("averageValue")) {
            shown =
                    value(current.path("averageValue"))
                            + "/"
                            + target.path("averageValue").asString("");
        } else {
            shown =
                    percent(current.path("averageUtilization"), UNKNOWN)
                            + "/"
                            + percent(target.path("averageUtilization"), "<auto>");
        }
        return source.path("name").asString("") + ": " + shown;
    }

    private static String of(JsonNode source, JsonNode current) {
        var average = source.path("target").path("averageValue");
        return average.isValueNode()
                ? value(current.at("/current/averageValue")) + "/" + average.asString() + " (avg)"
                : value(current.at("/current/value"))
                        + "/"
                        + source.at("/target/value").asString("");
    }

    private static String value(JsonNode value) {
        return value.isValueNode() && !value.isNull() ? value.asString() : UNKNOWN;
    }

    private static String percent(JsonNode share, String absent) {
        return share.isNumber() ? share.asString() + "%" : absent;
    }
}
