package dev.serin.local.controllers;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/// Keeps as many pods of a ReplicaSet as it asks for. It counts pods by asking the API each time,
/// so it never makes one twice.
final class ReplicaSetController implements Controller {
    private static final int TRIES_FOR_A_NAME = 8;

    private final ResourceClient client;
    private final Events events;
    private final Ticker ticker;
    private final Draw names;

    ReplicaSetController(ResourceClient client, Events events, Ticker ticker, Draws draws) {
        this.client = client;
        this.events = events;
        this.ticker = ticker;
        this.names = draws.named("pod-name");
    }

    @Override
    public String name() {
        return "replicaset";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.REPLICA_SET, Kinds.POD);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        if (resource.kind().family().equals(Kinds.REPLICA_SET.family())) {
            return List.of(resource.key());
        }
        var owner = Ownership.controller(resource, Kinds.REPLICA_SET);
        if (owner != null) {
            return List.of(owner);
        }
        return Ownership.orphan(resource)
                ? client.list(Kinds.REPLICA_SET, resource.namespace(), Map.of()).stream()
                        .filter(set -> Selection.of(set).selects(resource))
                        .map(Resource::key)
                        .toList()
                : List.of();
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var set = client.get(key);
        if (set == null) {
            return null;
        }
        // 1. Who is there: its own pods, and orphans that fit, which it takes in.
        var deleting = set.metadata().has("deletionTimestamp");
        var pods = pods(set, !deleting);
        // 2. As many as asked for; a failure is kept for the status and thrown after it.
        RuntimeException failure = null;
        if (!deleting) {
            try {
                move(set, pods);
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        // 3. The status, from what is there now.
        var now = ticker.now();
        var after = pods(set, false);
        writeStatus(set, after, failure, now);
        if (failure != null) {
            throw failure;
        }
        return after.stream()
                .map(p -> p.availableIn(now, minReadySeconds(set)))
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private List<PodState> pods(Resource set, boolean adopt) {
        var selection = Selection.of(set);
        return client.list(Kinds.POD, set.namespace(), selection.labels()).stream()
                .filter(selection::selects)
                .flatMap(pod -> {
                    if (Ownership.ownedBy(pod, set)) {
                        return Stream.of(pod);
                    }
                    return adopt && Ownership.orphan(pod) && PodState.of(pod).active()
                            ? Stream.of(adopted(pod, set))
                            : Stream.empty();
                })
                .map(PodState::of)
                .toList();
    }

    private Resource adopted(Resource pod, Resource set) {
        var body = pod.body().deepCopy();
        Ownership.write((ObjectNode) body.path("metadata"), set);
        return client.update(new Resource(pod.kind(), body));
    }

    private void move(Resource set, List<PodState> pods) {
        var active = pods.stream().filter(PodState::active).toList();
        var missing = set.spec().path("replicas").asInt(1) - active.size();
        for (var i = 0; i < missing; i++) {
            create(set);
        }
        active.stream()
                .sorted(leastMissed())
                .limit(Math.max(0, -missing))
                .forEach(pod -> delete(set, pod.pod()));
    }

    /// The order in which pods are given up, as Kubernetes has it: those without a node, those that
    /// do not run, those not ready, then the youngest.
    private static Comparator<PodState> leastMissed() {
        return Comparator.comparing(PodState::assigned)
                .thenComparing(PodState::running)
                .thenComparing(PodState::ready)
                .thenComparingInt(p -> deletionCost(p.pod()))
                .thenComparing(
                        p -> Objects.requireNonNullElse(p.readySince(), Instant.EPOCH),
                        Comparator.reverseOrder())
                .thenComparing(p -> p.pod().created(), Comparator.reverseOrder())
                .thenComparing(p -> p.pod().name());
    }

    private static int deletionCost(Resource pod) {
        var cost = pod.annotations().get("controller.kubernetes.io/pod-deletion-cost");
        try {
            return cost == null ? 0 : Integer.parseInt(cost);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void create(Resource set) {
        for (var tries = 1; ; tries++) {
            try {
                var made = client.create(pod(set));
                events.normal(set, "SuccessfulCreate", "Created pod: " + made.name());
                return;
            } catch (Refusal refusal) {
                if (refusal.reason().equals("AlreadyExists") && tries < TRIES_FOR_A_NAME) {
                    continue;
                }
                events.warning(set, "FailedCreate", "Error creating: " + refusal.getMessage());
                throw refusal;
            }
        }
    }

    private void delete(Resource set, Resource pod) {
        client.delete(pod.key(), null);
        events.normal(set, "SuccessfulDelete", "Deleted pod: " + pod.name());
    }

    private Resource pod(Resource set) {
        return PodTemplates.generated(set, set.spec().path("template"), set.name() + "-", names);
    }

    private void writeStatus(
            Resource set, List<PodState> pods, @Nullable RuntimeException failure, Instant now) {
        var body = set.body().deepCopy();
        var status = body.putObject("status");
        var active = pods.stream().filter(PodState::active).toList();
        status.put("replicas", active.size());
        status.put("fullyLabeledReplicas", active.size());
        status.put("readyReplicas", (int) active.stream().filter(PodState::ready).count());
        status.put(
                "availableReplicas",
                (int) active.stream().filter(p -> p.available(now, minReadySeconds(set))).count());
        status.put("observedGeneration", set.generation());
        var conditions = new Conditions(set.status(), now);
        if (failure == null) {
            conditions.remove("ReplicaFailure");
        } else {
            conditions.set(
                    "ReplicaFailure",
                    true,
                    "FailedCreate",
                    Objects.requireNonNullElse(failure.getMessage(), failure.toString()));
        }
        conditions.writeTo(status);
        Statuses.write(client, set, body);
    }

    static int minReadySeconds(Resource set) {
        return set.spec().path("minReadySeconds").asInt(0);
    }
}
