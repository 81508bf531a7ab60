package dev.serin.local.api.rule;

import dev.serin.config.Resource;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/// What budgets, scalers, Ingresses, claims and classes must keep.
final class PolicyChecks {
    private static final int HIGHEST_PRIORITY = 1_000_000_000;

    private PolicyChecks() {}

    static void budget(ObjectNode body, @Nullable Resource old, Complaints complaints) {
        var spec = body.path("spec");
        if (spec.has("minAvailable") && spec.has("maxUnavailable")) {
            complaints.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set");
        }
        complaints.share(spec.path("minAvailable"), "spec.minAvailable");
        complaints.share(spec.path("maxUnavailable"), "spec.maxUnavailable");
    }

    static void scaler(ObjectNode body, @Nullable Resource old, Complaints complaints) {
        var spec = body.path("spec");
        var least = spec.path("minReplicas");
        var most = spec.path("maxReplicas");
        if (least.isNumber() && most.asInt(0) < least.asInt(0)) {
            complaints.invalid(
                    "spec.maxReplicas",
                    most.isMissingNode() ? "0" : most.toString(),
                    "must be greater than or equal to `minReplicas`");
        }
        for (var field : List.of("kind", "name")) {
            if (spec.path("scaleTargetRef").path(field).asString("").isEmpty()) {
                complaints.required("spec.scaleTargetRef." + field, "");
            }
        }
        var target = spec.path("scaleTargetRef");
        if (!target.path("apiVersion").asString("").contains("/")
                && !target.path("kind").asString("").equals("ReplicationController")) {
            complaints.invalid(
                    "spec.scaleTargetRef.apiVersion",
                    "\"" + target.path("apiVersion").asString("") + "\"",
                    "apiVersion must specify API group");
        }
        metrics(spec, complaints);
        for (var way : List.of("scaleUp", "scaleDown")) {
            var rules = spec.path("behavior").path(way);
            var window = rules.path("stabilizationWindowSeconds");
            if (window.asInt(0) < 0) {
                complaints.invalid(
                        "spec.behavior." + way + ".stabilizationWindowSeconds",
                        window,
                        "must be greater than or equal to zero");
            } else if (window.asInt(0) > 3600) {
                complaints.invalid(
                        "spec.behavior." + way + ".stabilizationWindowSeconds",
                        window,
                        "must be less than or equal to 3600");
            }
        }
        complaints.atLeast(0, least, "spec.minReplicas");
        if (most.asInt(0) == 0) {
            complaints.required("spec.maxReplicas", "must be set and greater than 0");
        } else {
            complaints.atLeast(1, most, "spec.maxReplicas");
        }
    }

    private static void metrics(JsonNode spec, Complaints complaints) {
        var idle = false;
        for (var i = 0; i < spec.path("metrics").size(); i++) {
            var metric = spec.path("metrics").path(i);
            metric(metric, "spec.metrics[" + i + "]", complaints);
            idle |= List.of("Object", "External").contains(metric.path("type").asString(""));
        }
        if (spec.path("minReplicas").asInt(1) == 0 && !idle) {
            complaints.forbidden(
                    "spec.metrics",
                    "must specify at least one Object or External metric to support scaling to"
                            + " zero replicas");
        }
    }

    private static void metric(JsonNode metric, String path, Complaints complaints) {
        var source =
                switch (metric.path("type").asString("")) {
                    case "Resource" -> "resource";
                    case "ContainerResource" -> "containerResource";
                    case "Pods" -> "pods";
                    case "Object" -> "object";
                    case "External" -> "external";
                    default -> "";
                };
        if (source.isEmpty()) {
            complaints.unsupported(
                    path + ".type",
                    metric.path("type"),
                    "ContainerResource",
                    "External",
                    "Object",
                    "Pods",
                    "Resource");
            return;
        }
        if (!metric.has(source)) {
            complaints.required(
                    path + "." + source, "must populate information for the given metric source");
            return;
        }
        var target = metric.path(source).path("target");
        var utilization = target.path("averageUtilization");
        if (utilization.isNumber() && utilization.asInt(0) < 1) {
            complaints.invalid(
                    path + "." + source + ".target.averageUtilization",
                    utilization,
                    "must be greater than 0");
        }
        if (source.equals("resource")
                && !target.has("averageUtilization")
                && !target.has("averageValue")) {
            complaints.required(
                    path + ".resource.target.averageUtilization",
                    "must set either a target raw value or a target utilization");
        }
    }

    static void ingress(ObjectNode body, @Nullable Resource old, Complaints complaints) {
        var spec = body.path("spec");
        if (spec.path("rules").isEmpty() && !spec.has("defaultBackend")) {
            complaints.invalid(
                    "spec", "null", "either `defaultBackend` or `rules` must be specified");
        }
        if (spec.has("defaultBackend")) {
            backend(spec.path("defaultBackend"), "spec.defaultBackend", complaints);
        }
        for (var i = 0; i < spec.path("rules").size(); i++) {
            var http = spec.path("rules").path(i).path("http");
            var path = "spec.rules[" + i + "].http.paths";
            if (http.isObject() && http.path("paths").isEmpty()) {
                complaints.required(path, "");
            }
            for (var j = 0; j < http.path("paths").size(); j++) {
                path(http.path("paths").path(j), path + "[" + j + "]", complaints);
            }
        }
    }

