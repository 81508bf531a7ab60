package dev.serin.local.controllers.batch;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Conditions;
import dev.serin.local.controllers.Controller;
import dev.serin.local.controllers.Events;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.controllers.Ownership;
import dev.serin.local.controllers.PodState;
import dev.serin.local.controllers.Selection;
import dev.serin.local.controllers.Statuses;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/// Runs the pods of a Job until enough of them have succeeded, or too many have failed.
public final class JobController implements Controller {
    private static final String MANAGER = "kubernetes.io/job-controller";

    private final ResourceClient client;
    private final Events events;
    private final Ticker ticker;
    private final Draw names;
    private final JobCounts counts;

    public JobController(ResourceClient client, Events events, Ticker ticker, Draws draws) {
        this.client = client;
        this.events = events;
        this.ticker = ticker;
        this.names = draws.named("job-pod-name");
        this.counts = new JobCounts(client);
    }

    @Override
    public String name() {
        return "job";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.JOB, Kinds.POD);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        if (resource.kind().family().equals(Kinds.JOB.family())) {
            return List.of(resource.key());
        }
        var owner = Ownership.controller(resource, Kinds.JOB);
        return owner == null ? List.of() : List.of(owner);
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var job = client.get(key);
        if (job == null) {
            release(key);
            return null;
        }
        if (!job.spec().path("managedBy").asString(MANAGER).equals(MANAGER)) {
            return null;
        }
        if (holds(job, "Complete") || holds(job, "Failed")) {
            pods(job).stream().filter(p -> !p.counted()).forEach(p -> release(p.pod()));
            return afterItsEnd(job);
        }
        if (job.metadata().has("deletionTimestamp")) {
            release(key);
            return null;
        }
        // 1. When it began; a Job that waits has not.
        var begun = begun(job);
        // 2. Who has ended is counted, and let go.
        var counted = counts.count(begun, pods(begun));
        var now = counted.job();
        // 3. Is that enough, or too much?
        var pods = pods(now);
        var progress = progress(now, counted.policy());
        var end = end(now, progress, pods);
        if (end != null) {
            finish(now, pods, end);
            return null;
        }
        // 4. As many pods as may run now.
        var run = new JobRun(client, events, names, ticker.now());
        Duration again = null;
        RuntimeException failure = null;
        try {
            again = isSuspended(now) ? run.none(now, pods) : run.some(progress, now, pods);
        } catch (RuntimeException e) {
            failure = e;
        }
        // 5. How it is.
        var left = JobEnd.untilDeadline(progress, ticker.now());
        tell(now, pods(now));
        if (failure != null) {
            throw failure;
        }
        return Stream.of(again, isSuspended(now) ? null : left)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    static boolean isSuspended(Resource job) {
        return job.spec().path("suspend").asBoolean(false);
    }

    static boolean holds(Resource job, String type) {
        for (var condition : job.status().path("conditions")) {
            if (condition.path("type").asString("").equals(type)) {
                return condition.path("status").asString("").equals("True");
            }
        }
        return false;
    }

    private List<JobPod> pods(Resource job) {
        var patient = job.spec().path("podReplacementPolicy").asString("").equals("Failed");
        var selection = Selection.of(job);
        var all = new ArrayList<JobPod>();
        for (var pod : client.list(Kinds.POD, job.namespace(), selection.labels())) {
            if (selection.selects(pod)) {
                if (Ownership.ownedBy(pod, job)) {
                    all.add(JobPod.of(pod, patient));
                } else if (Ownership.orphan(pod) && PodState.of(pod).active()) {
                    var body = pod.body().deepCopy();
                    Ownership.write((ObjectNode) body.path("metadata"), job);
                    all.add(JobPod.of(client.update(new Resource(pod.kind(), body)), patient));
                }
            }
        }
        return all;
    }

    /// The pods of a Job that is gone go too.
    private void release(ResourceKey key) {
        for (var pod : client.list(Kinds.POD, key.namespace(), Map.of())) {
            if (key.equals(Ownership.controller(pod, Kinds.JOB))) {
                release(pod);
            }
        }
    }

    private void release(Resource pod) {
        if (!JobPod.of(pod, false).counted()) {
            try {
                client.update(JobPod.released(pod));
            } catch (Refusal refusal) {
                if (refusal.code() != 404) {
                    throw refusal;
                }
            }
        }
    }

