package dev.serin.local.node;

import dev.serin.config.Resource;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/// A pod's status, built from its containers: what `kubectl get pods` and `describe` show. Pure.
final class PodStatus {
    private PodStatus() {}

    /// @param containers empty while the pod's network and volumes are being made
    /// @param before the status told last, from which unchanged conditions keep their time
    static ObjectNode of(
            Resource pod,
            List<Container> containers,
            Optional<String> address,
            String hostIP,
            Instant startTime,
            Instant now,
            @Nullable ObjectNode before) {
        var status = JsonNodeFactory.instance.objectNode();
        var apps = containers.stream().filter(c -> c.role() == Container.Role.APP).toList();
        var inits = containers.stream().filter(c -> c.role() != Container.Role.APP).toList();
        var initialized =
                !containers.isEmpty()
                        && inits.stream()
                                .allMatch(c ->
                                        c.role() == Container.Role.INIT
                                                ? c.succeeded()
                                                : c.started() || c.finished());
        var phase = phase(apps, inits, initialized);
        var done = phase.equals("Succeeded") || phase.equals("Failed");
        var ready =
                initialized
                        && !apps.isEmpty()
                        && !done
                        && containers.stream().allMatch(Container::ready);
        status.put("phase", phase);
        var conditions = status.putArray("conditions");
        var unready = done ? "PodCompleted" : apps.isEmpty() || !ready ? "ContainersNotReady" : "";
        for (var condition :
                List.of(
                        new Condition("PodReadyToStartContainers", address.isPresent(), ""),
                        new Condition(
                                "Initialized",
                                initialized,
                                initialized ? "" : "ContainersNotInitialized"),
                        new Condition("Ready", ready, unready),
                        new Condition("ContainersReady", ready, unready),
                        new Condition("PodScheduled", true, ""))) {
            conditions.add(condition.json(before, now));
        }
        status.put("hostIP", hostIP).putArray("hostIPs").addObject().put("ip", hostIP);
        address.ifPresent(ip -> {
            status.put("podIP", ip).putArray("podIPs").addObject().put("ip", ip);
        });
        status.put("startTime", text(startTime));
        if (pod.spec().path("initContainers").size() > 0) {
            add(status, pod, "initContainerStatuses", "initContainers", inits);
        }
        add(status, pod, "containerStatuses", "containers", apps);
        status.put("qosClass", qosClass(pod.spec()));
        return status;
    }

    /// How often a container had been started before the mesh was, which counts as a restart, too.
    static int restarts(Resource pod, JsonNode container) {
        for (var list : new String[] {"containerStatuses", "initContainerStatuses"}) {
            for (var status : pod.status().path(list)) {
                if (status.path("name").asString("").equals(container.path("name").asString(""))
                        && status.has("containerID")) {
                    return status.path("restartCount").asInt(0) + 1;
                }
            }
        }
        return 0;
    }

    private static void add(
            ObjectNode status, Resource pod, String to, String from, List<Container> containers) {
        var list = status.putArray(to);
        if (!containers.isEmpty()) {
            containers.forEach(container -> list.add(json(pod, container)));
            return;
        }
        for (var spec : pod.spec().path(from)) {
            var entry = list.addObject();
            entry.put("name", spec.path("name").asString(""));
            entry.putObject("state").putObject("waiting").put("reason", waiting(pod));
            entry.putObject("lastState");
            entry.put("ready", false).put("restartCount", 0);
            entry.put("image", spec.path("image").asString("")).put("imageID", "");
            entry.put("started", false);
        }
    }

    private static String waiting(Resource pod) {
        return pod.spec().path("initContainers").isEmpty()
                ? "ContainerCreating"
                : "PodInitializing";
    }

    private static ObjectNode json(Resource pod, Container container) {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("name", container.name());
        json.set("state", state(pod, container, container.state()));
        var last = container.last();
        json.set(
                "lastState",
                last == null ? JsonNodeFactory.instance.objectNode() : state(pod, container, last));
        json.put("ready", container.ready()).put("restartCount", container.restarts());
        var image = container.spec().path("image").asString("");
        json.put("image", image).put("imageID", "serin://" + image);
        if (!(container.state() instanceof Container.State.Waiting) || last != null) {
            json.put("containerID", id(pod, container));
        }
        json.put("started", container.started());
        return json;
    }

    private static String id(Resource pod, Container container) {
        return "serin://" + pod.uid() + "/" + container.name() + "/" + container.restarts();
    }

    private static ObjectNode state(Resource pod, Container container, Container.State state) {
        var json = JsonNodeFactory.instance.objectNode();
        switch (state) {
            case Container.State.Waiting(String reason, String message) -> {
                var waiting = json.putObject("waiting");
                waiting.put(
                        "reason",
                        reason.equals("ContainerCreating")
                                        && container.role() == Container.Role.APP
                                        && container.last() == null
                                ? waiting(pod)
                                : reason);
                if (!message.isEmpty()) {
                    waiting.put("message", message);
                }
            }
            case Container.State.Running(Instant since) ->
                    json.putObject("running").put("startedAt", text(since));
            case Container.State.Terminated ended -> {
                var terminated = json.putObject("terminated");
                terminated.put("exitCode", ended.code()).put("reason", ended.reason());
                if (!ended.message().isEmpty()) {
                    terminated.put("message", ended.message());
                }
                terminated.put("startedAt", text(ended.started()));
                terminated.put("finishedAt", text(ended.finished()));
                terminated.put("containerID", id(pod, container));
            }
        }
        return json;
    }

    private static String phase(List<Container> apps, List<Container> inits, boolean initialized) {
        if (inits.stream()
                .anyMatch(c -> c.role() == Container.Role.INIT && c.finished() && !c.succeeded())) {
            return "Failed";
        }
        if (!initialized || apps.isEmpty()) {
            return "Pending";
        }
        if (apps.stream().allMatch(Container::finished)) {
            return apps.stream().allMatch(Container::succeeded) ? "Succeeded" : "Failed";
        }
        var anyBegun =
                apps.stream()
                        .anyMatch(c ->
                                !(c.state() instanceof Container.State.Waiting)
                                        || c.last() != null);
        return anyBegun ? "Running" : "Pending";
    }

    private static String qosClass(JsonNode spec) {
        var any = false;
        var all = true;
        for (var container : spec.path("containers")) {
            var limits = container.path("resources").path("limits");
            var requests = container.path("resources").path("requests");
            any |= !limits.isEmpty() || !requests.isEmpty();
            for (var name : new String[] {"cpu", "memory"}) {
                all &=
                        limits.has(name)
                                && (!requests.has(name)
                                        || requests.path(name).equals(limits.path(name)));
            }
        }
        return !any ? "BestEffort" : all ? "Guaranteed" : "Burstable";
    }

    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private record Condition(String type, boolean holds, String reason) {
        ObjectNode json(@Nullable ObjectNode before, Instant now) {
            var json = JsonNodeFactory.instance.objectNode();
            json.put("type", type).put("status", holds ? "True" : "False");
            json.putNull("lastProbeTime").put("lastTransitionTime", text(now));
            if (!holds && !reason.isEmpty()) {
                json.put("reason", reason);
            }
            if (before != null) {
                for (var old : before.path("conditions")) {
                    if (old.path("type").equals(json.path("type"))
                            && old.path("status").equals(json.path("status"))) {
                        json.set("lastTransitionTime", old.path("lastTransitionTime"));
                    }
                }
            }
            return json;
        }
    }
}
