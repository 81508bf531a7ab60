package dev.serin.local.api.rule;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/// What a Job is given when it is made: labels by which its pods are its own.
final class NewJob {
    private static final String UID = "batch.kubernetes.io/controller-uid";

    private NewJob() {}

    static void complete(ObjectNode body) {
        if (!(body.get("spec") instanceof ObjectNode spec)
                || spec.path("manualSelector").asBoolean(false)) {
            return;
        }
        var metadata = body.path("metadata");
        var labels = spec.withObject("/template").withObject("/metadata").withObject("/labels");
        var shared = !labels.isEmpty() && labels.equals(metadata.path("labels"));
        for (var name : List.of("job-name", "batch.kubernetes.io/job-name")) {
            if (!labels.has(name)) {
                labels.put(name, metadata.path("name").asString(""));
            }
        }
        for (var name : List.of("controller-uid", UID)) {
            if (!labels.has(name)) {
                labels.put(name, metadata.path("uid").asString(""));
            }
        }
        if (shared) {
            body.withObject("/metadata").set("labels", labels.deepCopy());
        }
        var selector = spec.withObject("/selector").withObject("/matchLabels");
        if (!selector.has(UID)) {
            selector.put(UID, metadata.path("uid").asString(""));
        }
    }
}
