package dev.serin.local.controllers.batch;

import dev.serin.config.Resource;

import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;

/// What a Job needs to know of one of its pods.
///
/// @param failed it failed, or it counts as failed because it is being deleted
/// @param counted whether the Job's status counts it already: its finalizer is gone
/// @param index of its completion, -1 where it has none
/// @param finished when its last container ended; the epoch where that is not told
record JobPod(
        Resource pod,
        boolean succeeded,
        boolean failed,
        boolean terminating,
        boolean counted,
        int index,
        Instant finished) {
    static final String FINALIZER = "batch.kubernetes.io/job-tracking";
    static final String INDEX = "batch.kubernetes.io/job-completion-index";
    static final String FAILURES = "batch.kubernetes.io/job-index-failure-count";

    /// @param patient whether a pod that is being deleted fails only when it has ended
    static JobPod of(Resource pod, boolean patient) {
        var phase = pod.status().path("phase").asString("");
        var deleted = pod.metadata().has("deletionTimestamp");
        var succeeded = phase.equals("Succeeded");
        var ended = succeeded || phase.equals("Failed");
        // The node asks for the last deletion when nothing of it runs any more.
        var gone = deleted && pod.metadata().path("deletionGracePeriodSeconds").asInt(-1) == 0;
        return new JobPod(
                pod,
                succeeded,
                phase.equals("Failed") || !succeeded && (gone || deleted && !patient),
                deleted && !ended && !gone,
                !holds(pod),
                number(pod.annotations().getOrDefault(INDEX, "-1")),
                finished(pod));
    }

    boolean ended() {
        return succeeded || failed;
    }

    boolean active() {
        return !ended() && !terminating;
    }

    int failuresBefore() {
        return Math.max(0, number(pod.annotations().getOrDefault(FAILURES, "0")));
    }

    int restarts() {
        var restarts = 0;
        for (var list : new String[] {"initContainerStatuses", "containerStatuses"}) {
            for (var container : pod.status().path(list)) {
                restarts += container.path("restartCount").asInt(0);
            }
        }
        return restarts;
    }

    private static boolean holds(Resource pod) {
        for (var finalizer : pod.metadata().path("finalizers")) {
            if (finalizer.asString("").equals(FINALIZER)) {
                return true;
            }
        }
        return false;
    }

    /// The pod without the finalizer.
    static Resource released(Resource pod) {
        var body = pod.body().deepCopy();
        var kept = ((ObjectNode) body.path("metadata")).putArray("finalizers");
        for (var finalizer : pod.metadata().path("finalizers")) {
            if (!finalizer.asString("").equals(FINALIZER)) {
                kept.add(finalizer);
            }
        }
        if (kept.isEmpty()) {
            ((ObjectNode) body.path("metadata")).remove("finalizers");
        }
        return new Resource(pod.kind(), body);
    }

    private static Instant finished(Resource pod) {
        var last = Instant.EPOCH;
        for (var container : pod.status().path("containerStatuses")) {
            var text = container.at("/state/terminated/finishedAt").asString("");
            if (!text.isEmpty() && Instant.parse(text).isAfter(last)) {
                last = Instant.parse(text);
            }
        }
        var deletion = pod.metadata().path("deletionTimestamp").asString("");
        return last.equals(Instant.EPOCH) && !deletion.isEmpty() ? Instant.parse(deletion) : last;
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException _) {
            return -1;
        }
    }
}