    private @Nullable Duration afterItsEnd(Resource job) {
        var seconds = job.spec().path("ttlSecondsAfterFinished");
        if (!seconds.isNumber() || job.metadata().has("deletionTimestamp")) {
            return null;
        }
        for (var condition : job.status().path("conditions")) {
            var type = condition.path("type").asString("");
            if (type.equals("Complete") || type.equals("Failed")) {
                var end = Instant.parse(condition.path("lastTransitionTime").asString(""));
                var left = Duration.between(ticker.now(), end.plusSeconds(seconds.asLong(0)));
                if (left.isPositive()) {
                    return left;
                }
            }
        }
        client.delete(job.key(), null);
        return null;
    }

    private Resource begun(Resource job) {
        var body = job.body().deepCopy();
        var status = body.withObject("/status");
        var conditions = new Conditions(job.status(), ticker.now());
        if (isSuspended(job)) {
            if (!holds(job, "Suspended")) {
                condition(conditions, "Suspended", true, "JobSuspended", "Job suspended");
                events.normal(job, "Suspended", "Job suspended");
            }
            status.remove("startTime");
        } else {
            if (holds(job, "Suspended")) {
                condition(conditions, "Suspended", false, "JobResumed", "Job resumed");
                events.normal(job, "Resumed", "Job resumed");
            }
            if (!status.has("startTime")) {
                status.put("startTime", now());
            }
        }
        conditions.writeTo(status);
        Statuses.write(client, job, body);
        var after = client.get(job.key());
        return after == null ? job : after;
    }

    private void condition(
            Conditions conditions, String type, boolean value, String reason, String message) {
        conditions.set(type, value, reason, message).put("lastProbeTime", now());
    }

    private String now() {
        return ticker.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static JobEnd.Progress progress(Resource job, @Nullable String policy) {
        var started = job.status().path("startTime").asString("");
        return new JobEnd.Progress(
                job.spec(),
                job.status().path("succeeded").asInt(0),
                job.status().path("failed").asInt(0),
                JobCounts.indexes(job, "completedIndexes"),
                JobCounts.indexes(job, "failedIndexes"),
                policy,
                started.isEmpty() ? null : Instant.parse(started));
    }

    /// What was decided stays decided while the last pods end.
    private @Nullable JobEnd end(Resource job, JobEnd.Progress progress, List<JobPod> pods) {
        for (var type : List.of("FailureTarget", "SuccessCriteriaMet")) {
            for (var condition : job.status().path("conditions")) {
                if (condition.path("type").asString("").equals(type) && holds(job, type)) {
                    return new JobEnd(
                            type.equals("SuccessCriteriaMet"),
                            condition.path("reason").asString(""),
                            condition.path("message").asString(""));
                }
            }
        }
        return isSuspended(job) ? null : JobEnd.of(progress, pods, ticker.now());
    }

    /// First what will be, while pods still run; then, when none does, what is.
    private void finish(Resource job, List<JobPod> pods, JobEnd end) {
        for (var pod : pods) {
            if (pod.active()) {
                if (end.succeeded()) {
                    release(pod.pod());
                }
                client.delete(pod.pod().key(), null);
                events.normal(job, "SuccessfulDelete", "Deleted pod: " + pod.pod().name());
            }
        }
        var left = pods(job);
        var running = left.stream().filter(p -> p.active() || p.terminating()).count();
        var body = job.body().deepCopy();
        var status = body.withObject("/status");
        var conditions = new Conditions(job.status(), ticker.now());
        var target = end.succeeded() ? "SuccessCriteriaMet" : "FailureTarget";
        if (!holds(job, target)) {
            condition(conditions, target, true, end.reason(), end.message());
        }
        // A pod that ended just now is counted in the next round.
        var uncounted = left.stream().anyMatch(p -> p.ended() && !p.counted());
        if (running == 0 && !uncounted) {
            condition(
                    conditions,
                    end.succeeded() ? "Complete" : "Failed",
                    true,
                    end.reason(),
                    end.message());
            if (end.succeeded()) {
                status.put("completionTime", now());
                events.normal(job, "Completed", "Job completed");
            } else {
                events.warning(job, end.reason(), end.message());
            }
        }
        conditions.writeTo(status);
        JobRun.counts(status, left);
        Statuses.write(client, job, body);
    }

    private void tell(Resource job, List<JobPod> pods) {
        var body = job.body().deepCopy();
        JobRun.counts(body.withObject("/status"), pods);
        Statuses.write(client, job, body);
    }
}
