package dev.serin.local.controllers.scale;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.api.Usage;
import dev.serin.local.controllers.Controller;
import dev.serin.local.controllers.Events;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.controllers.Selection;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Changes the number of pods of a Deployment, ReplicaSet or StatefulSet by what is measured, every
/// 15 s, as a HorizontalPodAutoscaler says it. What was recommended and done lately is remembered
/// here only: after a new start it begins with the number that there is, as on a cluster.
public final class AutoscaleController implements Controller {
    private static final Duration PERIOD = Duration.ofSeconds(15);
    private static final List<ResourceKind> TARGETS =
            List.of(Kinds.DEPLOYMENT, Kinds.REPLICA_SET, Kinds.STATEFUL_SET);

    private final ResourceClient client;
    private final Events events;
    private final Ticker ticker;
    private final Usage usage;
    private final NamedMetrics named;
    private final Map<ResourceKey, Memory> memories = new HashMap<>();

    /// What is remembered of one autoscaler.
    private static final class Memory {
        private final String uid;
        private List<Pace.Entry> recommended = new ArrayList<>();
        private List<Pace.Entry> added = new ArrayList<>();
        private List<Pace.Entry> taken = new ArrayList<>();
        private long generation = -1;
        private long last;

        Memory(String uid) {
            this.uid = uid;
        }

        void forget(long now, Duration age) {
            recommended = young(recommended, now, age);
            added = young(added, now, age);
            taken = young(taken, now, age);
        }

        private static List<Pace.Entry> young(List<Pace.Entry> all, long now, Duration age) {
            return new ArrayList<>(
                    all.stream().filter(e -> now - e.nanos() < age.toNanos()).toList());
        }
    }

    /// What all metrics together recommend.
    ///
    /// @param name of the one that counts
    /// @param statuses one for each metric, empty for one that failed
    /// @param failed null where it can be acted upon
    private record Recommendation(
            int replicas,
            String name,
            List<ObjectNode> statuses,
            Evaluation.@Nullable Failure failed) {}

    public AutoscaleController(
            ResourceClient client, Events events, Ticker ticker, Usage usage, NamedMetrics named) {
        this.client = client;
        this.events = events;
        this.ticker = ticker;
        this.usage = usage;
        this.named = named;
    }

