package dev.serin.local.controllers.batch;

import dev.serin.config.Resource;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Statuses;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;

/// Counts each ended pod once, whatever is deleted or stopped on the way: a pod is noted in the
/// status first, then its finalizer is taken off, then the note becomes part of the count. As
/// Kubernetes' JobTrackingWithFinalizers.
final class JobCounts {
    private final ResourceClient client;

    JobCounts(ResourceClient client) {
        this.client = client;
    }

    /// @param policy what a rule of the failure policy that ends the Job said, null for none
    record Counted(Resource job, @Nullable String policy) {}

    Counted count(Resource job, List<JobPod> pods) {
        // 1. Note who is new.
        var body = job.body().deepCopy();
        var status = body.withObject("/status");
        var noted = status.withObject("/uncountedTerminatedPods");
        String policy = null;
        var news = false;
        for (var pod : pods) {
            if (pod.ended() && !pod.counted() && !isNoted(noted, pod.pod().uid())) {
                news = true;
                if (pod.succeeded()) {
                    index(status, "completedIndexes", job, pod);
                    noted.withArray("/succeeded").add(pod.pod().uid());
                } else {
                    var verdict = FailurePolicy.of(job.spec(), pod.pod());
                    policy = verdict.action().equals("FailJob") ? verdict.message() : policy;
                    if (!verdict.action().equals("Ignore")) {
                        noted.withArray("/failed").add(pod.pod().uid());
                        broken(status, job, pod, verdict.action().equals("FailIndex"));
                    }
                }
            }
        }
        if (!news && noted.isEmpty()) {
            return new Counted(job, policy);
        }
        var written = client.updateStatus(new Resource(job.kind(), body));
        // 2. Let them go.
        for (var pod : pods) {
            if (pod.ended() && !pod.counted()) {
                client.update(JobPod.released(pod.pod()));
            }
        }
        // 3. Count them.
        var after = written.body().deepCopy();
        var counts = after.withObject("/status");
        var both = counts.withObject("/uncountedTerminatedPods");
        add(counts, "failed", both.path("failed"));
        if (isIndexed(job)) {
            counts.put(
                    "succeeded",
                    Indexes.parse(counts.path("completedIndexes").asString("")).cardinality());
        } else {
            add(counts, "succeeded", both.path("succeeded"));
        }
        both.removeAll();
        Statuses.write(client, written, after);
        var last = client.get(job.key());
        return new Counted(last == null ? written : last, policy);
    }

    static boolean isIndexed(Resource job) {
        return job.spec().path("completionMode").asString("").equals("Indexed");
    }

    private static boolean isNoted(JsonNode noted, String uid) {
        var all = new HashSet<String>();
        noted.path("succeeded").forEach(u -> all.add(u.asString("")));
        noted.path("failed").forEach(u -> all.add(u.asString("")));
        return all.contains(uid);
    }

    private static void add(ObjectNode status, String field, JsonNode noted) {
        if (!noted.isEmpty()) {
            status.put(field, status.path(field).asInt(0) + noted.size());
        }
    }

    private static void index(ObjectNode status, String field, Resource job, JobPod pod) {
        if (isIndexed(job) && pod.index() >= 0) {
            var all = Indexes.parse(status.path(field).asString(""));
            all.set(pod.index());
            status.put(field, Indexes.text(all));
        }
    }

    /// A number that has failed more often than it may has failed for good.
    private static void broken(ObjectNode status, Resource job, JobPod pod, boolean forGood) {
        var limit = job.spec().path("backoffLimitPerIndex");
        var completed = Indexes.parse(status.path("completedIndexes").asString(""));
        if (limit.isNumber()
                && pod.index() >= 0
                && !completed.get(pod.index())
                && (forGood || pod.failuresBefore() >= limit.asInt(0))) {
            index(status, "failedIndexes", job, pod);
        }
    }

    static BitSet indexes(Resource job, String field) {
        return Indexes.parse(job.status().path(field).asString(""));
    }
}
