package dev.serin.local.controllers.scale;

import dev.serin.config.Resource;
import dev.serin.local.api.Usage;
import dev.serin.local.controllers.PodState;
import dev.serin.local.controllers.Quantity;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What each metric of one autoscaler says at one moment. Made for that moment and thrown away.
final class Evaluation {
    private static final String CPU = "cpu";
    private static final int INITIALIZATION = 300;
    private static final int READINESS = 30;

    private final Target target;
    private final Usage usage;
    private final NamedMetrics named;
    private final Arithmetic.Tolerance tolerance;
    private final Instant now;

    /// What is scaled.
    ///
    /// @param wanted replicas that it wants now
    /// @param there replicas that it says it has
    /// @param pods that its selector means
    record Target(String namespace, int wanted, int there, List<Resource> pods) {}

    /// @param name for people: `cpu resource utilization (percentage of request)`
    /// @param status as `currentMetrics` has it
    record Result(int replicas, String name, ObjectNode status) {}

    /// One that could not be evaluated.
    ///
    /// @param reason `FailedGetResourceMetric`
    record Failure(String reason, String message) {}

    Evaluation(
            Target target,
            Usage usage,
            NamedMetrics named,
            Arithmetic.Tolerance tolerance,
            Instant now) {
        this.target = target;
        this.usage = usage;
        this.named = named;
        this.tolerance = tolerance;
        this.now = now;
    }

    /// @param metric one of `spec.metrics`
    /// @throws UnknownMetricException with the reason that the value can't be told
    Result of(JsonNode metric) {
        return switch (metric.path("type").asString("")) {
            case "Resource" -> resource(metric.path("resource"), "resource");
            case "ContainerResource" ->
                    resource(metric.path("containerResource"), "containerResource");
            case "Pods" -> pods(metric.path("pods"));
            case "Object" -> object(metric.path("object"));
            case "External" -> external(metric.path("external"));
            default ->
                    throw new UnknownMetricException(
                            "unknown metric source type \""
                                    + metric.path("type").asString("")
                                    + "\"");
        };
    }

    static String reason(JsonNode metric) {
        var type = metric.path("type").asString("");
        return Set.of("Resource", "ContainerResource", "Pods", "Object", "External").contains(type)
                ? "FailedGet" + type + "Metric"
                : "InvalidMetricSourceType";
    }

    /// @param field of the source and of the status
    private Result resource(JsonNode source, String field) {
        var name = source.path("name").asString("");
        var container = source.path("container").asString("");
        var wanted = source.path("target");
        var shares = !wanted.has("averageValue");
        var word = container.isEmpty() ? " resource" : " container resource";
        try {
            requirePods();
            var used = used(name, container);
            if (used.isEmpty()) {
                throw new UnknownMetricException(
                        "unable to get metrics for resource "
                                + name
                                + ": no metrics returned from resource metrics API");
            }
            var samples = samples(used, name.equals(CPU), name, container, shares);
            var proposal =
                    shares
                            ? Arithmetic.utilization(
                                    target.wanted,
                                    wanted.path("averageUtilization").asInt(0),
                                    samples,
                                    tolerance)
                            : Arithmetic.average(
                                    target.wanted,
                                    milli(wanted.path("averageValue")),
                                    samples,
                                    tolerance);
            var status = status(source, field);
            var all = require(proposal);
            var current = current(status, field);
            if (all.utilization() != null) {
                current.put("averageUtilization", all.utilization());
            }
            current.put("averageValue", Quantity.text(Math.round(all.average())));
            return new Result(
                    all.replicas(),
                    name + word + (shares ? " utilization (percentage of request)" : ""),
                    status);
        } catch (UnknownMetricException e) {
            throw new UnknownMetricException(
                    "failed to get "
                            + name
                            + (container.isEmpty() ? "" : " container")
                            + (shares ? " utilization: " : " usage: ")
                            + e.why());
        }
    }

    private void requirePods() {
        if (target.pods.isEmpty()) {
            throw new UnknownMetricException(
                    "no pods returned by selector while calculating replica count");
        }
    }

    private static Arithmetic.Proposal require(Arithmetic.@Nullable Proposal proposal) {
        if (proposal == null) {
            throw new UnknownMetricException(
                    "did not receive metrics for targeted pods (pods might be unready)");
        }
        return proposal;
    }

    /// A pod's value, and the end and length of the time that it is of.
    private record Used(double milli, Instant at, long windowSeconds) {}

    private Map<String, Used> used(String resource, String container) {
        var ours = target.pods.stream().map(Resource::name).collect(Collectors.toSet());
        var all = new HashMap<String, Used>();
        for (var pod : usage.pods()) {
            if (!pod.namespace().equals(target.namespace) || !ours.contains(pod.name())) {
                continue;
            }
            double sum = 0;
            var found = container.isEmpty();
            for (var one : pod.containers().entrySet()) {
                if (container.isEmpty() || one.getKey().equals(container)) {
                    found = true;
                    sum += resource.equals(CPU) ? one.getValue().cores() : one.getValue().bytes();
                }
            }
            if (found && (resource.equals(CPU) || resource.equals("memory"))) {
                all.put(pod.name(), new Used(sum * 1000, pod.at(), pod.window().toSeconds()));
            }
        }
        return all;
    }

    private List<Arithmetic.Pod> samples(
            Map<String, Used> used,
            boolean cpu,
            String resource,
            String container,
            boolean shares) {
        var all = new ArrayList<Arithmetic.Pod>();
        for (var pod : target.pods) {
            var requested = shares ? requested(pod, resource, container) : 0;
            var value = used.get(pod.name());
            all.add(
                    new Arithmetic.Pod(
                            state(pod, value, cpu), value == null ? 0 : value.milli, requested));
        }
        return all;
    }

