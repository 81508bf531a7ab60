package dev.serin.cli.mesh;

import dev.serin.config.Resource;

/// A pod in two words, as kubectl would show it: how many of its containers are ready, and its
/// state.
final class PodLine {
    private PodLine() {}

    static String of(Resource pod) {
        var ready = 0;
        var all = 0;
        var reason = pod.status().path("phase").asString("Pending");
        for (var container : pod.status().path("containerStatuses")) {
            all++;
            if (container.path("ready").asBoolean(false)) {
                ready++;
            }
            var waiting = container.path("state").path("waiting").path("reason").asString("");
            if (!waiting.isEmpty() && !waiting.equals("ContainerCreating")) {
                reason = waiting;
            }
        }
        if (!pod.metadata().path("deletionTimestamp").isMissingNode()) {
            reason = "Terminating";
        }
        var containers = Math.max(all, pod.spec().path("containers").size());
        return ready + "/" + containers + " " + reason;
    }

    /// Whether all its containers are ready, and it is not going.
    static boolean isReady(Resource pod) {
        if (!pod.metadata().path("deletionTimestamp").isMissingNode()) {
            return false;
        }
        for (var condition : pod.status().path("conditions")) {
            if (condition.path("type").asString("").equals("Ready")) {
                return condition.path("status").asString("").equals("True");
            }
        }
        return false;
    }
}
