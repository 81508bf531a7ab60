package dev.serin.local.api.rule;

import dev.serin.config.Resource;
import dev.serin.local.cron.CronSchedule;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;

/// What StatefulSets, DaemonSets, Jobs and CronJobs must keep, and what can't be changed in them.
final class WorkloadChecks {
    private static final int CRON_NAME = 52;

    private WorkloadChecks() {}

    static void statefulSet(ObjectNode body, @Nullable Resource old, Complaints complaints) {
        var spec = body.path("spec");
        var policy = spec.path("podManagementPolicy");
        if (!List.of("OrderedReady", "Parallel").contains(policy.asString(""))) {
            complaints.invalid(
                    "spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'");
        }
        var strategy = spec.path("updateStrategy");
        switch (strategy.path("type").asString("")) {
            case "OnDelete" -> {
                if (strategy.has("rollingUpdate")) {
                    complaints.invalid(
                            "spec.updateStrategy.rollingUpdate",
                            strategy.path("rollingUpdate"),
                            "only allowed for updateStrategy 'RollingUpdate'");
                }
            }
            case "RollingUpdate" ->
                    complaints.notNegative(
                            strategy.path("rollingUpdate"),
                            "spec.updateStrategy.rollingUpdate",
                            "partition");
            default ->
                    complaints.invalid(
                            "spec.updateStrategy",
                            strategy,
                            "must be 'RollingUpdate' or 'OnDelete'");
        }
        complaints.notNegative(spec, "spec", "replicas", "minReadySeconds");
        complaints.notNegative(spec.path("ordinals"), "spec.ordinals", "start");
        selector(spec, "statefulset", complaints);
        keptRunning(spec, "StatefulSet", complaints);
        if (old != null) {
            for (var field :
                    List.of(
                            "selector",
                            "volumeClaimTemplates",
                            "serviceName",
                            "podManagementPolicy")) {
                complaints.unchanged(old.spec().path(field), spec.path(field), "spec." + field);
            }
        }
    }

    private static void selector(JsonNode spec, String kind, Complaints complaints) {
        var selector = spec.path("selector");
        if (selector.isObject()
                && selector.path("matchLabels").isEmpty()
                && selector.path("matchExpressions").isEmpty()) {
            complaints.invalid("spec.selector", selector, "empty selector is invalid for " + kind);
        }
    }

    private static void keptRunning(JsonNode spec, String kind, Complaints complaints) {
        var pod = spec.path("template").path("spec");
        if (!pod.path("restartPolicy").asString("Always").equals("Always")) {
            complaints.unsupported(
                    "spec.template.spec.restartPolicy", pod.path("restartPolicy"), "Always");
        }
        if (pod.has("activeDeadlineSeconds")) {
            complaints.forbidden(
                    "spec.template.spec.activeDeadlineSeconds",
                    "activeDeadlineSeconds in " + kind + " is not Supported");
        }
    }

    static void daemonSet(ObjectNode body, @Nullable Resource old, Complaints complaints) {
        var spec = body.path("spec");
        if (old != null) {
            complaints.unchanged(
                    old.spec().path("selector"), spec.path("selector"), "spec.selector");
        }
        selector(spec, "daemonset", complaints);
        keptRunning(spec, "DaemonSet", complaints);
        complaints.notNegative(spec, "spec", "minReadySeconds", "revisionHistoryLimit");
        var rolling = spec.path("updateStrategy").path("rollingUpdate");
        if (rolling.isObject()) {
            var path = "spec.updateStrategy.rollingUpdate.";
            complaints.share(rolling.path("maxUnavailable"), path + "maxUnavailable");
            complaints.share(rolling.path("maxSurge"), path + "maxSurge");
            var away = some(rolling.path("maxUnavailable"));
            var more = some(rolling.path("maxSurge"));
            if (away && more) {
                complaints.invalid(
                        path + "maxSurge",
                        rolling.path("maxSurge"),
                        "may not be set when maxUnavailable is non-zero");
            } else if (!away && !more) {
                complaints.required(path + "maxUnavailable", "cannot be 0 when maxSurge is 0");
            }
        }
    }

    private static boolean some(JsonNode share) {
        return !share.asString("0").replace("%", "").equals("0");
    }

    static void job(ObjectNode body, @Nullable Resource old, Complaints complaints) {
        var spec = body.path("spec");
        jobSpec(spec, "spec", complaints);
        if (old == null) {
            return;
        }
        var was = old.spec();
        completions(spec, was, complaints);
        complaints.unchanged(was.path("selector"), spec.path("selector"), "spec.selector");
        if (!was.path("suspend").asBoolean(false) || old.status().has("startTime")) {
            complaints.unchanged(was.path("template"), spec.path("template"), "spec.template");
        }
        for (var field :
                List.of(
                        "completionMode",
                        "podFailurePolicy",
                        "backoffLimitPerIndex",
                        "managedBy",
                        "successPolicy")) {
            complaints.unchanged(was.path(field), spec.path(field), "spec." + field);
        }
    }

