package dev.serin.local.controllers;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Assigns every pod to the one node, unless it asks for another or for a port that is taken there,
/// or a scheduling gate holds it back.
final class Scheduler implements Controller {
    private final ResourceClient client;
    private final Events events;
    private final Ticker ticker;
    private final String node;

    Scheduler(ResourceClient client, Events events, Ticker ticker, String node) {
        this.client = client;
        this.events = events;
        this.ticker = ticker;
        this.node = node;
    }

    @Override
    public String name() {
        return "scheduler";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.POD, Kinds.NODE);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        if (resource.kind().family().equals(Kinds.POD.family())) {
            // What has a port may give it back.
            return open(resource)
                    ? List.of(resource.key())
                    : NodeFit.holdsPorts(resource) ? waiting() : List.of();
        }
        return waiting();
    }

    private List<ResourceKey> waiting() {
        return client.list(Kinds.POD, null, Map.of()).stream()
                .filter(Scheduler::open)
                .map(Resource::key)
                .toList();
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var pod = client.get(key);
        if (pod == null || !open(pod) || !pod.spec().path("schedulingGates").isEmpty()) {
            return null;
        }
        var misfit = misfit(pod);
        if (misfit != null) {
            var body = pod.body().deepCopy();
            var conditions = new Conditions(pod.status(), ticker.now());
            var before = conditions.get("PodScheduled");
            if (before != null && before.path("message").asString("").equals(misfit)) {
                return null;
            }
            conditions.set("PodScheduled", false, "Unschedulable", misfit);
            conditions.writeTo(body.withObject("/status"));
            Statuses.write(client, pod, body);
            events.warning(pod, "FailedScheduling", misfit);
            return null;
        }
        var body = pod.body().deepCopy();
        ((ObjectNode) body.path("spec")).put("nodeName", node);
        var assigned = client.update(new Resource(pod.kind(), body));
        var scheduled = assigned.body().deepCopy();
        var conditions = new Conditions(assigned.status(), ticker.now());
        conditions.set("PodScheduled", "True", "", "").remove(List.of("reason", "message"));
        conditions.writeTo(scheduled.withObject("/status"));
        Statuses.write(client, assigned, scheduled);
        events.normal(
                pod,
                "Scheduled",
                "Successfully assigned %s/%s to %s".formatted(pod.namespace(), pod.name(), node));
        return null;
    }

    private static boolean open(Resource pod) {
        return pod.spec().path("nodeName").asString("").isEmpty()
                && !pod.metadata().has("deletionTimestamp");
    }

    private @Nullable String misfit(Resource pod) {
        var there = client.get(Kinds.key(Kinds.NODE, "", node));
        Map<String, String> labels = there == null ? Map.of() : there.labels();
        return new NodeFit(node, labels).misfit(pod, client.list(Kinds.POD, null, Map.of()));
    }
}