    private static void path(JsonNode way, String path, Complaints complaints) {
        if (!way.has("pathType")) {
            complaints.required(path + ".pathType", "pathType must be specified");
            return;
        }
        var text = way.path("path").asString("");
        var any = way.path("pathType").asString("").equals("ImplementationSpecific");
        if (!text.startsWith("/") && !(any && text.isEmpty())) {
            complaints.invalid(path + ".path", "\"" + text + "\"", "must be an absolute path");
        }
        backend(way.path("backend"), path + ".backend", complaints);
    }

    private static void backend(JsonNode backend, String path, Complaints complaints) {
        var service = backend.path("service");
        if (backend.has("resource") && service.isObject()) {
            complaints.invalid(path, "\"\"", "cannot set both resource and service backends");
        } else if (service.isObject()) {
            if (service.path("name").asString("").isEmpty()) {
                complaints.required(path + ".service.name", "");
            }
            var port = service.path("port");
            var named = !port.path("name").asString("").isEmpty();
            if (named && port.path("number").asInt(0) != 0) {
                complaints.invalid(path, "\"\"", "cannot set both port name & port number");
            } else if (!named && port.path("number").asInt(0) == 0) {
                complaints.required(path, "port name or number is required");
            }
        } else if (!backend.has("resource")) {
            complaints.invalid(path, "\"\"", "resource or service backend is required");
        }
    }

    static void claim(ObjectNode body, @Nullable Resource old, Complaints complaints) {
        var spec = body.path("spec");
        if (spec.path("accessModes").isEmpty()) {
            complaints.required("spec.accessModes", "at least 1 access mode is required");
        }
        modes(spec, complaints);
        if (!spec.path("resources").path("requests").has("storage")) {
            complaints.required("spec.resources[storage]", "");
        }
        if (old != null) {
            var was = (ObjectNode) old.spec().deepCopy();
            var now = (ObjectNode) spec.deepCopy();
            if (!was.has("volumeName")) {
                was.remove("volumeName");
                now.remove("volumeName");
            }
            if (!was.has("storageClassName")) {
                now.remove("storageClassName");
            }
            if (old.status().path("phase").asString("").equals("Bound")) {
                was.remove("resources");
                now.remove("resources");
            }
            if (!was.equals(now)) {
                complaints.forbidden(
                        "spec",
                        "spec is immutable after creation except resources.requests and"
                                + " volumeAttributesClassName for bound claims");
            }
        }
    }

    private static void modes(JsonNode spec, Complaints complaints) {
        var modes = List.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");
        for (var mode : spec.path("accessModes")) {
            if (!modes.contains(mode.asString(""))) {
                complaints.unsupported("spec.accessModes", mode, modes.toArray(String[]::new));
            }
        }
    }

    static void volume(ObjectNode body, @Nullable Resource old, Complaints complaints) {
        var spec = body.path("spec");
        if (spec.path("accessModes").isEmpty()) {
            complaints.required("spec.accessModes", "");
        }
        modes(spec, complaints);
        if (spec.path("capacity").isEmpty()) {
            complaints.required("spec.capacity", "");
        }
    }

    static void storageClass(ObjectNode body, @Nullable Resource old, Complaints complaints) {
        if (body.path("provisioner").asString("").isEmpty()) {
            complaints.required("provisioner", "");
        }
        var reclaim = body.path("reclaimPolicy");
        if (!List.of("Delete", "Retain").contains(reclaim.asString(""))) {
            complaints.unsupported("reclaimPolicy", reclaim, "Delete", "Retain");
        }
        var mode = body.path("volumeBindingMode");
        if (!List.of("Immediate", "WaitForFirstConsumer").contains(mode.asString(""))) {
            complaints.unsupported("volumeBindingMode", mode, "Immediate", "WaitForFirstConsumer");
        }
        if (old != null) {
            for (var field :
                    List.of("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode")) {
                complaints.unchanged(old.body().path(field), body.path(field), field);
            }
        }
    }

    static void priority(ObjectNode body, @Nullable Resource old, Complaints complaints) {
        var name = body.path("metadata").path("name").asString("");
        if (!name.startsWith("system-") && body.path("value").asInt(0) > HIGHEST_PRIORITY) {
            complaints.forbidden(
                    "value",
                    "maximum allowed value of a user defined priority is " + HIGHEST_PRIORITY);
        }
        if (old != null) {
            if (!old.body().path("value").equals(body.path("value"))) {
                complaints.forbidden("value", "may not be changed in an update.");
            }
            complaints.unchanged(
                    old.body().path("preemptionPolicy"),
                    body.path("preemptionPolicy"),
                    "preemptionPolicy");
        }
    }
}
