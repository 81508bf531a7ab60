package dev.serin.local.controllers;

import dev.serin.config.Resource;

import tools.jackson.databind.JsonNode;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.StreamSupport;

/// Which resources a label selector means: `matchLabels` and `matchExpressions`, all of which must
/// hold. One without either selects nothing.
///
/// @param labels what must be equal, for a list call that narrows
public record Selection(Map<String, String> labels, JsonNode expressions) {

    /// Of a Deployment or a ReplicaSet.
    public static Selection of(Resource owner) {
        return of(owner.spec().path("selector"));
    }

    public static Selection of(JsonNode selector) {
        var labels = new LinkedHashMap<String, String>();
        selector.path("matchLabels")
                .properties()
                .forEach(p -> labels.put(p.getKey(), p.getValue().asString("")));
        return new Selection(labels, selector.path("matchExpressions"));
    }

    public boolean selects(Resource resource) {
        return !(labels.isEmpty() && expressions.isEmpty()) && holds(resource.labels());
    }

    /// Whether all of it is true of these; one that says nothing is.
    public boolean holds(Map<String, String> there) {
        return there.entrySet().containsAll(labels.entrySet())
                && StreamSupport.stream(expressions.spliterator(), false)
                        .allMatch(e -> holds(e, there));
    }

    private static boolean holds(JsonNode expression, Map<String, String> labels) {
        var value = labels.get(expression.path("key").asString(""));
        var among =
                value != null
                        && StreamSupport.stream(expression.path("values").spliterator(), false)
                                .anyMatch(v -> v.asString("").equals(value));
        return switch (expression.path("operator").asString("")) {
            case "In" -> among;
            case "NotIn" -> !among;
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default -> false;
        };
    }
}
