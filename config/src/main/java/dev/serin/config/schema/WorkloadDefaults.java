package dev.serin.config.schema;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Defaults of what makes pods, scales them, or asks for storage, where they follow from other
/// fields.
final class WorkloadDefaults {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String ROLLING = "RollingUpdate";

    private WorkloadDefaults() {}

    static void fill(String type, ObjectNode body) {
        switch (type) {
            case "Job" -> job(body);
            case "StatefulSetSpec" -> claims(body);
            case "StatefulSetUpdateStrategy" -> stateful(body);
            case "DaemonSetUpdateStrategy" -> daemon(body);
            case "HorizontalPodAutoscalerBehavior" -> behaviour(body);
            case "NetworkPolicySpec" -> policy(body);
            case "LimitRangeItem" -> limits(body);
            default -> {}
        }
    }

    private static void absent(ObjectNode body, String field, JsonNode value) {
        if (!body.has(field) || body.path(field).isNull()) {
            body.set(field, value);
        }
    }

    /// Of a Job itself, not of a CronJob's template.
    private static void job(ObjectNode job) {
        if (!(job.path("spec") instanceof ObjectNode spec)) {
            return;
        }
        if (!spec.has("completions") && !spec.has("parallelism")) {
            spec.put("completions", 1);
        }
        absent(spec, "parallelism", NODES.numberNode(1));
        absent(
                spec,
                "backoffLimit",
                NODES.numberNode(spec.has("backoffLimitPerIndex") ? Integer.MAX_VALUE : 6));
        absent(spec, "completionMode", NODES.stringNode("NonIndexed"));
        absent(spec, "suspend", NODES.booleanNode(false));
        absent(spec, "manualSelector", NODES.booleanNode(false));
        absent(
                spec,
                "podReplacementPolicy",
                NODES.stringNode(spec.has("podFailurePolicy") ? "Failed" : "TerminatingOrFailed"));
        var labels = spec.path("template").path("metadata").path("labels");
        if (!labels.isEmpty() && job.path("metadata").path("labels").isEmpty()) {
            job.withObject("/metadata").set("labels", labels.deepCopy());
        }
    }

    private static void claims(ObjectNode spec) {
        for (var claim : spec.path("volumeClaimTemplates")) {
            if (claim instanceof ObjectNode body) {
                body.put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
                if (body.path("status").path("phase").asString("").isEmpty()) {
                    body.withObject("/status").put("phase", "Pending");
                }
            }
        }
    }

    private static void stateful(ObjectNode strategy) {
        if (strategy.path("type").asString("").isEmpty()) {
            strategy.put("type", ROLLING);
            absent(strategy, "rollingUpdate", NODES.objectNode());
        }
        if (strategy.path("type").asString("").equals(ROLLING)
                && strategy.path("rollingUpdate") instanceof ObjectNode rolling) {
            absent(rolling, "partition", NODES.numberNode(0));
            absent(rolling, "maxUnavailable", NODES.numberNode(1));
        }
    }

    private static void daemon(ObjectNode strategy) {
        if (strategy.path("type").asString("").isEmpty()) {
            strategy.put("type", ROLLING);
        }
        if (strategy.path("type").asString("").equals(ROLLING)) {
            absent(strategy, "rollingUpdate", NODES.objectNode());
            var rolling = strategy.withObject("/rollingUpdate");
            absent(rolling, "maxUnavailable", NODES.numberNode(1));
            absent(rolling, "maxSurge", NODES.numberNode(0));
        }
    }

    private static void behaviour(ObjectNode behaviour) {
        var up = behaviour.withObject("/scaleUp");
        absent(up, "stabilizationWindowSeconds", NODES.numberNode(0));
        if (!up.has("policies")) {
            policy(up, "Pods", 4);
            policy(up, "Percent", 100);
        }
        var down = behaviour.withObject("/scaleDown");
        if (!down.has("policies")) {
            policy(down, "Percent", 100);
        }
    }

    private static void policy(ObjectNode rules, String type, int value) {
        rules.withArray("/policies")
                .addObject()
                .put("type", type)
                .put("value", value)
                .put("periodSeconds", 15);
    }

    private static void policy(ObjectNode spec) {
        if (spec.path("policyTypes").isEmpty()) {
            var types = spec.putArray("policyTypes").add("Ingress");
            if (!spec.path("egress").isEmpty()) {
                types.add("Egress");
            }
        }
    }

    private static void limits(ObjectNode item) {
        if (!item.path("type").asString("").equals("Container")) {
            return;
        }
        var usual = item.withObject("/default");
        item.path("max").properties().forEach(p -> absent(usual, p.getKey(), p.getValue()));
        var request = item.withObject("/defaultRequest");
        usual.properties().forEach(p -> absent(request, p.getKey(), p.getValue()));
        item.path("min").properties().forEach(p -> absent(request, p.getKey(), p.getValue()));
        for (var field : new String[] {"default", "defaultRequest"}) {
            if (item.path(field).isEmpty()) {
                item.remove(field);
            }
        }
    }
}
