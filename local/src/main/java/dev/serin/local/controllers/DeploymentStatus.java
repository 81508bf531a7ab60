package dev.serin.local.controllers;

import dev.serin.config.Resource;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;

/// How a Deployment stands, in the words that `kubectl rollout status` waits for. Made for one
/// round.
final class DeploymentStatus {
    private final Resource deployment;
    private final Instant now;
    private @Nullable Duration deadlineIn;

    DeploymentStatus(Resource deployment, Instant now) {
        this.deployment = deployment;
        this.now = now;
    }

    /// When to look again, since a rollout that does not move fails then; null: no need to.
    @Nullable Duration deadlineIn() {
        return deadlineIn;
    }

    /// A copy of the Deployment with its new status.
    ObjectNode next(
            @Nullable Resource newest,
            List<Resource> sets,
            Function<Resource, List<PodState>> pods) {
        var seconds = deployment.spec().path("minReadySeconds").asInt(0);
        var active =
                sets.stream()
                        .flatMap(s -> pods.apply(s).stream())
                        .filter(PodState::active)
                        .toList();
        var available = (int) active.stream().filter(p -> p.available(now, seconds)).count();
        var updated =
                newest == null
                        ? 0
                        : (int) pods.apply(newest).stream().filter(PodState::active).count();
        var replicas = Rollout.Allowed.of(deployment.spec()).replicas();
        var body = deployment.body().deepCopy();
        var status = body.putObject("status");
        status.put("observedGeneration", deployment.generation());
        put(status, "replicas", active.size());
        put(status, "updatedReplicas", updated);
        put(status, "readyReplicas", (int) active.stream().filter(PodState::ready).count());
        put(status, "availableReplicas", available);
        put(status, "unavailableReplicas", Math.max(0, replicas - available));
        if (deployment.status().has("collisionCount")) {
            status.set("collisionCount", deployment.status().path("collisionCount"));
        }
        var conditions = new Conditions(deployment.status(), now);
        var enough = available >= Rollout.Allowed.of(deployment.spec()).atLeast();
        stamp(
                conditions,
                "Available",
                enough ? "True" : "False",
                enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                "Deployment " + (enough ? "has" : "does not have") + " minimum availability.");
        failure(conditions, sets);
        progress(conditions, status, newest);
        conditions.writeTo(status);
        return body;
    }

    // As Kubernetes, which leaves numbers of zero out.
    private static void put(ObjectNode status, String field, int value) {
        if (value != 0) {
            status.put(field, value);
        }
    }

    private void failure(Conditions conditions, List<Resource> sets) {
        for (var set : sets) {
            var failure = new Conditions(set.status(), now).get("ReplicaFailure");
            if (failure != null) {
                conditions.set(
                        "ReplicaFailure",
                        true,
                        failure.path("reason").asString(""),
                        failure.path("message").asString(""));
                return;
            }
        }
        conditions.remove("ReplicaFailure");
    }

    private void progress(Conditions conditions, ObjectNode status, @Nullable Resource newest) {
        var limit = deployment.spec().path("progressDeadlineSeconds").asInt(600);
        var before = conditions.get("Progressing");
        if (deployment.spec().path("paused").asBoolean(false)) {
            stamp(conditions, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused");
            return;
        }
        if (newest == null) {
            return;
        }
        var set = "ReplicaSet \"" + newest.name() + "\"";
        if (complete(status)) {
            stamp(
                    conditions,
                    "Progressing",
                    "True",
                    "NewReplicaSetAvailable",
                    set + " has successfully progressed.");
            return;
        }
        var reason = before == null ? "" : before.path("reason").asString("");
        var waited = Duration.between(lastUpdate(before), now);
        if (before == null) {
            stamp(
                    conditions,
                    "Progressing",
                    "True",
                    "NewReplicaSetCreated",
                    "Created new replica set \"" + newest.name() + "\"");
        } else if (moved(status)
                || reason.equals("DeploymentPaused")
                || reason.equals("NewReplicaSetAvailable")) {
            before.put("lastUpdateTime", text());
            stamp(conditions, "Progressing", "True", "ReplicaSetUpdated", set + " is progressing.");
        } else if (waited.toSeconds() >= limit) {
            stamp(
                    conditions,
                    "Progressing",
                    "False",
                    "ProgressDeadlineExceeded",
                    set + " has timed out progressing.");
            return;
        } else {
            deadlineIn = Duration.ofSeconds(limit).minus(waited);
            return;
        }
        deadlineIn = Duration.ofSeconds(limit);
    }

    private boolean complete(ObjectNode status) {
        var replicas = deployment.spec().path("replicas").asInt(1);
        return status.path("updatedReplicas").asInt(0) == replicas
                && status.path("replicas").asInt(0) == replicas
                && status.path("availableReplicas").asInt(0) == replicas;
    }

    /// Whether more of the new or fewer of the old pods are there than the status before said.
    private boolean moved(ObjectNode status) {
        var before = deployment.status();
        var oldBefore = number(before, "replicas") - number(before, "updatedReplicas");
        var old = number(status, "replicas") - number(status, "updatedReplicas");
        return number(status, "updatedReplicas") > number(before, "updatedReplicas")
                || old < oldBefore
                || number(status, "readyReplicas") > number(before, "readyReplicas")
                || number(status, "availableReplicas") > number(before, "availableReplicas");
    }

    private static int number(tools.jackson.databind.JsonNode status, String field) {
        return status.path(field).asInt(0);
    }

    private void stamp(
            Conditions conditions, String type, String value, String reason, String message) {
        var before = conditions.get(type);
        var same =
                before != null
                        && before.path("status").asString("").equals(value)
                        && before.path("reason").asString("").equals(reason);
        var condition = conditions.set(type, value, reason, message);
        if (!same) {
            condition.put("lastUpdateTime", text());
        }
    }

    private String text() {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private Instant lastUpdate(@Nullable ObjectNode condition) {
        var text = condition == null ? "" : condition.path("lastUpdateTime").asString("");
        return text.isEmpty() ? now : Instant.parse(text);
    }
}
