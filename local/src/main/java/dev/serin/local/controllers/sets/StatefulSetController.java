package dev.serin.local.controllers.sets;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Controller;
import dev.serin.local.controllers.Events;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.controllers.Ownership;
import dev.serin.local.controllers.PodState;
import dev.serin.local.controllers.Selection;
import dev.serin.local.controllers.Shares;
import dev.serin.local.controllers.Statuses;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/// Keeps the pods of a StatefulSet by their numbers: made from the first to the last, given up and
/// renewed from the last to the first, one after the other unless the set says otherwise.
public final class StatefulSetController implements Controller {
    private final ResourceClient client;
    private final Ticker ticker;
    private final StatefulPods pods;
    private final History histories;

    public StatefulSetController(ResourceClient client, Events events, Ticker ticker) {
        this.client = client;
        this.ticker = ticker;
        this.pods = new StatefulPods(client, events);
        this.histories = new History(client);
    }

    @Override
    public String name() {
        return "statefulset";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.STATEFUL_SET, Kinds.POD);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        if (resource.kind().family().equals(Kinds.STATEFUL_SET.family())) {
            return List.of(resource.key());
        }
        var owner = Ownership.controller(resource, Kinds.STATEFUL_SET);
        return owner == null ? List.of() : List.of(owner);
    }

    /// The set and its revisions at one moment.
    ///
    /// @param current what pods below the partition have
    /// @param update what is wanted now
    private record Plan(
            Resource set,
            Resource current,
            Resource update,
            int start,
            int replicas,
            boolean parallel,
            int minReadySeconds) {
        static Plan of(Resource set, Resource current, Resource update) {
            var spec = set.spec();
            return new Plan(
                    set,
                    current,
                    update,
                    spec.path("ordinals").path("start").asInt(0),
                    spec.path("replicas").asInt(1),
                    spec.path("podManagementPolicy").asString("").equals("Parallel"),
                    spec.path("minReadySeconds").asInt(0));
        }

        boolean wants(int number) {
            return number >= start && number < start + replicas;
        }

        JsonNode strategy() {
            return set.spec().path("updateStrategy");
        }

        int partition() {
            return strategy().path("rollingUpdate").path("partition").asInt(0);
        }

        /// The revision of a pod that has to be made.
        Resource revision(int number) {
            var rolling = !strategy().path("type").asString("").equals("OnDelete");
            return rolling && number < start + partition() ? current : update;
        }
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var set = client.get(key);
        if (set == null || set.metadata().has("deletionTimestamp")) {
            return null;
        }
        // 1. Which template it had, and which it should have.
        var history = histories.of(set);
        var update = histories.current(set, history);
        var known = History.named(history, set.status().path("currentRevision").asString(""));
        var plan = Plan.of(set, known == null ? update : known, update);
        // 2. One step, or all that may be done at once.
        RuntimeException failure = null;
        try {
            step(plan, pods(set));
        } catch (RuntimeException e) {
            failure = e;
        }
        // 3. How it is, and which revisions are still of use.
        var after = pods(set);
        var current = tell(plan, after);
        var used = new HashSet<>(List.of(update.name(), current));
        after.values().forEach(p -> used.add(revisionOf(p)));
        histories.forget(set, histories.of(set), used);
        if (failure != null) {
            throw failure;
        }
        var now = ticker.now();
        return after.values().stream()
                .map(p -> p.availableIn(now, plan.minReadySeconds))
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private NavigableMap<Integer, PodState> pods(Resource set) {
        var selection = Selection.of(set);
        var all = new TreeMap<Integer, PodState>();
        for (var pod : client.list(Kinds.POD, set.namespace(), selection.labels())) {
            var number = StatefulPods.number(set, pod);
            if (Ownership.ownedBy(pod, set) && number >= 0) {
                all.put(number, PodState.of(pod));
            }
        }
        return all;
    }

    private static String revisionOf(PodState pod) {
        return pod.pod().labels().getOrDefault(History.HASH, "");
    }

    private static boolean leaving(PodState pod) {
        return pod.pod().metadata().has("deletionTimestamp");
    }

    private void step(Plan plan, NavigableMap<Integer, PodState> there) {
        if (make(plan, there) && giveUp(plan, there)) {
            renew(plan, there);
        }
    }

    private boolean healthy(Plan plan, PodState pod) {
        return pod.active() && pod.available(ticker.now(), plan.minReadySeconds);
    }

    /// Answers whether what comes after may be done: in order, only when all are there and ready.
    private boolean make(Plan plan, NavigableMap<Integer, PodState> there) {
        for (var number = plan.start; number < plan.start + plan.replicas; number++) {
            var pod = there.get(number);
            if (pod != null && pod.ended() && !leaving(pod)) {
                // It can't be started again in place; the next round makes it anew.
                pods.delete(plan.set, pod.pod());
                pod = null;
                if (!plan.parallel) {
                    return false;
                }
            } else if (pod == null) {
                var revision = plan.revision(number);
                pods.create(plan.set, number, History.template(revision), revision.name());
            }
            if (!plan.parallel && (pod == null || !healthy(plan, pod))) {
                return false;
            }
        }
        return true;
    }

    private boolean giveUp(Plan plan, NavigableMap<Integer, PodState> there) {
        for (var number : there.descendingKeySet()) {
            var pod = Objects.requireNonNull(there.get(number));
            if (plan.wants(number)) {
                continue;
            }
            if (!leaving(pod)) {
                pods.delete(plan.set, pod.pod());
                pods.forgetClaims(plan.set, number);
            }
            if (!plan.parallel) {
                return false;
            }
        }
        return true;
    }

    private void renew(Plan plan, NavigableMap<Integer, PodState> there) {
        if (plan.strategy().path("type").asString("").equals("OnDelete")) {
            return;
        }
        var rolling = plan.strategy().path("rollingUpdate");
        var away = Math.max(1, Shares.of(rolling.path("maxUnavailable"), plan.replicas, false, 1));
        for (var number : there.descendingKeySet()) {
            var pod = Objects.requireNonNull(there.get(number));
            if (!plan.wants(number)) {
                continue;
            }
            if (number < plan.start + plan.partition() || away == 0) {
                return;
            }
            var old = !revisionOf(pod).equals(plan.update.name());
            if (old && !leaving(pod)) {
                pods.delete(plan.set, pod.pod());
                away--;
            } else if (!healthy(plan, pod)) {
                away--;
            }
        }
    }

    /// Answers the current revision as it is from now on.
    private String tell(Plan plan, NavigableMap<Integer, PodState> there) {
        var set = plan.set;
        var body = set.body().deepCopy();
        var status = body.withObject("/status");
        var now = ticker.now();
        var active = there.values().stream().filter(p -> !p.ended()).toList();
        var ready = (int) active.stream().filter(PodState::ready).count();
        var updated = at(active, plan.update);
        status.put("observedGeneration", set.generation());
        status.put("replicas", active.size());
        put(status, "readyReplicas", ready);
        status.put(
                "availableReplicas",
                (int) active.stream().filter(p -> p.available(now, plan.minReadySeconds)).count());
        var done = updated == plan.replicas && active.size() == updated && ready == updated;
        var rolling = !plan.strategy().path("type").asString("").equals("OnDelete");
        var current = done && rolling ? plan.update : plan.current;
        put(status, "currentReplicas", at(active, current));
        put(status, "updatedReplicas", updated);
        status.put("currentRevision", current.name());
        status.put("updateRevision", plan.update.name());
        status.put("collisionCount", 0);
        Statuses.write(client, set, body);
        return current.name();
    }

    private static void put(
            tools.jackson.databind.node.ObjectNode status, String field, int count) {
        if (count == 0) {
            status.remove(field);
        } else {
            status.put(field, count);
        }
    }

    private static int at(List<PodState> pods, Resource revision) {
        return (int)
                pods.stream()
                        .filter(p -> !leaving(p) && revisionOf(p).equals(revision.name()))
                        .count();
    }
}
