package dev.serin.local.controllers.scale;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Conditions;
import dev.serin.local.controllers.Controller;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.controllers.Ownership;
import dev.serin.local.controllers.PodState;
import dev.serin.local.controllers.Selection;
import dev.serin.local.controllers.Shares;
import dev.serin.local.controllers.Statuses;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Tells of each PodDisruptionBudget how many of its pods may be evicted now; the API's eviction
/// counts down from that number.
public final class BudgetController implements Controller {
    /// How long an eviction that was let through may take to begin.
    private static final Duration BEGIN = Duration.ofMinutes(2);

    private final ResourceClient client;
    private final Ticker ticker;

    public BudgetController(ResourceClient client, Ticker ticker) {
        this.client = client;
        this.ticker = ticker;
    }

    @Override
    public String name() {
        return "poddisruptionbudget";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(
                Kinds.BUDGET, Kinds.POD, Kinds.DEPLOYMENT, Kinds.REPLICA_SET, Kinds.STATEFUL_SET);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        var family = resource.kind().family();
        if (family.equals(Kinds.BUDGET.family())) {
            return List.of(resource.key());
        }
        return client.list(Kinds.BUDGET, resource.namespace(), Map.of()).stream()
                .filter(budget ->
                        !family.equals(Kinds.POD.family())
                                || Selection.of(budget).selects(resource))
                .map(Resource::key)
                .toList();
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var budget = client.get(key);
        if (budget == null || budget.metadata().has("deletionTimestamp")) {
            return null;
        }
        var pods =
                client.list(Kinds.POD, key.namespace(), Map.of()).stream()
                        .filter(Selection.of(budget)::selects)
                        .map(PodState::of)
                        .filter(pod -> !pod.ended())
                        .toList();
        var leaving = leaving(budget, pods);
        var spec = budget.spec();
        int expected;
        int desired;
        if (spec.has("maxUnavailable")) {
            expected = scale(pods);
            desired =
                    Math.max(
                            0,
                            expected - Shares.of(spec.path("maxUnavailable"), expected, true, 0));
        } else {
            expected = spec.path("minAvailable").isString() ? scale(pods) : pods.size();
            desired = Shares.of(spec.path("minAvailable"), expected, true, 0);
        }
        var healthy =
                (int)
                        pods.stream()
                                .filter(p -> p.active() && p.ready())
                                .filter(p -> !leaving.has(p.pod().name()))
                                .count();
        tell(budget, leaving, expected, desired, healthy);
        return leaving.isEmpty() ? null : BEGIN;
    }

    /// Those whose eviction has been let through and has not begun yet.
    private ObjectNode leaving(Resource budget, List<PodState> pods) {
        var left = JsonNodeFactory.instance.objectNode();
        var now = ticker.now();
        budget.status()
                .path("disruptedPods")
                .properties()
                .forEach(p -> {
                    var there =
                            pods.stream()
                                    .anyMatch(pod ->
                                            pod.active() && pod.pod().name().equals(p.getKey()));
                    var since = Instant.parse(p.getValue().asString(""));
                    if (there && since.plus(BEGIN).isAfter(now)) {
                        left.set(p.getKey(), p.getValue());
                    }
                });
        return left;
    }

    /// How many pods those who made these want.
    private int scale(List<PodState> pods) {
        var owners = new HashMap<ResourceKey, Integer>();
        var alone = 0;
        for (var pod : pods) {
            var owner = owner(pod.pod());
            if (owner == null) {
                alone++;
            } else {
                owners.put(owner.key(), owner.spec().path("replicas").asInt(0));
            }
        }
        return alone + owners.values().stream().mapToInt(Integer::intValue).sum();
    }

    private @Nullable Resource owner(Resource pod) {
        for (var kind : List.of(Kinds.REPLICA_SET, Kinds.STATEFUL_SET)) {
            var key = Ownership.controller(pod, kind);
            var owner = key == null ? null : client.get(key);
            if (owner != null) {
                var above = Ownership.controller(owner, Kinds.DEPLOYMENT);
                var deployment = above == null ? null : client.get(above);
                return deployment == null ? owner : deployment;
            }
        }
        return null;
    }

    private void tell(Resource budget, ObjectNode leaving, int expected, int desired, int healthy) {
        var allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
        var body = budget.body().deepCopy();
        var status = body.withObject("/status");
        status.put("observedGeneration", budget.generation());
        if (leaving.isEmpty()) {
            status.remove("disruptedPods");
        } else {
            status.set("disruptedPods", leaving);
        }
        status.put("disruptionsAllowed", allowed);
        status.put("currentHealthy", healthy);
        status.put("desiredHealthy", desired);
        status.put("expectedPods", expected);
        var conditions = new Conditions(budget.status(), ticker.now());
        conditions
                .set(
                        "DisruptionAllowed",
                        allowed > 0,
                        allowed > 0 ? "SufficientPods" : "InsufficientPods",
                        "")
                .put("observedGeneration", budget.generation());
        conditions.writeTo(status);
        Statuses.write(client, budget, body);
    }
}
