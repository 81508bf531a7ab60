package dev.serin.local.api.shape;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The two forms of a HorizontalPodAutoscaler: `autoscaling/v1` has one field for the CPU where
/// `autoscaling/v2`, which is stored, has a list of metrics. What v1 can't say is kept as it is
/// when a v1 body replaces a stored one only through a patch of the v1 form.
public final class ScalerForms {
    private static final String OLD = "autoscaling/v1";
    private static final String NEW = "autoscaling/v2";
    private static final String KIND = "HorizontalPodAutoscaler";
    private static final String TARGET = "targetCPUUtilizationPercentage";
    private static final String CURRENT = "currentCPUUtilizationPercentage";

    private ScalerForms() {}

    public static boolean isOld(String apiVersion, String kind) {
        return apiVersion.equals(OLD) && kind.equals(KIND);
    }

    /// The stored form of an old one; changes the body.
    public static ObjectNode stored(ObjectNode body) {
        body.put("apiVersion", NEW);
        if (body.path("spec") instanceof ObjectNode spec && spec.has(TARGET)) {
            var target = spec.remove(TARGET);
            var metric = spec.putArray("metrics").addObject();
            metric.putObject("resource")
                    .put("name", "cpu")
                    .putObject("target")
                    .put("averageUtilization", target.asInt(0))
                    .put("type", "Utilization");
            metric.put("type", "Resource");
        }
        if (body.path("status") instanceof ObjectNode status) {
            status.remove(CURRENT);
        }
        return body;
    }

    /// The old form of a stored one, a copy.
    public static ObjectNode old(ObjectNode stored) {
        var body = stored.deepCopy();
        body.put("apiVersion", OLD);
        if (body.path("spec") instanceof ObjectNode spec) {
            for (var metric : spec.path("metrics")) {
                var share = metric.path("resource").path("target").path("averageUtilization");
                if (metric.path("resource").path("name").asString("").equals("cpu")
                        && share.isNumber()) {
                    spec.set(TARGET, share);
                }
            }
            spec.remove("metrics");
            spec.remove("behavior");
        }
        if (body.path("status") instanceof ObjectNode status) {
            for (var metric : status.path("currentMetrics")) {
                var share = metric.path("resource").path("current").path("averageUtilization");
                if (share.isNumber()) {
                    status.set(CURRENT, share);
                }
            }
            status.remove("currentMetrics");
            status.remove("conditions");
            status.set(
                    "currentReplicas",
                    JsonNodeFactory.instance.numberNode(status.path("currentReplicas").asInt(0)));
        }
        return body;
    }
}
