package dev.serin.local.controllers;

import dev.serin.config.Resource;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/// Whether a pod fits on the one node, in the words of Kubernetes' scheduler: its nodeSelector, its
/// required node affinity, and its hostPorts beside those of the pods that are there. Pure.
record NodeFit(String node, Map<String, String> labels) {
    private static final String BY_LABELS =
            "node(s) didn't match Pod's node affinity/selector. preemption: 0/1 nodes are"
                    + " available: 1 Preemption is not helpful for scheduling.";
    private static final String BY_PORTS =
            "node(s) didn't have free ports for the requested pod ports. preemption: 0/1 nodes are"
                    + " available: 1 No preemption victims found for incoming pod.";

    /// Why it does not fit; null if it does.
    ///
    /// @param others every pod that there is
    @Nullable String misfit(Resource pod, List<Resource> others) {
        if (!selected(pod.spec().path("nodeSelector")) || !affine(pod)) {
            return "0/1 nodes are available: 1 " + BY_LABELS + " (" + shown() + ")";
        }
        var wanted = ports(pod);
        var taken =
                others.stream()
                        .filter(other -> !other.uid().equals(pod.uid()) && holdsPorts(other))
                        .flatMap(other -> ports(other).stream())
                        .toList();
        var clash = wanted.stream().anyMatch(w -> taken.stream().anyMatch(w::clashes));
        return clash ? "0/1 nodes are available: 1 " + BY_PORTS : null;
    }

    /// Whether it is on the node and may have host ports there.
    static boolean holdsPorts(Resource pod) {
        var phase = pod.status().path("phase").asString("");
        return !pod.spec().path("nodeName").asString("").isEmpty()
                && !Set.of("Succeeded", "Failed").contains(phase)
                && !ports(pod).isEmpty();
    }

    private String shown() {
        return "the labels of node " + node + " are " + new TreeMap<>(labels);
    }

    private boolean selected(JsonNode selector) {
        return selector.properties().stream()
                .allMatch(p -> p.getValue().asString("").equals(labels.get(p.getKey())));
    }

    // One of the terms is enough; one that asks for nothing matches nothing.
    private boolean affine(Resource pod) {
        var required =
                pod.spec()
                        .path("affinity")
                        .path("nodeAffinity")
                        .path("requiredDuringSchedulingIgnoredDuringExecution");
        return required.isMissingNode()
                || required.isNull()
                || stream(required.path("nodeSelectorTerms")).anyMatch(this::term);
    }

    private boolean term(JsonNode term) {
        var labelled = term.path("matchExpressions");
        var named = term.path("matchFields");
        return (!labelled.isEmpty() || !named.isEmpty())
                && stream(labelled).allMatch(e -> holds(e, labels))
                && stream(named).allMatch(e -> holds(e, Map.of("metadata.name", node)));
    }

    private static boolean holds(JsonNode expression, Map<String, String> of) {
        var has = of.get(expression.path("key").asString(""));
        var values = new HashSet<String>();
        expression.path("values").forEach(v -> values.add(v.asString("")));
        return switch (expression.path("operator").asString("")) {
            case "In" -> has != null && values.contains(has);
            case "NotIn" -> has == null || !values.contains(has);
            case "Exists" -> has != null;
            case "DoesNotExist" -> has == null;
            case "Gt" -> compared(has, values) > 0;
            case "Lt" -> compared(has, values) < 0;
            default -> false;
        };
    }

    /// 0 where one of them is no number.
    private static int compared(@Nullable String has, Set<String> values) {
        try {
            return has == null || values.size() != 1
                    ? 0
                    : Long.compare(Long.parseLong(has), Long.parseLong(values.iterator().next()));
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    private static List<Port> ports(Resource pod) {
        return stream(pod.spec().path("containers"))
                .flatMap(container -> stream(container.path("ports")))
                .filter(port -> port.path("hostPort").asInt(0) > 0)
                .map(port -> {
                    var at = port.path("hostIP").asString("");
                    return new Port(
                            port.path("protocol").asString("TCP"),
                            at.equals("0.0.0.0") ? "" : at,
                            port.path("hostPort").asInt(0));
                })
                .toList();
    }

    private static java.util.stream.Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    /// @param address of the machine, empty for any
    private record Port(String protocol, String address, int number) {
        boolean clashes(Port other) {
            return number == other.number
                    && protocol.equals(other.protocol)
                    && (address.isEmpty()
                            || other.address.isEmpty()
                            || address.equals(other.address));
        }
    }
}
