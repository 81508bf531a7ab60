package dev.serin.config.check;

import tools.jackson.databind.JsonNode;

import java.util.List;

/// What a Deployment and a ReplicaSet must keep.
final class WorkloadRules {
    private WorkloadRules() {}

    static void check(Place body) {
        var spec = body.at("spec");
        if (!spec.exists()) {
            body.missing("spec", "what is wanted");
            return;
        }
        spec.notNegative(
                "replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds");
        if (!spec.has("template")) {
            return;
        }
        var template = spec.at("template");
        MetadataRules.labels(template.at("metadata"), "labels");
        PodRules.spec(template.at("spec"));
        var restart = template.at("spec").at("restartPolicy");
        if (!restart.text().isEmpty() && !restart.text().equals("Always")) {
            restart.bad("must be Always: these pods are kept running");
        }
        selector(spec.at("selector"), template.at("metadata").at("labels"));
        strategy(spec.at("strategy"));
    }

    /// A template of pods that a selector must find: of StatefulSets and DaemonSets.
    static void template(Place body) {
        if (body.at("spec").has("template")) {
            job(body);
            selector(
                    body.at("spec").at("selector"),
                    body.at("spec").at("template").at("metadata").at("labels"));
        }
    }

    static void job(Place body) {
        var template = body.at("spec").at("template");
        if (template.exists()) {
            MetadataRules.labels(template.at("metadata"), "labels");
            var claims =
                    body.at("spec").elements("volumeClaimTemplates").stream()
                            .map(claim -> claim.at("metadata").text("name"))
                            .collect(java.util.stream.Collectors.toSet());
            PodRules.spec(template.at("spec"), claims);
        }
    }

    static void cronJob(Place body) {
        job(body.at("spec").at("jobTemplate"));
    }

    private static void selector(Place selector, Place labels) {
        if (!selector.exists()) {
            return;
        }
        if (selector.size("matchLabels") + selector.size("matchExpressions") == 0) {
            selector.bad("must select something", "write the labels of the template");
            return;
        }
        MetadataRules.labels(selector, "matchLabels");
        for (var wanted : selector.entries("matchLabels")) {
            var key = wanted.keyIn(selector.at("matchLabels"));
            if (!labels.node().path(key).asString("").equals(wanted.text())) {
                // The words are those of Kubernetes, which people search for.
                labels.bad(
                        "`selector` does not match template `labels`",
                        "give the template the label " + key + ": " + wanted.text());
                return;
            }
        }
        for (var expression : selector.elements("matchExpressions")) {
            if (!matches(expression, labels.node())) {
                labels.bad("`selector` does not match template `labels`");
                return;
            }
        }
    }

    private static boolean matches(Place expression, JsonNode labels) {
        var value = labels.path(expression.text("key"));
        var among =
                expression.elements("values").stream()
                        .anyMatch(v -> v.text().equals(value.asString("")));
        return switch (expression.text("operator")) {
            case "In" -> value.isString() && among;
            case "NotIn" -> !(value.isString() && among);
            case "Exists" -> value.isString();
            case "DoesNotExist" -> !value.isString();
            default -> {
                expression.word("operator", List.of("In", "NotIn", "Exists", "DoesNotExist"));
                yield true;
            }
        };
    }

    private static void strategy(Place strategy) {
        if (strategy.text("type").equals("Recreate") && strategy.has("rollingUpdate")) {
            strategy.at("rollingUpdate")
                    .forbid("type is Recreate", "take rollingUpdate out, or the type");
        }
        for (var field : List.of("maxUnavailable", "maxSurge")) {
            var value = strategy.at("rollingUpdate").at(field);
            if (value.node().isString() && !value.text().matches("[0-9]+%")
                    || value.node().isIntegralNumber() && value.node().asLong() < 0) {
                value.bad("must be a number of pods or a share such as 25%");
            }
        }
    }
}
