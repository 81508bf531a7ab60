package dev.serin.local.controllers.sets;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
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
import dev.serin.local.controllers.PodState;
import dev.serin.local.controllers.PodTemplates;
import dev.serin.local.controllers.Selection;
import dev.serin.local.controllers.Shares;
import dev.serin.local.controllers.Statuses;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Keeps a pod of a DaemonSet on each node that fits; here there is one node.
public final class DaemonSetController implements Controller {
    private static final List<String> TOLERATED =
            List.of(
                    "node.kubernetes.io/not-ready NoExecute",
                    "node.kubernetes.io/unreachable NoExecute",
                    "node.kubernetes.io/disk-pressure NoSchedule",
                    "node.kubernetes.io/memory-pressure NoSchedule",
                    "node.kubernetes.io/pid-pressure NoSchedule",
                    "node.kubernetes.io/unschedulable NoSchedule");

    private final ResourceClient client;
    private final Events events;
    private final Ticker ticker;
    private final Draw names;
    private final History histories;

    public DaemonSetController(ResourceClient client, Events events, Ticker ticker, Draws draws) {
        this.client = client;
        this.events = events;
        this.ticker = ticker;
        this.names = draws.named("daemon-pod-name");
        this.histories = new History(client);
    }

    @Override
    public String name() {
        return "daemonset";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.DAEMON_SET, Kinds.POD, Kinds.NODE);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        var family = resource.kind().family();
        if (family.equals(Kinds.DAEMON_SET.family())) {
            return List.of(resource.key());
        }
        if (family.equals(Kinds.NODE.family())) {
            return client.list(Kinds.DAEMON_SET, null, Map.of()).stream()
                    .map(Resource::key)
                    .toList();
        }
        var owner = Ownership.controller(resource, Kinds.DAEMON_SET);
        return owner == null ? List.of() : List.of(owner);
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var set = client.get(key);
        if (set == null || set.metadata().has("deletionTimestamp")) {
            return null;
        }
        var history = histories.of(set);
        var update = histories.current(set, history);
        var nodes = client.list(Kinds.NODE, null, Map.of());
        RuntimeException failure = null;
        try {
            nodes.forEach(node -> onNode(set, update, node, nodes.size()));
        } catch (RuntimeException e) {
            failure = e;
        }
        var after = pods(set);
        tell(set, update, nodes, after);
        var used = new HashSet<>(List.of(update.name()));
        after.forEach(p -> used.add(set.name() + "-" + hash(p)));
        histories.forget(set, histories.of(set), used);
        if (failure != null) {
            throw failure;
        }
        var now = ticker.now();
        return after.stream()
                .map(p -> p.availableIn(now, minReadySeconds(set)))
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private static int minReadySeconds(Resource set) {
        return set.spec().path("minReadySeconds").asInt(0);
    }

    private static String hash(PodState pod) {
        return pod.pod().labels().getOrDefault(History.HASH, "");
    }

    private static String hash(Resource revision) {
        return revision.labels().getOrDefault(History.HASH, "");
    }

    private List<PodState> pods(Resource set) {
        var selection = Selection.of(set);
        return client.list(Kinds.POD, set.namespace(), selection.labels()).stream()
                .filter(pod -> Ownership.ownedBy(pod, set))
                .map(PodState::of)
                .toList();
    }

    /// The node that a pod is on, or is meant for.
    private static String nodeOf(Resource pod) {
        var named = pod.spec().path("nodeName").asString("");
        return named.isEmpty()
                ? pod.spec()
                        .at(
                                "/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution"
                                    + "/nodeSelectorTerms/0/matchFields/0/values/0")
                        .asString("")
                : named;
    }

    private static boolean fits(Resource set, Resource node) {
        var labels = node.labels();
        return set.spec().at("/template/spec/nodeSelector").properties().stream()
                .allMatch(p -> p.getValue().asString("").equals(labels.get(p.getKey())));
    }