    /// They may follow the parallelism where each has a number.
    private static void completions(JsonNode spec, JsonNode was, Complaints complaints) {
        var now = spec.path("completions");
        if (now.equals(was.path("completions"))) {
            return;
        }
        if (!spec.path("completionMode").asString("").equals("Indexed")) {
            complaints.invalid("spec.completions", now, "field is immutable");
        } else if (!now.equals(spec.path("parallelism"))
                || !was.path("completions").equals(was.path("parallelism"))) {
            complaints.invalid(
                    "spec.completions",
                    now,
                    "can only be modified in tandem with spec.parallelism");
        }
    }

    private static void jobSpec(JsonNode spec, String path, Complaints complaints) {
        complaints.notNegative(
                spec,
                path,
                "parallelism",
                "completions",
                "activeDeadlineSeconds",
                "backoffLimit",
                "ttlSecondsAfterFinished",
                "backoffLimitPerIndex",
                "maxFailedIndexes");
        if (spec.has("maxFailedIndexes") && !spec.has("backoffLimitPerIndex")) {
            complaints.required(
                    path + ".backoffLimitPerIndex", "when maxFailedIndexes is specified");
        }
        completionMode(spec, path, complaints);
        restartPolicy(spec, path + ".template.spec.restartPolicy", complaints);
    }

    private static void completionMode(JsonNode spec, String path, Complaints complaints) {
        var mode = spec.path("completionMode").asString("NonIndexed");
        if (!List.of("Indexed", "NonIndexed").contains(mode)) {
            complaints.unsupported(
                    path + ".completionMode", spec.path("completionMode"), "NonIndexed", "Indexed");
        } else if (mode.equals("Indexed")) {
            if (!spec.has("completions")) {
                complaints.required(path + ".completions", "when completion mode is Indexed");
            } else if (spec.path("maxFailedIndexes").asInt(0) > spec.path("completions").asInt(0)) {
                complaints.invalid(
                        path + ".maxFailedIndexes",
                        spec.path("maxFailedIndexes"),
                        "must be less than or equal to completions");
            }
        } else {
            for (var field : List.of("backoffLimitPerIndex", "maxFailedIndexes")) {
                if (spec.has(field)) {
                    complaints.invalid(
                            path + "." + field,
                            spec.path(field),
                            "requires indexed completion mode");
                }
            }
            if (spec.has("successPolicy")) {
                complaints.invalid(
                        path + ".successPolicy",
                        spec.path("successPolicy"),
                        "requires indexed completion mode");
            }
        }
    }

    private static void restartPolicy(JsonNode spec, String path, Complaints complaints) {
        var policy = spec.path("template").path("spec").path("restartPolicy");
        switch (policy.asString("")) {
            case "", "Always" ->
                    complaints.required(path, "valid values: \"OnFailure\", \"Never\"");
            case "OnFailure" -> {
                if (spec.has("podFailurePolicy")) {
                    complaints.invalid(
                            path,
                            policy,
                            "only \"Never\" is supported when podFailurePolicy is specified");
                }
            }
            case "Never" -> {}
            default -> complaints.unsupported(path, policy, "OnFailure", "Never");
        }
    }

    static void cronJob(ObjectNode body, @Nullable Resource old, Complaints complaints) {
        var spec = body.path("spec");
        var schedule = spec.path("schedule");
        if (schedule.asString("").isEmpty()) {
            complaints.required("spec.schedule", "");
        } else {
            try {
                CronSchedule.parse(schedule.asString(""));
            } catch (IllegalArgumentException e) {
                complaints.invalid("spec.schedule", schedule, String.valueOf(e.getMessage()));
            }
        }
        complaints.notNegative(spec, "spec", "startingDeadlineSeconds");
        zone(spec.path("timeZone"), complaints);
        var template = spec.path("jobTemplate").path("spec");
        jobSpec(template, "spec.jobTemplate.spec", complaints);
        if (template.has("selector")) {
            complaints.invalid(
                    "spec.jobTemplate.spec.selector",
                    template.path("selector"),
                    "`selector` will be auto-generated");
        }
        complaints.notNegative(
                spec, "spec", "successfulJobsHistoryLimit", "failedJobsHistoryLimit");
        var name = body.path("metadata").path("name");
        if (old == null && name.asString("").length() > CRON_NAME) {
            complaints.invalid("metadata.name", name, "must be no more than 52 characters");
        }
    }

    private static void zone(JsonNode zone, Complaints complaints) {
        if (zone.isMissingNode()) {
            return;
        }
        if (zone.asString("").isEmpty()) {
            complaints.invalid("spec.timeZone", zone, "timeZone must be nil or non-empty string");
        } else if (zone.asString("").equalsIgnoreCase("Local")) {
            complaints.invalid(
                    "spec.timeZone",
                    zone,
                    "timeZone must be an explicit time zone as defined in"
                            + " https://www.iana.org/time-zones");
        } else {
            try {
                ZoneId.of(zone.asString(""));
            } catch (DateTimeException _) {
                complaints.invalid("spec.timeZone", zone, "unknown time zone " + zone.asString(""));
            }
        }
    }
}
