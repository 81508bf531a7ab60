package dev.serin.local.api.table;

import dev.serin.config.Resource;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;

/// What the pod table says of a pod's containers.
final class PodCells {
    private PodCells() {}

    static String ready(Resource pod) {
        var ready = 0;
        var all = pod.spec().path("containers").size();
        for (var container : pod.status().path("containerStatuses")) {
            ready += container.path("ready").asBoolean(false) ? 1 : 0;
        }
        for (var container : pod.spec().path("initContainers")) {
            if (isSidecar(container)) {
                all++;
                var status = status(pod, "initContainerStatuses", container);
                ready += status.path("ready").asBoolean(false) ? 1 : 0;
            }
        }
        return ready + "/" + all;
    }

    /// The word that tells most: of the init container that is not done, else of the containers.
    static String status(Resource pod) {
        var status = pod.status();
        var reason = status.path("reason").asString("");
        var word = reason.isEmpty() ? status.path("phase").asString("") : reason;
        var init = initialising(pod);
        if (!init.isEmpty()) {
            word = init;
        } else {
            var running = false;
            for (int i = status.path("containerStatuses").size() - 1; i >= 0; i--) {
                var container = status.path("containerStatuses").get(i);
                var own = of(container.path("state"));
                word = own.isEmpty() ? word : own;
                running |=
                        container.path("ready").asBoolean(false)
                                && container.path("state").has("running");
            }
            if (word.equals("Completed") && running) {
                word = isReady(pod) ? "Running" : "NotReady";
            }
        }
        if (pod.metadata().has("deletionTimestamp")
                && !word.equals("Completed")
                && !word.equals("Error")) {
            return "Terminating";
        }
        return word;
    }

    private static String of(JsonNode state) {
        var waiting = state.path("waiting").path("reason").asString("");
        if (!waiting.isEmpty()) {
            return waiting;
        }
        var ended = state.path("terminated");
        if (ended.isMissingNode()) {
            return "";
        }
        var reason = ended.path("reason").asString("");
        if (!reason.isEmpty()) {
            return reason;
        }
        var signal = ended.path("signal").asInt(0);
        return signal != 0 ? "Signal:" + signal : "ExitCode:" + ended.path("exitCode").asInt(0);
    }

    private static String initialising(Resource pod) {
        var containers = pod.spec().path("initContainers");
        for (int i = 0; i < containers.size(); i++) {
            var status = status(pod, "initContainerStatuses", containers.get(i));
            if (status.isMissingNode()) {
                continue;
            }
            var state = status.path("state");
            if (state.has("terminated") && state.path("terminated").path("exitCode").asInt(0) == 0
                    || isSidecar(containers.get(i)) && status.path("started").asBoolean(false)) {
                continue;
            }
            var word = of(state);
            return word.isEmpty() || word.equals("PodInitializing")
                    ? "Init:" + i + "/" + containers.size()
                    : "Init:" + word;
        }
        return "";
    }

    static String restarts(Resource pod, Instant now) {
        long count = 0;
        var last = Instant.EPOCH;
        for (var container : pod.status().path("containerStatuses")) {
            count += container.path("restartCount").asLong(0);
            var ended = container.at("/lastState/terminated/finishedAt").asString("");
            if (!ended.isEmpty() && Instant.parse(ended).isAfter(last)) {
                last = Instant.parse(ended);
            }
        }
        return count > 0 && last.isAfter(Instant.EPOCH)
                ? count + " (" + Ages.since(last, now) + " ago)"
                : count + "";
    }

    static String gates(Resource pod) {
        var gates = pod.spec().path("readinessGates");
        if (gates.isEmpty()) {
            return "<none>";
        }
        var met = 0;
        for (var gate : gates) {
            for (var condition : pod.status().path("conditions")) {
                if (condition.path("type").equals(gate.path("conditionType"))
                        && condition.path("status").asString("").equals("True")) {
                    met++;
                }
            }
        }
        return met + "/" + gates.size();
    }

    private static boolean isReady(Resource pod) {
        for (var condition : pod.status().path("conditions")) {
            if (condition.path("type").asString("").equals("Ready")) {
                return condition.path("status").asString("").equals("True");
            }
        }
        return false;
    }

    private static boolean isSidecar(JsonNode container) {
        return container.path("restartPolicy").asString("").equals("Always");
    }

    private static JsonNode status(Resource pod, String list, JsonNode container) {
        for (var status : pod.status().path(list)) {
            if (status.path("name").equals(container.path("name"))) {
                return status;
            }
        }
        return tools.jackson.databind.node.MissingNode.getInstance();
    }

    /// What a row says beside its cells: that the pod has ended; null while it has not.
    static @Nullable ObjectNode condition(Resource pod) {
        var phase = pod.status().path("phase").asString("");
        var message =
                switch (phase) {
                    case "Succeeded" -> "The pod has completed successfully.";
                    case "Failed" -> "The pod failed.";
                    default -> "";
                };
        return message.isEmpty()
                ? null
                : JsonNodeFactory.instance
                        .objectNode()
                        .put("type", "Completed")
                        .put("status", "True")
                        .put("reason", phase)
                        .put("message", message);
    }
}