    @Override
    public String name() {
        return "horizontalpodautoscaler";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.AUTOSCALER);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        return List.of(resource.key());
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var scaler = client.get(key);
        if (scaler == null || scaler.metadata().has("deletionTimestamp")) {
            memories.remove(key);
            return null;
        }
        var now = ticker.nanos();
        var memory = memories.computeIfAbsent(key, _ -> new Memory(scaler.uid()));
        if (!memory.uid.equals(scaler.uid())) {
            memory = new Memory(scaler.uid());
            memories.put(key, memory);
        }
        // Its own status wakes it; only what a person changes is looked at before its time.
        var passed = Duration.ofNanos(now - memory.last);
        if (memory.generation == scaler.generation() && passed.compareTo(PERIOD) < 0) {
            return PERIOD.minus(passed);
        }
        memory.generation = scaler.generation();
        memory.last = now;
        scale(scaler, memory);
        return PERIOD;
    }

    private void scale(Resource scaler, Memory memory) {
        var report = new ScalerReport(scaler, ticker.now());
        Resource target;
        try {
            target = target(scaler);
        } catch (UnknownMetricException e) {
            events.warning(scaler, "FailedGetScale", e.why());
            report.able(
                    false,
                    "FailedGetScale",
                    "the HPA controller was unable to get the target's current scale: " + e.why());
            report.write(client);
            return;
        }
        report.able(
                true,
                "SucceededGetScale",
                "the HPA controller was able to get the target's current scale");
        var current = target.spec().path("replicas").asInt(1);
        var there = target.status().path("replicas").asInt(0);
        if (memory.recommended.isEmpty()) {
            memory.recommended.add(new Pace.Entry(ticker.nanos(), current));
        }
        var least = scaler.spec().path("minReplicas").asInt(1);
        var most = scaler.spec().path("maxReplicas").asInt(1);
        if (current == 0 && least != 0) {
            report.active(
                    false,
                    "ScalingDisabled",
                    "scaling is disabled since the replica count of the target is zero");
            report.counts(there, 0);
        } else if (current > most) {
            report.counts(there, most);
            to(
                    scaler,
                    target,
                    most,
                    "Current number of replicas above Spec.MaxReplicas",
                    report,
                    memory);
        } else if (current < least) {
            report.counts(there, least);
            to(
                    scaler,
                    target,
                    least,
                    "Current number of replicas below Spec.MinReplicas",
                    report,
                    memory);
        } else {
            byMetrics(scaler, target, new Pace.Step(current, current, least, most), report, memory);
        }
        report.write(client);
    }

    private void byMetrics(
            Resource scaler, Resource target, Pace.Step step, ScalerReport report, Memory memory) {
        var pace = Pace.of(scaler.spec().path("behavior"));
        var there = target.status().path("replicas").asInt(0);
        var recommendation = recommendation(scaler, target, there, pace, report);
        if (recommendation == null) {
            report.counts(there, scaler.status().path("desiredReplicas").asInt(0));
            return;
        }
        report.metrics(recommendation.statuses);
        var failed = recommendation.failed;
        if (failed != null) {
            events.warning(scaler, "FailedComputeMetricsReplicas", failed.message());
            report.counts(there, scaler.status().path("desiredReplicas").asInt(0));
            return;
        }
        var now = ticker.nanos();
        var wanted = recommendation.replicas;
        var calm = pace.calm(step.current(), wanted, memory.recommended, now);
        memory.forget(now, pace.memory());
        memory.recommended.add(new Pace.Entry(now, wanted));
        report.calmed(wanted, calm, pace.behaved());
        var limited =
                pace.limit(
                        new Pace.Step(step.current(), calm, step.least(), step.most()),
                        memory.added,
                        memory.taken,
                        now);
        report.limited(limited);
        report.counts(there, limited.replicas());
        if (limited.replicas() != step.current()) {
            to(
                    scaler,
                    target,
                    limited.replicas(),
                    wanted > step.current()
                            ? recommendation.name + " above target"
                            : "All metrics below target",
                    report,
                    memory);
        }
    }

    /// Null when there is none because the target is not fit to be scaled.
    private @Nullable Recommendation recommendation(
            Resource scaler, Resource target, int there, Pace pace, ScalerReport report) {
        var selection = Selection.of(target);
        if (selection.labels().isEmpty() && selection.expressions().isEmpty()) {
            events.warning(scaler, "SelectorRequired", "selector is required");
            report.active(false, "InvalidSelector", "the HPA target's scale is missing a selector");
            return null;
        }
        var pods =
                client.list(Kinds.POD, scaler.namespace(), selection.labels()).stream()
                        .filter(selection::selects)
                        .toList();
        var current = target.spec().path("replicas").asInt(1);
        var evaluation =
                new Evaluation(
                        new Evaluation.Target(scaler.namespace(), current, there, pods),
                        usage,
                        named,
                        pace.tolerance(),
                        ticker.now());
        var metrics = metrics(scaler);
        var best = 0;
        var name = "";
        var failures = new ArrayList<Evaluation.Failure>();
        var statuses = new ArrayList<ObjectNode>();
        for (var metric : metrics) {
            try {
                var result = evaluation.of(metric);
                statuses.add(result.status());
                if (name.isEmpty() || result.replicas() > best) {
                    best = result.replicas();
                    name = result.name();
                }
            } catch (UnknownMetricException e) {
                failures.add(new Evaluation.Failure(Evaluation.reason(metric), e.why()));
                events.warning(scaler, Evaluation.reason(metric), e.why());
                statuses.add(JsonNodeFactory.instance.objectNode().put("type", ""));
            }
        }
        // Without one of them nobody knows whether fewer would do.
        if (!failures.isEmpty() && (name.isEmpty() || best < current)) {
            var first = failures.getFirst();
            report.active(
                    false,
                    first.reason(),
                    "the HPA was unable to compute the replica count: " + first.message());
            return new Recommendation(
                    0,
                    "",
                    statuses,
                    new Evaluation.Failure(
                            first.reason(),
                            "invalid metrics (%d invalid out of %d), first error is: %s"
                                    .formatted(failures.size(), metrics.size(), first.message())));
        }
        report.active(
                true,
                "ValidMetricFound",
                "the HPA was able to successfully calculate a replica count from " + name);
        return new Recommendation(best, name, statuses, null);
    }

    /// Those of the spec; Kubernetes' own default where it has none.
    private static List<JsonNode> metrics(Resource scaler) {
        var all = new ArrayList<JsonNode>();
        scaler.spec().path("metrics").forEach(all::add);
        if (all.isEmpty()) {
            var usual = JsonNodeFactory.instance.objectNode().put("type", "Resource");
            usual.putObject("resource")
                    .put("name", "cpu")
                    .putObject("target")
                    .put("type", "Utilization")
                    .put("averageUtilization", 80);
            all.add(usual);
        }
        return all;
    }

    private Resource target(Resource scaler) {
        var reference = scaler.spec().path("scaleTargetRef");
        var kind = reference.path("kind").asString("");
        var version = reference.path("apiVersion").asString("");
        var slash = version.indexOf('/');
        var group = slash < 0 ? "" : version.substring(0, slash);
        var name = reference.path("name").asString("");
        for (var one : TARGETS) {
            // extensions/v1beta1 is kept as apps/v1.
            if (one.kind().equals(kind)
                    && (group.equals(one.group()) || group.equals("extensions"))) {
                var found = client.get(Kinds.key(one, scaler.namespace(), name));
                if (found == null) {
                    throw new UnknownMetricException(
                            one.plural() + "." + one.group() + " \"" + name + "\" not found");
                }
                return found;
            }
        }
        throw new UnknownMetricException(
                "no matches for kind \"" + kind + "\" in group \"" + group + "\"");
    }

    private void to(
            Resource scaler,
            Resource target,
            int replicas,
            String reason,
            ScalerReport report,
            Memory memory) {
        var before = target.spec().path("replicas").asInt(1);
        var body = target.body().deepCopy();
        body.withObject("/spec").put("replicas", replicas);
        try {
            client.update(new Resource(target.kind(), body));
        } catch (Refusal e) {
            events.warning(
                    scaler,
                    "FailedRescale",
                    "New size: " + replicas + "; reason: " + reason + "; error: " + e.getMessage());
            report.able(
                    false,
                    "FailedUpdateScale",
                    "the HPA controller was unable to update the target scale: " + e.getMessage());
            report.counts(target.status().path("replicas").asInt(0), before);
            return;
        }
        events.normal(scaler, "SuccessfulRescale", "New size: " + replicas + "; reason: " + reason);
        report.able(
                true,
                "SucceededRescale",
                "the HPA controller was able to update the target scale to " + replicas);
        report.scaled();
        var change = new Pace.Entry(ticker.nanos(), Math.abs(replicas - before));
        (replicas > before ? memory.added : memory.taken).add(change);
    }
}
