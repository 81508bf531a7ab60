package dev.serin.local.api.rest;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.write.DeleteOptions;
import dev.serin.local.api.write.Intent;
import dev.serin.local.api.write.Part;
import dev.serin.local.store.Store;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;

/// The deletion of a pod that asks its PodDisruptionBudget first.
final class Evictions {
    private static final String BUDGETS = "poddisruptionbudgets.policy";
    private static final String NOT_NOW =
            "Cannot evict pod as it would violate the pod's disruption budget.";

    private final Store store;
    private final Changes changes;
    private final Supplier<Instant> now;

    Evictions(Store store, Changes changes, Supplier<Instant> now) {
        this.store = store;
        this.changes = changes;
        this.now = now;
    }

    void evict(Call call) throws IOException, InterruptedException {
        var sent = changes.bodies().options(call.request());
        var options = sent.path("deleteOptions");
        var intent = call.intent(options);
        var named = sent.path("metadata").path("name").asString(call.target().name());
        if (!named.equals(call.target().name())) {
            throw Refusal.badRequest("name in URL does not match name in Eviction object");
        }
        var pod = RestApi.require(store.get(call.key()), call.key());
        var budget = asks(pod) ? budget(pod) : null;
        if (budget != null && !unhealthy(pod, budget)) {
            take(call, intent, pod, budget.key());
        }
        var grace = options.path("gracePeriodSeconds").asInt(-1);
        changes.writes()
                .delete(
                        intent,
                        call.stored(),
                        call.key(),
                        DeleteOptions.plain(grace < 0 ? null : grace));
        var status = JsonNodeFactory.instance.objectNode().put("kind", "Status");
        status.put("apiVersion", "v1").putObject("metadata");
        RestApi.json(call.exchange(), 201, status.put("status", "Success").put("code", 201));
    }

    /// A pod that does not run yet, or no more, is missed by nobody.
    private static boolean asks(Resource pod) {
        return !pod.metadata().has("deletionTimestamp")
                && !List.of("Pending", "Succeeded", "Failed")
                        .contains(pod.status().path("phase").asString("Pending"));
    }

    private @Nullable Resource budget(Resource pod) {
        var all =
                store.list(BUDGETS, pod.namespace()).resources().stream()
                        .filter(b -> selects(b.spec().path("selector"), pod))
                        .toList();
        if (all.size() > 1) {
            throw new Refusal(
                    500,
                    "InternalError",
                    "Internal error occurred: This pod has more than one PodDisruptionBudget, which"
                            + " the eviction subresource does not support.");
        }
        return all.isEmpty() ? null : all.getFirst();
    }

    private static boolean selects(JsonNode selector, Resource pod) {
        return selector.isObject() && LabelSelector.of(selector).matches(pod.labels());
    }

    /// A pod that is not ready may go where the rest of them hold the budget, or always.
    private static boolean unhealthy(Resource pod, Resource budget) {
        for (var condition : pod.status().path("conditions")) {
            if (condition.path("type").asString("").equals("Ready")
                    && condition.path("status").asString("").equals("True")) {
                return false;
            }
        }
        var status = budget.status();
        return budget.spec().path("unhealthyPodEvictionPolicy").asString("").equals("AlwaysAllow")
                || status.path("desiredHealthy").asInt(0) > 0
                        && status.path("currentHealthy").asInt(0)
                                >= status.path("desiredHealthy").asInt(0);
    }

    private void take(Call call, Intent intent, Resource pod, ResourceKey key) {
        var served = call.catalogue().stored(BUDGETS);
        if (served != null) {
            changes.writes()
                    .update(intent, served, key, Part.STATUS, current -> less(current, pod));
        }
    }

    private ObjectNode less(Resource budget, Resource pod) {
        var status = budget.status();
        if (status.path("observedGeneration").asLong(0) < budget.generation()) {
            throw notNow(
                    "The disruption budget "
                            + budget.name()
                            + " is still being processed by the server.",
                    10);
        }
        var allowed = status.path("disruptionsAllowed").asInt(0);
        if (allowed <= 0) {
            throw notNow(
                    "The disruption budget "
                            + budget.name()
                            + " needs "
                            + status.path("desiredHealthy").asInt(0)
                            + " healthy pods and has "
                            + status.path("currentHealthy").asInt(0)
                            + " currently",
                    0);
        }
        var body = budget.body().deepCopy();
        var next = body.withObject("/status").put("disruptionsAllowed", allowed - 1);
        next.withObject("/disruptedPods")
                .put(pod.name(), now.get().truncatedTo(ChronoUnit.SECONDS).toString());
        return body;
    }

    private static Refusal notNow(String why, int seconds) {
        return new Refusal(
                429,
                "TooManyRequests",
                NOT_NOW,
                new Refusal.Details(
                        "",
                        "",
                        "",
                        "",
                        List.of(new Refusal.Cause("DisruptionBudget", why, "")),
                        seconds));
    }
}
