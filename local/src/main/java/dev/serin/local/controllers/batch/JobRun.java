package dev.serin.local.controllers.batch;

import dev.serin.base.chance.Draw;
import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Events;
import dev.serin.local.controllers.PodState;
import dev.serin.local.controllers.PodTemplates;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/// One round of making and deleting the pods of a Job.
final class JobRun {
    private static final Duration FIRST_WAIT = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
    private static final int DOUBLINGS = 10;

    private final ResourceClient client;
    private final Events events;
    private final Draw names;
    private final Instant now;

    JobRun(ResourceClient client, Events events, Draw names, Instant now) {
        this.client = client;
        this.events = events;
        this.names = names;
        this.now = now;
    }

    /// Ends what runs; those pods have not failed.
    @Nullable Duration none(Resource job, List<JobPod> pods) {
        pods.stream().filter(JobPod::active).forEach(pod -> delete(job, pod));
        return null;
    }

    /// @return how long until a failed pod may be replaced, null when none waits
    @Nullable Duration some(JobEnd.Progress progress, Resource job, List<JobPod> pods) {
        var active = pods.stream().filter(JobPod::active).toList();
        var parallelism = job.spec().path("parallelism").asInt(1);
        var wanted =
                progress.completions() < 0
                        ? progress.succeeded() > 0 ? active.size() : parallelism
                        : Math.min(parallelism, progress.completions() - progress.succeeded());
        if (progress.indexed()) {
            wanted = Math.min(wanted, open(progress, List.of()));
        }
        if (active.size() > wanted) {
            active.stream()
                    .sorted(
                            Comparator.comparing((JobPod p) -> PodState.of(p.pod()).ready())
                                    .thenComparing(
                                            p -> p.pod().created(), Comparator.reverseOrder()))
                    .limit(active.size() - Math.max(0, wanted))
                    .forEach(pod -> delete(job, pod));
            return null;
        }
        // With the policy Failed a pod that still ends holds its place.
        var patient = job.spec().path("podReplacementPolicy").asString("").equals("Failed");
        var held = patient ? (int) pods.stream().filter(JobPod::terminating).count() : 0;
        var missing = wanted - active.size() - held;
        if (missing <= 0) {
            return null;
        }
        var wait = wait(pods);
        if (wait.isPositive()) {
            return wait;
        }
        if (progress.indexed()) {
            indexed(progress, job, pods, missing);
        } else {
            for (var i = 0; i < missing; i++) {
                create(job, job.spec().path("template"), job.name() + "-");
            }
        }
        return null;
    }

    /// Longer with each failure in a row, from the end of the last one.
    private Duration wait(List<JobPod> pods) {
        var ended =
                pods.stream()
                        .filter(JobPod::ended)
                        .sorted(Comparator.comparing(JobPod::finished).reversed())
                        .toList();
        var failures = 0;
        for (var pod : ended) {
            if (pod.succeeded()) {
                break;
            }
            failures++;
        }
        if (failures == 0) {
            return Duration.ZERO;
        }
        var wait = FIRST_WAIT.multipliedBy(1L << Math.min(DOUBLINGS, failures - 1));
        var longest = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
        return Duration.between(now, ended.getFirst().finished().plus(longest));
    }

    /// How many numbers are still to do.
    private static int open(JobEnd.Progress progress, List<JobPod> pods) {
        var open = 0;
        for (var index = 0; index < progress.completions(); index++) {
            if (isOpen(index, progress, pods)) {
                open++;
            }
        }
        return open;
    }

    private static boolean isOpen(int index, JobEnd.Progress progress, List<JobPod> pods) {
        return !progress.completed().get(index)
                && !progress.broken().get(index)
                && pods.stream().noneMatch(p -> p.index() == index && !p.ended());
    }

    private void indexed(JobEnd.Progress progress, Resource job, List<JobPod> pods, int missing) {
        var left = missing;
        for (var index = 0; index < progress.completions() && left > 0; index++) {
            if (isOpen(index, progress, pods)) {
                left--;
                create(job, template(job, index, pods), job.name() + "-" + index + "-");
            }
        }
    }

    private static JsonNode template(Resource job, int index, List<JobPod> pods) {
        var template = (ObjectNode) job.spec().path("template").deepCopy();
        var metadata = template.withObject("/metadata");
        var number = Integer.toString(index);
        metadata.withObject("/annotations").put(JobPod.INDEX, number);
        metadata.withObject("/labels").put(JobPod.INDEX, number);
        if (job.spec().has("backoffLimitPerIndex")) {
            var before =
                    pods.stream()
                            .filter(p -> p.index() == index && p.failed())
                            .mapToInt(p -> p.failuresBefore() + 1)
                            .max()
                            .orElse(0);
            metadata.withObject("/annotations").put(JobPod.FAILURES, Integer.toString(before));
        }
        var spec = template.withObject("/spec");
        if (!spec.has("hostname")) {
            spec.put("hostname", job.name() + "-" + number);
        }
        for (var list : List.of("initContainers", "containers")) {
            for (var container : spec.path(list)) {
                number((ObjectNode) container);
            }
        }
        return template;
    }

    private static void number(ObjectNode container) {
        for (var variable : container.path("env")) {
            if (variable.path("name").asString("").equals("JOB_COMPLETION_INDEX")) {
                return;
            }
        }
        container
                .withArray("/env")
                .addObject()
                .put("name", "JOB_COMPLETION_INDEX")
                .putObject("valueFrom")
                .putObject("fieldRef")
                .put("fieldPath", "metadata.labels['" + JobPod.INDEX + "']");
    }

    private void create(Resource job, JsonNode template, String prefix) {
        var pod = PodTemplates.generated(job, template, prefix, names);
        ((ObjectNode) pod.metadata()).withArray("/finalizers").add(JobPod.FINALIZER);
        try {
            var made = client.create(pod);
            events.normal(job, "SuccessfulCreate", "Created pod: " + made.name());
        } catch (Refusal refusal) {
            events.warning(job, "FailedCreate", "Error creating: " + refusal.getMessage());
            throw refusal;
        }
    }

    private void delete(Resource job, JobPod pod) {
        client.update(JobPod.released(pod.pod()));
        client.delete(pod.pod().key(), null);
        events.normal(job, "SuccessfulDelete", "Deleted pod: " + pod.pod().name());
    }

    /// What the status tells of pods that have not ended.
    static void counts(ObjectNode status, List<JobPod> pods) {
        var active = pods.stream().filter(JobPod::active).toList();
        put(status, "active", active.size());
        status.put(
                "ready", (int) active.stream().filter(p -> PodState.of(p.pod()).ready()).count());
        status.put("terminating", (int) pods.stream().filter(JobPod::terminating).count());
        status.withObject("/uncountedTerminatedPods");
    }

    private static void put(ObjectNode status, String field, int count) {
        if (count == 0) {
            status.remove(field);
        } else {
            status.put(field, count);
        }
    }
}
