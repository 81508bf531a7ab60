package dev.serin.local.api.table;

import static dev.serin.local.api.table.Column.age;
import static dev.serin.local.api.table.Column.named;
import static dev.serin.local.api.table.Column.number;
import static dev.serin.local.api.table.Column.text;
import static dev.serin.local.api.table.Column.timed;
import static dev.serin.local.api.table.Column.wide;

import dev.serin.config.Resource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// The columns of what makes pods, and of what decides how many there are.
final class WorkloadTables {
    private static final String TEMPLATE = "/template/spec/containers";
    private static final String JOB_TEMPLATE = "/jobTemplate/spec/template/spec/containers";

    private WorkloadTables() {}

    /// By family.
    static Map<String, List<Column>> all() {
        return Map.of(
                "statefulsets.apps", statefulSets(),
                "daemonsets.apps", daemonSets(),
                "controllerrevisions.apps", revisions(),
                "jobs.batch", jobs(),
                "cronjobs.batch", cronJobs(),
                "horizontalpodautoscalers.autoscaling", ScalerCells.columns(),
                "poddisruptionbudgets.policy", budgets());
    }

    private static Column names(String template) {
        return wide(
                "Containers",
                "Names of its containers.",
                r -> Cells.containers(r.spec().at(template), "name"));
    }

    private static Column images(String template) {
        return wide(
                "Images",
                "Images of its containers.",
                r -> Cells.containers(r.spec().at(template), "image"));
    }

    private static List<Column> statefulSets() {
        return List.of(
                named(),
                text(
                        "Ready",
                        "Ready replicas of those wanted.",
                        r ->
                                Cells.count(r.status(), "readyReplicas")
                                        + "/"
                                        + Cells.count(r.spec(), "replicas")),
                age(),
                names(TEMPLATE),
                images(TEMPLATE));
    }

    private static Column status(String name, String description, String field) {
        return number(name, description, r -> Cells.count(r.status(), field));
    }

    private static List<Column> daemonSets() {
        return List.of(
                named(),
                status("Desired", "Nodes that should have a pod.", "desiredNumberScheduled"),
                status("Current", "Nodes that have one.", "currentNumberScheduled"),
                status("Ready", "Nodes whose pod is ready.", "numberReady"),
                status(
                        "Up-to-date",
                        "Nodes whose pod is of the newest template.",
                        "updatedNumberScheduled"),
                status(
                        "Available",
                        "Nodes whose pod has been ready long enough.",
                        "numberAvailable"),
                text(
                        "Node Selector",
                        "Labels of its nodes.",
                        r -> {
                            var labels = Cells.labels(r.spec().at("/template/spec/nodeSelector"));
                            return labels.isEmpty() ? "<none>" : String.join(",", labels);
                        }),
                age(),
                names(TEMPLATE),
                images(TEMPLATE),
                wide(
                        "Selector",
                        "Labels of its pods.",
                        r -> Cells.selector(r.spec().path("selector"))));
    }

    private static List<Column> revisions() {
        return List.of(
                named(),
                text("Controller", "Whose state it is.", WorkloadTables::controller),
                text("Revision", "Its number.", r -> r.body().path("revision").asString("0")),
                age());
    }

    private static String controller(Resource resource) {
        for (var owner : resource.metadata().path("ownerReferences")) {
            if (owner.path("controller").asBoolean(false)) {
                var version = owner.path("apiVersion").asString("");
                var slash = version.indexOf('/');
                return owner.path("kind").asString("").toLowerCase(java.util.Locale.ROOT)
                        + (slash < 0 ? "" : "." + version.substring(0, slash))
                        + "/"
                        + owner.path("name").asString("");
            }
        }
        return "<none>";
    }

    private static List<Column> jobs() {
        return List.of(
                named(),
                text("Status", "How far it is.", WorkloadTables::jobStatus),
                text("Completions", "Pods that succeeded of those wanted.", r -> completions(r)),
                timed("Duration", "How long it runs or ran.", WorkloadTables::duration),
                age(),
                names(TEMPLATE),
                images(TEMPLATE),
                wide(
                        "Selector",
                        "Labels of its pods.",
                        r -> Cells.selector(r.spec().path("selector"))));
    }

    private static String jobStatus(Resource job) {
        if (holds(job, "Complete")) {
            return "Complete";
        }
        if (holds(job, "Failed")) {
            return "Failed";
        }
        if (job.metadata().has("deletionTimestamp")) {
            return "Terminating";
        }
        for (var condition : List.of("Suspended", "FailureTarget", "SuccessCriteriaMet")) {
            if (holds(job, condition)) {
                return condition;
            }
        }
        return "Running";
    }

    private static boolean holds(Resource resource, String type) {
        for (var condition : resource.status().path("conditions")) {
            if (condition.path("type").asString("").equals(type)) {
                return condition.path("status").asString("").equals("True");
            }
        }
        return false;
    }

    private static String completions(Resource job) {
        var succeeded = Cells.count(job.status(), "succeeded");
        if (job.spec().has("completions")) {
            return succeeded + "/" + Cells.count(job.spec(), "completions");
        }
        var parallelism = Cells.count(job.spec(), "parallelism");
        return succeeded + "/1" + (parallelism > 1 ? " of " + parallelism : "");
    }

    private static String duration(Resource job, Instant now) {
        var start = job.status().path("startTime").asString("");
        var end = job.status().path("completionTime").asString("");
        return start.isEmpty()
                ? ""
                : Ages.of(
                        Duration.between(
                                Instant.parse(start), end.isEmpty() ? now : Instant.parse(end)));
    }

    private static List<Column> cronJobs() {
        return List.of(
                named(),
                text("Schedule", "When.", r -> r.spec().path("schedule").asString("")),
                text("Timezone", "Whose clock it means.", r -> Cells.text(r.spec(), "timeZone")),
                new Column(
                        "Suspend",
                        "boolean",
                        "",
                        false,
                        "Whether it makes no Jobs for now.",
                        (r, _) -> capital(r.spec().path("suspend"))),
                number("Active", "Jobs that run.", r -> r.status().path("active").size()),
                timed(
                        "Last Schedule",
                        "When it made a Job last.",
                        (r, now) -> {
                            var last = r.status().path("lastScheduleTime").asString("");
                            return last.isEmpty() ? "<none>" : Ages.since(Instant.parse(last), now);
                        }),
                age(),
                names(JOB_TEMPLATE),
                images(JOB_TEMPLATE),
                wide(
                        "Selector",
                        "Labels of its pods.",
                        r -> Cells.selector(r.spec().at("/jobTemplate/spec/selector"))));
    }

    /// As Kubernetes' printer has a truth that may be left out.
    private static JsonNode capital(JsonNode truth) {
        return JsonNodeFactory.instance.stringNode(
                truth.isBoolean() ? (truth.asBoolean(false) ? "True" : "False") : "<unset>");
    }

    private static List<Column> budgets() {
        return List.of(
                named(),
                text(
                        "Min Available",
                        "Pods that must stay.",
                        r -> share(r.spec().path("minAvailable"))),
                text(
                        "Max Unavailable",
                        "Pods that may be away.",
                        r -> share(r.spec().path("maxUnavailable"))),
                status("Allowed Disruptions", "Pods that may go now.", "disruptionsAllowed"),
                age());
    }

    private static String share(JsonNode share) {
        return share.isValueNode() && !share.isNull() ? share.asString() : "N/A";
    }
}
