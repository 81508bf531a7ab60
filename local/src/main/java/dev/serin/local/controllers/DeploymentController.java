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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Moves the pods of a Deployment to its newest template by way of ReplicaSets, one a template.
/// Availability is counted from the pods themselves, so that no stale count lets it give up one too
/// many.
final class DeploymentController implements Controller {
    private final ResourceClient client;
    private final Events events;
    private final Ticker ticker;
    private final Revisions revisions;

    DeploymentController(ResourceClient client, Events events, Ticker ticker) {
        this.client = client;
        this.events = events;
        this.ticker = ticker;
        this.revisions = new Revisions(client, events);
    }

    @Override
    public String name() {
        return "deployment";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.DEPLOYMENT, Kinds.REPLICA_SET, Kinds.POD);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        var family = resource.kind().family();
        if (family.equals(Kinds.DEPLOYMENT.family())) {
            return List.of(resource.key());
        }
        if (family.equals(Kinds.POD.family())) {
            var owner = Ownership.controller(resource, Kinds.REPLICA_SET);
            var set = owner == null ? null : client.get(owner);
            return set == null ? List.of() : wakes(set);
        }
        var owner = Ownership.controller(resource, Kinds.DEPLOYMENT);
        return owner == null ? List.of() : List.of(owner);
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var deployment = client.get(key);
        if (deployment == null || deployment.metadata().has("deletionTimestamp")) {
            return null;
        }
        // 1. Its sets, oldest first, and which of them has the template that is asked for.
        var sets = sets(deployment);
        var newest = revisions.newest(deployment, sets);
        // 2. Scales them, makes the newest where it is missing, and forgets the oldest.
        if (deployment.spec().path("paused").asBoolean(false)) {
            keepShares(deployment, sets);
        } else if (deployment
                .spec()
                .path("strategy")
                .path("type")
                .asString("")
                .equals("Recreate")) {
            recreate(deployment, newest, without(sets, newest));
        } else {
            roll(deployment, newest, sets);
        }
        // 3. Tells how it stands, from what is there now.
        var current = client.get(key);
        if (current == null) {
            return null;
        }
        sets = sets(current);
        newest = revisions.newest(current, sets);
        revisions.forget(current, without(sets, newest), this::pods);
        var now = ticker.now();
        var status = new DeploymentStatus(current, now);
        var body = status.next(newest, sets, this::pods);
        Statuses.write(client, current, body);
        return status.deadlineIn();
    }

    private List<Resource> sets(Resource deployment) {
        var selection = Selection.of(deployment);
        return client.list(Kinds.REPLICA_SET, deployment.namespace(), selection.labels()).stream()
                .filter(selection::selects)
                .flatMap(set ->
                        Ownership.ownedBy(set, deployment)
                                ? Stream.of(set)
                                : Ownership.orphan(set)
                                        ? Stream.of(adopted(set, deployment))
                                        : Stream.empty())
                .sorted(Comparator.comparingLong(Revisions::of).thenComparing(Resource::name))
                .toList();
    }

    private Resource adopted(Resource set, Resource deployment) {
        var body = set.body().deepCopy();
        Ownership.write((ObjectNode) body.path("metadata"), deployment);
        return client.update(new Resource(set.kind(), body));
    }

    private List<PodState> pods(Resource set) {
        var labels = Selection.of(set).labels();
        return client.list(Kinds.POD, set.namespace(), labels).stream()
                .filter(p -> Ownership.ownedBy(p, set))
                .map(PodState::of)
                .toList();
    }

    private void roll(Resource deployment, @Nullable Resource newest, List<Resource> sets) {
        var allowed = Rollout.Allowed.of(deployment.spec());
        var total = sets.stream().mapToInt(DeploymentController::replicas).sum();
        // Only to grow: shares of less could take what is available and leave what is not.
        if (newest != null && total < allowed.atMost() && resized(allowed, sets)) {
            keepShares(deployment, sets);
            return;
        }
        var old = without(sets, newest).stream().map(s -> count(deployment, s)).toList();
        var name = newest == null ? "" : newest.name();
        var count = newest == null ? new Rollout.Count(name, 0, 0) : count(deployment, newest);
        var scales = Rollout.rolling(allowed, count, old);
        if (newest == null) {
            // Created with its size: the old ones wait for the round after, which counts it.
            revisions.create(deployment, sets, scales.getOrDefault(name, 0));
            return;
        }
        revisions.keepCurrent(deployment, newest, without(sets, newest));
        scale(deployment, sets, scales);
    }

    /// Whether the asked size changed while several sets hold replicas.
    private static boolean resized(Rollout.Allowed allowed, List<Resource> sets) {
        var active = sets.stream().filter(s -> replicas(s) > 0).toList();
        return active.size() > 1
                && active.stream()
                        .map(s -> s.annotations().get(Revisions.DESIRED))
                        .anyMatch(d -> d != null && !d.equals("" + allowed.replicas()));
    }

    private void keepShares(Resource deployment, List<Resource> sets) {
        if (sets.isEmpty()) {
            return;
        }
        var allowed = Rollout.Allowed.of(deployment.spec());
        var active = sets.stream().filter(s -> replicas(s) > 0).count();
        if (active == 0) {
            scale(deployment, sets, Map.of(sets.getLast().name(), allowed.replicas()));
        } else if (active == 1 || resized(allowed, sets)) {
            var counts = sets.stream().map(s -> count(deployment, s)).toList();
            scale(deployment, sets, Rollout.proportional(allowed, counts));
        }
    }

    private void recreate(Resource deployment, @Nullable Resource newest, List<Resource> old) {
        var none = new HashMap<String, Integer>();
        old.forEach(o -> none.put(o.name(), 0));
        scale(deployment, old, none);
        // A pod that is ending still holds what the new one may need: wait until it is gone.
        if (old.stream().flatMap(o -> pods(o).stream()).anyMatch(p -> !p.ended())) {
            return;
        }
        var replicas = Rollout.Allowed.of(deployment.spec()).replicas();
        if (newest == null) {
            revisions.create(deployment, old, replicas);
            return;
        }
        revisions.keepCurrent(deployment, newest, old);
        scale(deployment, List.of(newest), Map.of(newest.name(), replicas));
    }

    private void scale(Resource deployment, List<Resource> sets, Map<String, Integer> scales) {
        for (var each : sets) {
            var to = scales.getOrDefault(each.name(), replicas(each));
            var set = client.get(each.key());
            if (set == null || !revisions.write(deployment, set, to)) {
                continue;
            }
            var from = replicas(set);
            if (from != to) {
                events.normal(
                        deployment,
                        "ScalingReplicaSet",
                        "Scaled %s replica set %s from %d to %d"
                                .formatted(to > from ? "up" : "down", set.name(), from, to));
            }
        }
    }

    private Rollout.Count count(Resource deployment, Resource set) {
        var now = ticker.now();
        var seconds = deployment.spec().path("minReadySeconds").asInt(0);
        var available =
                pods(set).stream().filter(p -> p.active() && p.available(now, seconds)).count();
        return new Rollout.Count(set.name(), replicas(set), (int) available);
    }

    static int replicas(Resource set) {
        return set.spec().path("replicas").asInt(1);
    }

    static List<Resource> without(List<Resource> sets, @Nullable Resource one) {
        return one == null
                ? sets
                : sets.stream().filter(s -> !s.name().equals(one.name())).toList();
    }
}