    private Arithmetic.State state(Resource pod, @Nullable Used used, boolean cpu) {
        var phase = pod.status().path("phase").asString("");
        if (pod.metadata().has("deletionTimestamp") || phase.equals("Failed")) {
            return Arithmetic.State.IGNORED;
        }
        if (phase.equals("Pending") || phase.isEmpty()) {
            return Arithmetic.State.UNREADY;
        }
        if (used == null) {
            return Arithmetic.State.MISSING;
        }
        return cpu && !trusted(pod, used) ? Arithmetic.State.UNREADY : Arithmetic.State.READY;
    }

    // A program that starts takes more CPU than it will later.
    private boolean trusted(Resource pod, Used used) {
        var started = pod.status().path("startTime").asString("");
        for (var condition : pod.status().path("conditions")) {
            if (started.isEmpty() || !condition.path("type").asString("").equals("Ready")) {
                continue;
            }
            var since = Instant.parse(condition.path("lastTransitionTime").asString(started));
            var ready = condition.path("status").asString("").equals("True");
            var start = Instant.parse(started);
            return start.plusSeconds(INITIALIZATION).isAfter(now)
                    ? ready && !used.at.isBefore(since.plusSeconds(used.windowSeconds))
                    : ready || !start.plusSeconds(READINESS).isAfter(since);
        }
        return false;
    }

    private static double requested(Resource pod, String resource, String container) {
        double sum = 0;
        for (var list : List.of("containers", "initContainers")) {
            for (var one : pod.spec().path(list)) {
                var name = one.path("name").asString("");
                if (!container.isEmpty() && !name.equals(container)
                        || list.equals("initContainers")
                                && !one.path("restartPolicy").asString("").equals("Always")) {
                    continue;
                }
                var written = one.path("resources").path("requests").path(resource).asString("");
                if (written.isEmpty()) {
                    throw new UnknownMetricException(
                            "missing request for "
                                    + resource
                                    + " in container "
                                    + name
                                    + " of Pod "
                                    + pod.name());
                }
                sum += Quantity.value(written) * 1000;
            }
        }
        return sum;
    }

    private Result pods(JsonNode source) {
        var name = source.path("metric").path("name").asString("");
        try {
            requirePods();
            var values = named.ofPods(target.pods, name, source.path("metric").path("selector"));
            var samples = new ArrayList<Arithmetic.Pod>();
            for (var pod : target.pods) {
                var value = values.get(pod.name());
                var used = value == null ? null : new Used(value, now, 0);
                samples.add(
                        new Arithmetic.Pod(state(pod, used, false), value == null ? 0 : value, 0));
            }
            var proposal =
                    require(
                            Arithmetic.average(
                                    target.wanted,
                                    milli(source.path("target").path("averageValue")),
                                    samples,
                                    tolerance));
            var status = status(source, "pods");
            current(status, "pods")
                    .put("averageValue", Quantity.text(Math.round(proposal.average())));
            return new Result(proposal.replicas(), "pods metric " + name, status);
        } catch (UnknownMetricException e) {
            throw new UnknownMetricException("failed to get pods metric value: " + e.why());
        }
    }

    private Result object(JsonNode source) {
        var name = source.path("metric").path("name").asString("");
        var object = source.path("describedObject");
        try {
            var value =
                    named.ofObject(
                            target.namespace, object, name, source.path("metric").path("selector"));
            return whole(
                    source, "object", value, object.path("kind").asString("") + " metric " + name);
        } catch (UnknownMetricException e) {
            throw new UnknownMetricException("failed to get object metric value: " + e.why());
        }
    }

    private Result external(JsonNode source) {
        var metric = source.path("metric");
        var name = metric.path("name").asString("");
        try {
            var value = named.external(target.namespace, name, metric.path("selector"));
            return whole(source, "external", value, "external metric " + name);
        } catch (UnknownMetricException e) {
            throw new UnknownMetricException(
                    "failed to get external metric " + name + ": " + e.why());
        }
    }

    private Result whole(JsonNode source, String field, double value, String name) {
        var wanted = source.path("target");
        var status = status(source, field);
        int replicas;
        if (wanted.has("averageValue")) {
            replicas =
                    Arithmetic.share(
                            target.wanted,
                            value,
                            milli(wanted.path("averageValue")),
                            target.there,
                            tolerance);
            var each = (long) Math.ceil(value / Math.max(1, target.there));
            current(status, field).put("averageValue", Quantity.text(each));
        } else {
            var ready = (int) target.pods.stream().filter(p -> PodState.of(p).ready()).count();
            replicas =
                    Arithmetic.total(
                            target.wanted, value, milli(wanted.path("value")), ready, tolerance);
            current(status, field).put("value", Quantity.text(Math.round(value)));
        }
        return new Result(replicas, name, status);
    }

    /// The status of a metric: what it is, without what is wanted.
    private static ObjectNode status(JsonNode source, String field) {
        var status = JsonNodeFactory.instance.objectNode();
        var own = status.putObject(field);
        source.properties()
                .forEach(p -> {
                    if (!p.getKey().equals("target")) {
                        own.set(p.getKey(), p.getValue());
                    }
                });
        own.putObject("current");
        status.put("type", Character.toUpperCase(field.charAt(0)) + field.substring(1));
        return status;
    }

    private static ObjectNode current(ObjectNode status, String field) {
        return (ObjectNode) status.path(field).path("current");
    }

    private static double milli(JsonNode quantity) {
        return Quantity.value(quantity.asString("")) * 1000;
    }
}
