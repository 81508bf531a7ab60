package dev.serin.local.controllers;

import dev.serin.config.Resource;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.time.Instant;

/// What a ReplicaSet needs to know of one of its pods.
///
/// @param active neither ended nor being deleted: it counts as a replica
/// @param readySince null while it is not ready
public record PodState(
        Resource pod,
        boolean active,
        boolean ended,
        boolean assigned,
        boolean running,
        @Nullable Instant readySince) {

    public static PodState of(Resource pod) {
        var phase = pod.status().path("phase").asString("Pending");
        var ended = phase.equals("Succeeded") || phase.equals("Failed");
        var terminating = pod.metadata().has("deletionTimestamp");
        return new PodState(
                pod,
                !ended && !terminating,
                ended,
                !pod.spec().path("nodeName").asString("").isEmpty(),
                phase.equals("Running"),
                readySince(pod));
    }

    public boolean ready() {
        return readySince != null;
    }

    /// Ready for long enough.
    public boolean available(Instant now, int minReadySeconds) {
        return readySince != null && !readySince.plusSeconds(minReadySeconds).isAfter(now);
    }

    /// How long until it becomes available; null if it is already or can't tell.
    public @Nullable Duration availableIn(Instant now, int minReadySeconds) {
        return readySince == null || available(now, minReadySeconds)
                ? null
                : Duration.between(now, readySince.plusSeconds(minReadySeconds));
    }

    private static @Nullable Instant readySince(Resource pod) {
        for (var condition : pod.status().path("conditions")) {
            if (condition.path("type").asString("").equals("Ready")
                    && condition.path("status").asString("").equals("True")) {
                return time(condition.path("lastTransitionTime"));
            }
        }
        return null;
    }

    private static Instant time(JsonNode node) {
        var text = node.asString("");
        return text.isEmpty() ? Instant.EPOCH : Instant.parse(text);
    }
}
