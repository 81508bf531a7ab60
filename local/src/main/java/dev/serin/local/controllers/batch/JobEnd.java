package dev.serin.local.controllers.batch;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;

/// Whether a Job is at its end, and how. Pure.
///
/// @param succeeded else it failed
/// @param reason in one word, as Kubernetes has it
record JobEnd(boolean succeeded, String reason, String message) {

    /// How far a Job is.
    ///
    /// @param failed pods, those that count for the limit
    /// @param completed numbers of an Indexed Job that have succeeded
    /// @param broken numbers that have failed for good
    /// @param policy what a rule of the failure policy said, null for nothing
    record Progress(
            JsonNode spec,
            int succeeded,
            int failed,
            BitSet completed,
            BitSet broken,
            @Nullable String policy,
            @Nullable Instant started) {
        boolean indexed() {
            return spec.path("completionMode").asString("").equals("Indexed");
        }

        /// How many have to succeed; -1: any one.
        int completions() {
            return spec.path("completions").asInt(-1);
        }
    }

    /// Null while it goes on.
    static @Nullable JobEnd of(Progress progress, List<JobPod> pods, Instant now) {
        var failure = failure(progress, pods, now);
        return failure != null ? failure : success(progress, pods);
    }

    private static JobEnd failed(String reason, String message) {
        return new JobEnd(false, reason, message);
    }

    private static @Nullable JobEnd failure(Progress progress, List<JobPod> pods, Instant now) {
        var spec = progress.spec;
        if (progress.policy != null) {
            return failed("PodFailurePolicy", progress.policy);
        }
        var limit = spec.path("backoffLimit").asInt(6);
        if (progress.failed > limit || restarts(spec, pods, limit)) {
            return failed("BackoffLimitExceeded", "Job has reached the specified backoff limit");
        }
        var left = untilDeadline(progress, now);
        if (left != null && !left.isPositive()) {
            return failed("DeadlineExceeded", "Job was active longer than specified deadline");
        }
        if (spec.has("maxFailedIndexes")
                && progress.broken.cardinality() > spec.path("maxFailedIndexes").asInt(0)) {
            return failed(
                    "MaxFailedIndexesExceeded",
                    "Job has exceeded the specified maximal number of failed indexes");
        }
        return progress.indexed()
                        && !progress.broken.isEmpty()
                        && progress.broken.cardinality() + progress.completed.cardinality()
                                >= progress.completions()
                ? failed("FailedIndexes", "Job has failed indexes")
                : null;
    }

    /// Pods that are started again in place fail by their restarts.
    private static boolean restarts(JsonNode spec, List<JobPod> pods, int limit) {
        if (!spec.at("/template/spec/restartPolicy").asString("").equals("OnFailure")) {
            return false;
        }
        var restarts = pods.stream().filter(JobPod::active).mapToInt(JobPod::restarts).sum();
        return limit == 0 ? restarts > 0 : restarts >= limit;
    }

    /// Null where there is no deadline, or nothing has begun.
    static @Nullable Duration untilDeadline(Progress progress, Instant now) {
        var deadline = progress.spec.path("activeDeadlineSeconds");
        return deadline.isNumber() && progress.started != null
                ? Duration.between(now, progress.started.plusSeconds(deadline.asLong(0)))
                : null;
    }

    private static @Nullable JobEnd success(Progress progress, List<JobPod> pods) {
        var rules = progress.spec.path("successPolicy").path("rules");
        for (var i = 0; i < rules.size(); i++) {
            if (fits(rules.path(i), progress.completed)) {
                return new JobEnd(true, "SuccessPolicy", "Matched rules at index " + i);
            }
        }
        var enough =
                progress.completions() < 0
                        ? progress.succeeded > 0 && pods.stream().noneMatch(p -> !p.ended())
                        : progress.succeeded >= progress.completions();
        return enough
                ? new JobEnd(
                        true, "CompletionsReached", "Reached expected number of succeeded pods")
                : null;
    }

    private static boolean fits(JsonNode rule, BitSet completed) {
        var counted = (BitSet) completed.clone();
        var wanted = rule.path("succeededIndexes").asString("");
        if (!wanted.isEmpty()) {
            counted.and(Indexes.parse(wanted));
        }
        var least =
                rule.path("succeededCount")
                        .asInt(wanted.isEmpty() ? 1 : Indexes.parse(wanted).cardinality());
        return counted.cardinality() >= least;
    }
}