    private void onNode(Resource set, Resource update, Resource node, int nodes) {
        var here = pods(set).stream().filter(p -> nodeOf(p.pod()).equals(node.name())).toList();
        var leaving = here.stream().anyMatch(p -> p.pod().metadata().has("deletionTimestamp"));
        var active = here.stream().filter(PodState::active).toList();
        // Whoever ended is made anew.
        here.stream()
                .filter(p -> p.ended() && !p.pod().metadata().has("deletionTimestamp"))
                .forEach(p -> delete(set, p));
        if (!fits(set, node)) {
            active.forEach(p -> delete(set, p));
            return;
        }
        var newest = active.stream().filter(p -> hash(p).equals(hash(update))).toList();
        var old = active.stream().filter(p -> !hash(p).equals(hash(update))).toList();
        newest.stream().skip(1).forEach(p -> delete(set, p));
        var rolling = set.spec().path("updateStrategy");
        var surge = Shares.of(rolling.at("/rollingUpdate/maxSurge"), nodes, true, 0) > 0;
        var renews = !rolling.path("type").asString("").equals("OnDelete");
        if (active.isEmpty() && (!leaving || surge)) {
            create(set, update, node);
        } else if (newest.isEmpty() && renews && surge) {
            create(set, update, node);
        } else if (!old.isEmpty() && renews) {
            // With a surge the old one goes when the new one is there.
            var there =
                    newest.stream().anyMatch(p -> p.available(ticker.now(), minReadySeconds(set)));
            if (!surge || there) {
                old.forEach(p -> delete(set, p));
            }
        }
    }

    private void create(Resource set, Resource update, Resource node) {
        var pod = PodTemplates.generated(set, set.spec().path("template"), set.name() + "-", names);
        ((ObjectNode) pod.metadata())
                .withObject("/labels")
                .put(History.HASH, hash(update))
                .put(
                        "pod-template-generation",
                        set.annotations()
                                .getOrDefault("deprecated.daemonset.template.generation", "1"));
        var spec = pod.body().withObject("/spec");
        place(spec, node.name());
        TOLERATED.forEach(toleration -> tolerate(spec, toleration.split(" ")));
        try {
            var made = client.create(pod);
            events.normal(set, "SuccessfulCreate", "Created pod: " + made.name());
        } catch (Refusal refusal) {
            events.warning(set, "FailedCreate", "Error creating: " + refusal.getMessage());
            throw refusal;
        }
    }

    private static void place(ObjectNode spec, String node) {
        var required =
                spec.withObject("/affinity")
                        .withObject("/nodeAffinity")
                        .withObject("/requiredDuringSchedulingIgnoredDuringExecution");
        required.putArray("nodeSelectorTerms")
                .addObject()
                .putArray("matchFields")
                .addObject()
                .put("key", "metadata.name")
                .put("operator", "In")
                .putArray("values")
                .add(node);
    }

    private static void tolerate(ObjectNode spec, String[] toleration) {
        spec.withArray("/tolerations")
                .addObject()
                .put("key", toleration[0])
                .put("operator", "Exists")
                .put("effect", toleration[1]);
    }

    private void delete(Resource set, PodState pod) {
        if (!pod.pod().metadata().has("deletionTimestamp")) {
            client.delete(pod.pod().key(), null);
            events.normal(set, "SuccessfulDelete", "Deleted pod: " + pod.pod().name());
        }
    }

    private void tell(Resource set, Resource update, List<Resource> nodes, List<PodState> pods) {
        var wanted = nodes.stream().filter(n -> fits(set, n)).map(Resource::name).toList();
        var active = pods.stream().filter(PodState::active).toList();
        var here = active.stream().filter(p -> wanted.contains(nodeOf(p.pod()))).toList();
        var now = ticker.now();
        var available =
                count(here.stream().filter(p -> p.available(now, minReadySeconds(set))).toList());
        var body = set.body().deepCopy();
        var status = body.withObject("/status");
        status.put("observedGeneration", set.generation());
        status.put("desiredNumberScheduled", wanted.size());
        status.put("currentNumberScheduled", count(here));
        status.put("numberMisscheduled", active.size() - here.size());
        status.put("numberReady", count(here.stream().filter(PodState::ready).toList()));
        put(
                status,
                "updatedNumberScheduled",
                count(here.stream().filter(p -> hash(p).equals(hash(update))).toList()));
        put(status, "numberAvailable", available);
        put(status, "numberUnavailable", wanted.size() - available);
        Statuses.write(client, set, body);
    }

    /// Nodes, of which each may have an old pod beside a new one.
    private static int count(List<PodState> pods) {
        return (int) pods.stream().map(p -> nodeOf(p.pod())).distinct().count();
    }

    private static void put(ObjectNode status, String field, int count) {
        if (count == 0) {
            status.remove(field);
        } else {
            status.put(field, count);
        }
    }
}
