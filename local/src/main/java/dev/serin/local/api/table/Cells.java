package dev.serin.local.api.table;

import dev.serin.config.Resource;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// Cells of more than one kind.
final class Cells {
    private Cells() {}

    /// `<none>` where nothing is written.
    static String text(JsonNode node, String field) {
        var text = node.path(field).asString("");
        return text.isEmpty() ? "<none>" : text;
    }

    static long count(JsonNode node, String field) {
        return node.path(field).asLong(0);
    }

    /// As the Istio columns show a list: JSON.
    static String list(JsonNode node) {
        return node.isMissingNode() ? "" : node.toString();
    }

    /// One field of each container of the template, comma between.
    static String containers(Resource resource, String field) {
        return containers(resource.spec().at("/template/spec/containers"), field);
    }

    static String containers(JsonNode containers, String field) {
        var all = new ArrayList<String>();
        for (var container : containers) {
            all.add(container.path(field).asString(""));
        }
        return all.isEmpty() ? "<none>" : String.join(",", all);
    }

    static String selector(JsonNode selector) {
        var all = labels(selector.path("matchLabels"));
        for (var expression : selector.path("matchExpressions")) {
            var values = new ArrayList<String>();
            expression.path("values").forEach(v -> values.add(v.asString("")));
            var key = expression.path("key").asString("");
            all.add(
                    switch (expression.path("operator").asString("")) {
                        case "Exists" -> key;
                        case "DoesNotExist" -> "!" + key;
                        case "NotIn" -> key + " notin (" + String.join(",", values) + ")";
                        default -> key + " in (" + String.join(",", values) + ")";
                    });
        }
        return all.isEmpty() ? "<none>" : String.join(",", all);
    }

    static List<String> labels(JsonNode labels) {
        var all = new ArrayList<String>();
        labels.properties().forEach(p -> all.add(p.getKey() + "=" + p.getValue().asString("")));
        all.sort(null);
        return all;
    }
}
