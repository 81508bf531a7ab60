package dev.serin.local.api.rule;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/// What is there although nobody says it: parts that Kubernetes' own kinds always write, empty or
/// with a first value, and defaults that follow from several fields.
final class Blanks {
    private Blanks() {}

    static void fill(String family, ObjectNode body) {
        switch (family) {
            case "pods" -> pod(body);
            case "services" -> service(body);
            case "nodes" -> node(body);
            case "events" -> {
                empty(body, "eventTime");
                blank(body, "reportingComponent");
                blank(body, "reportingInstance");
            }
            case "endpointslices.discovery.k8s.io" ->
                    objects(body.path("endpoints"), endpoint -> open(endpoint, "conditions"));
            default -> {}
        }
    }

    private static void pod(ObjectNode body) {
        if (body.path("spec") instanceof ObjectNode spec && !spec.has("enableServiceLinks")) {
            spec.put("enableServiceLinks", true);
        }
        var status = body.path("status");
        objects(
                status.path("conditions"),
                condition -> {
                    empty(condition, "lastProbeTime");
                    empty(condition, "lastTransitionTime");
                });
        for (var list : List.of("containerStatuses", "initContainerStatuses")) {
            objects(
                    status.path(list),
                    container -> {
                        open(container, "lastState");
                        open(container, "state");
                    });
        }
    }

    private static void service(ObjectNode body) {
        if (body.path("spec") instanceof ObjectNode spec
                && List.of("NodePort", "LoadBalancer").contains(spec.path("type").asString(""))
                && !spec.has("externalTrafficPolicy")) {
            spec.put("externalTrafficPolicy", "Cluster");
        } else if (body.path("spec") instanceof ObjectNode spec
                && spec.path("type").asString("").equals("ClusterIP")) {
            spec.remove("externalTrafficPolicy");
        }
    }

    private static void node(ObjectNode body) {
        if (body.path("spec") instanceof ObjectNode spec
                && !spec.path("podCIDR").asString("").isEmpty()
                && spec.path("podCIDRs").isEmpty()) {
            spec.putArray("podCIDRs").add(spec.path("podCIDR").asString(""));
        }
    }

    private static void objects(JsonNode list, java.util.function.Consumer<ObjectNode> each) {
        for (var item : list) {
            if (item instanceof ObjectNode object) {
                each.accept(object);
            }
        }
    }

    private static void empty(ObjectNode object, String field) {
        if (!object.has(field)) {
            object.putNull(field);
        }
    }

    private static void blank(ObjectNode object, String field) {
        if (!object.has(field)) {
            object.put(field, "");
        }
    }

    private static void open(ObjectNode object, String field) {
        if (!object.has(field)) {
            object.putObject(field);
        }
    }
}
