package dev.serin.local.controllers.batch;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Controller;
import dev.serin.local.controllers.Events;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.controllers.Ownership;
import dev.serin.local.controllers.Statuses;
import dev.serin.local.cron.CronSchedule;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Makes a Job whenever the schedule of a CronJob says so, and clears away the old ones.
public final class CronJobController implements Controller {
    private static final String SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp";
    private static final int MANY = 100;

    private final ResourceClient client;
    private final Events events;
    private final Ticker ticker;
    private final ZoneId zone;

    /// @param zone what a schedule without one means
    public CronJobController(ResourceClient client, Events events, Ticker ticker, ZoneId zone) {
        this.client = client;
        this.events = events;
        this.ticker = ticker;
        this.zone = zone;
    }

    @Override
    public String name() {
        return "cronjob";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.CRON_JOB, Kinds.JOB);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        if (resource.kind().family().equals(Kinds.CRON_JOB.family())) {
            return List.of(resource.key());
        }
        var owner = Ownership.controller(resource, Kinds.CRON_JOB);
        return owner == null ? List.of() : List.of(owner);
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var cron = client.get(key);
        if (cron == null || cron.metadata().has("deletionTimestamp")) {
            return null;
        }
        var jobs =
                client.list(Kinds.JOB, key.namespace(), Map.of()).stream()
                        .filter(job -> Ownership.ownedBy(job, cron))
                        .toList();
        // 1. Those that have ended run no more, and the oldest of them go.
        var body = cron.body().deepCopy();
        var status = body.withObject("/status");
        var active = jobs.stream().filter(job -> !ended(job)).toList();
        told(cron, jobs, status);
        clear(cron, jobs);
        // 2. Is one due?
        var now = ticker.now();
        var schedule = CronSchedule.parse(cron.spec().path("schedule").asString(""));
        var where = zone(cron);
        var due = due(cron, schedule, where, now);
        if (due != null && !cron.spec().path("suspend").asBoolean(false)) {
            start(cron, due, where, active, status);
        }
        activeNow(cron, status);
        Statuses.write(client, cron, body);
        // 3. When the next is.
        var next = schedule.after(now, where);
        return next == null || cron.spec().path("suspend").asBoolean(false)
                ? null
                : Duration.between(now, next);
    }

    private ZoneId zone(Resource cron) {
        var named = cron.spec().path("timeZone").asString("");
        return named.isEmpty() ? zone : ZoneId.of(named);
    }

    private static boolean ended(Resource job) {
        return JobController.holds(job, "Complete") || JobController.holds(job, "Failed");
    }

    private void told(Resource cron, List<Resource> jobs, ObjectNode status) {
        for (var job : jobs) {
            var completed = job.status().path("completionTime").asString("");
            var last = status.path("lastSuccessfulTime").asString("");
            if (JobController.holds(job, "Complete")
                    && !completed.isEmpty()
                    && (last.isEmpty() || Instant.parse(completed).isAfter(Instant.parse(last)))) {
                status.put("lastSuccessfulTime", completed);
            }
            var was = false;
            for (var reference : cron.status().path("active")) {
                was |= reference.path("uid").asString("").equals(job.uid());
            }
            if (was && ended(job)) {
                events.normal(
                        cron,
                        "SawCompletedJob",
                        "Saw completed job: %s, condition: %s"
                                .formatted(
                                        job.name(),
                                        JobController.holds(job, "Complete")
                                                ? "Complete"
                                                : "Failed"));
            }
        }
    }

    private void clear(Resource cron, List<Resource> jobs) {
        var spec = cron.spec();
        clear(cron, jobs, "Complete", spec.path("successfulJobsHistoryLimit").asInt(3));
        clear(cron, jobs, "Failed", spec.path("failedJobsHistoryLimit").asInt(1));
    }

    private void clear(Resource cron, List<Resource> jobs, String condition, int kept) {
        var ended =
                jobs.stream()
                        .filter(job -> JobController.holds(job, condition))
                        .filter(job -> !job.metadata().has("deletionTimestamp"))
                        .sorted(
                                Comparator.comparing(Resource::created)
                                        .thenComparing(Resource::name))
                        .toList();
        ended.stream().limit(Math.max(0, ended.size() - kept)).forEach(job -> delete(cron, job));
    }

    private void delete(Resource cron, Resource job) {
        client.delete(job.key(), null);
        events.normal(cron, "SuccessfulDelete", "Deleted job " + job.name());
    }

    /// The last time that has come and has not been used; null for none.
    private @Nullable Instant due(Resource cron, CronSchedule schedule, ZoneId where, Instant now) {
        var last = cron.status().path("lastScheduleTime").asString("");
        var from = last.isEmpty() ? cron.created() : Instant.parse(last);
        var deadline = cron.spec().path("startingDeadlineSeconds");
        if (deadline.isNumber() && from.isBefore(now.minusSeconds(deadline.asLong(0)))) {
            from = now.minusSeconds(deadline.asLong(0));
        }
        Instant due = null;
        var missed = 0;
        var next = schedule.after(from, where);
        while (next != null && !next.isAfter(now)) {
            due = next;
            if (++missed == MANY) {
                events.warning(
                        cron,
                        "TooManyMissedTimes",
                        "too many missed start times. Set or decrease"
                                + " .spec.startingDeadlineSeconds or check clock skew");
                // The last one alone counts: from here in strides, then one by one again.
                next = late(schedule, where, next, now);
            } else {
                next = schedule.after(next, where);
            }
        }
        return due;
    }

    private static @Nullable Instant late(
            CronSchedule schedule, ZoneId where, Instant from, Instant now) {
        for (var back = Duration.ofMinutes(2); ; back = back.multipliedBy(4)) {
            var at = now.minus(back);
            if (!at.isAfter(from)) {
                return schedule.after(from, where);
            }
            var next = schedule.after(at, where);
            if (next != null && !next.isAfter(now)) {
                return next;
            }
        }
    }

    private void start(
            Resource cron, Instant due, ZoneId where, List<Resource> active, ObjectNode status) {
        switch (cron.spec().path("concurrencyPolicy").asString("Allow")) {
            case "Forbid" -> {
                if (!active.isEmpty()) {
                    events.normal(
                            cron,
                            "JobAlreadyActive",
                            "Not starting job because prior execution is running and concurrency"
                                    + " policy is Forbid");
                    return;
                }
            }
            case "Replace" -> active.forEach(job -> delete(cron, job));
            default -> {}
        }
        var job = job(cron, due, where);
        try {
            client.create(job);
            events.normal(cron, "SuccessfulCreate", "Created job " + job.name());
        } catch (Refusal refusal) {
            if (!refusal.reason().equals("AlreadyExists")) {
                events.warning(cron, "FailedCreate", "Error creating job: " + refusal.getMessage());
                throw refusal;
            }
        }
        status.put("lastScheduleTime", due.toString());
    }

    private static Resource job(Resource cron, Instant due, ZoneId where) {
        var template = cron.spec().path("jobTemplate");
        var body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", Kinds.JOB.apiVersion()).put("kind", "Job");
        var metadata = body.putObject("metadata");
        metadata.put("name", cron.name() + "-" + due.getEpochSecond() / 60);
        metadata.put("namespace", cron.namespace());
        for (var field : List.of("labels", "annotations")) {
            if (template.path("metadata").has(field)) {
                metadata.set(field, template.path("metadata").path(field).deepCopy());
            }
        }
        metadata.withObject("/annotations")
                .put(SCHEDULED, DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(due.atZone(where)));
        Ownership.write(metadata, cron);
        body.set("spec", template.path("spec").deepCopy());
        return new Resource(Kinds.JOB, body);
    }

    private void activeNow(Resource cron, ObjectNode status) {
        status.remove("active");
        client.list(Kinds.JOB, cron.namespace(), Map.of()).stream()
                .filter(job -> Ownership.ownedBy(job, cron))
                .filter(job -> !ended(job) && !job.metadata().has("deletionTimestamp"))
                .sorted(Comparator.comparing(Resource::name))
                .forEach(job ->
                        status.withArray("/active")
                                .addObject()
                                .put("apiVersion", job.kind().apiVersion())
                                .put("kind", "Job")
                                .put("name", job.name())
                                .put("namespace", job.namespace())
                                .put("resourceVersion", job.resourceVersion())
                                .put("uid", job.uid()));
    }
}
