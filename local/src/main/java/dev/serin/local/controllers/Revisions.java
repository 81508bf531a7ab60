package dev.serin.local.controllers;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// The ReplicaSets of a Deployment as its history: which one has the newest template, how the
/// others are numbered, and which are forgotten. `kubectl rollout history` and `undo` read the
/// numbers.
final class Revisions {
    static final String REVISION = "deployment.kubernetes.io/revision";
    static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
    private static final String MAXIMUM = "deployment.kubernetes.io/max-replicas";
    private static final String HISTORY = "deployment.kubernetes.io/revision-history";
    private static final String HASH = "pod-template-hash";
    private static final Set<String> OWN =
            Set.of(
                    REVISION,
                    DESIRED,
                    MAXIMUM,
                    HISTORY,
                    "deprecated.deployment.rollback.to",
                    "kubectl.kubernetes.io/last-applied-configuration");

    private final ResourceClient client;
    private final Events events;

    Revisions(ResourceClient client, Events events) {
        this.client = client;
        this.events = events;
    }

    /// The set that has the template that is asked for, null if none has.
    @Nullable Resource newest(Resource deployment, List<Resource> sets) {
        var wanted = template(deployment);
        var hash = hash(deployment);
        // By what the template says; or by its hash, for a set that was completed differently when
        // it was stored.
        return sets.stream()
                .filter(s -> template(s).equals(wanted))
                .findFirst()
                .or(() -> sets.stream().filter(s -> hash.equals(s.labels().get(HASH))).findFirst())
                .orElse(null);
    }

    void create(Resource deployment, List<Resource> sets, int replicas) {
        var set = made(deployment, sets, replicas);
        try {
            var made = client.create(set);
            events.normal(
                    deployment,
                    "ScalingReplicaSet",
                    "Scaled up replica set %s from 0 to %d".formatted(made.name(), replicas));
        } catch (Refusal refusal) {
            var there = client.get(set.key());
            if (!refusal.reason().equals("AlreadyExists") || there == null) {
                events.warning(
                        deployment,
                        "ReplicaSetCreateError",
                        "Failed to create new replica set \"%s\": %s"
                                .formatted(set.name(), refusal.getMessage()));
                throw refusal;
            }
            if (!Ownership.ownedBy(there, deployment)) {
                countCollision(deployment);
            }
        }
        number(deployment, next(sets));
    }

    /// The newest has the highest number, and the Deployment says it too.
    void keepCurrent(Resource deployment, Resource newest, List<Resource> old) {
        var number = Math.max(of(newest), next(old));
        if (of(newest) != number) {
            var body = newest.body().deepCopy();
            var annotations = annotations(body);
            if (of(newest) > 0) {
                var before = annotations.path(HISTORY).asString("");
                annotations.put(
                        HISTORY, before.isEmpty() ? "" + of(newest) : before + "," + of(newest));
            }
            annotations.put(REVISION, Long.toString(number));
            client.update(new Resource(newest.kind(), body));
        }
        number(deployment, number);
    }

    /// Writes the size and what the set repeats of its Deployment, if any of it is new.
    boolean write(Resource deployment, Resource set, int replicas) {
        var body = set.body().deepCopy();
        var spec = (ObjectNode) body.path("spec");
        spec.put("replicas", replicas);
        if (deployment.spec().has("minReadySeconds")) {
            spec.set("minReadySeconds", deployment.spec().path("minReadySeconds"));
        }
        sizes(deployment, annotations(body));
        if (Canonical.text(body).equals(Canonical.text(set.body()))) {
            return false;
        }
        client.update(new Resource(set.kind(), body));
        return true;
    }

    /// Deletes the oldest sets that are empty, beyond the history that is asked for.
    void forget(Resource deployment, List<Resource> old, Function<Resource, List<PodState>> pods) {
        var kept = deployment.spec().path("revisionHistoryLimit").asInt(10);
        var empty =
                old.stream()
                        .filter(s -> DeploymentController.replicas(s) == 0)
                        .filter(s -> !s.metadata().has("deletionTimestamp"))
                        .filter(s -> pods.apply(s).isEmpty())
                        .toList();
        empty.stream()
                .limit(Math.max(0, empty.size() - kept))
                .forEach(s -> client.delete(s.key(), null));
    }

    /// The number of a set, 0 if it has none.
    static long of(Resource set) {
        try {
            return Long.parseLong(set.annotations().getOrDefault(REVISION, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static long next(List<Resource> sets) {
        return sets.stream().mapToLong(Revisions::of).max().orElse(0) + 1;
    }

    private void number(Resource deployment, long number) {
        var now = client.get(deployment.key());
        if (now == null || Long.toString(number).equals(now.annotations().get(REVISION))) {
            return;
        }
        var body = now.body().deepCopy();
        annotations(body).put(REVISION, Long.toString(number));
        client.update(new Resource(now.kind(), body));
    }

    private void countCollision(Resource deployment) {
        var body = deployment.body().deepCopy();
        var status = body.withObject("/status");
        status.put("collisionCount", deployment.status().path("collisionCount").asInt(0) + 1);
        client.updateStatus(new Resource(deployment.kind(), body));
    }

    private static Resource made(Resource deployment, List<Resource> sets, int replicas) {
        var hash = hash(deployment);
        var body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", "apps/v1").put("kind", "ReplicaSet");
        var metadata = body.putObject("metadata");
        metadata.put("name", deployment.name() + "-" + hash);
        metadata.put("namespace", deployment.namespace());
        var template = (ObjectNode) deployment.spec().path("template").deepCopy();
        var labels = template.withObject("/metadata/labels");
        labels.put(HASH, hash);
        metadata.set("labels", labels.deepCopy());
        var annotations = metadata.putObject("annotations");
        deployment
                .annotations()
                .forEach((name, value) -> {
                    if (!OWN.contains(name)) {
                        annotations.put(name, value);
                    }
                });
        annotations.put(REVISION, Long.toString(next(sets)));
        sizes(deployment, annotations);
        Ownership.write(metadata, deployment);
        var spec = body.putObject("spec");
        spec.put("replicas", replicas);
        if (deployment.spec().has("minReadySeconds")) {
            spec.set("minReadySeconds", deployment.spec().path("minReadySeconds"));
        }
        var selector = (ObjectNode) deployment.spec().path("selector").deepCopy();
        selector.withObject("/matchLabels").put(HASH, hash);
        spec.set("selector", selector);
        spec.set("template", template);
        return new Resource(Kinds.REPLICA_SET, body);
    }

    private static void sizes(Resource deployment, ObjectNode annotations) {
        var allowed = Rollout.Allowed.of(deployment.spec());
        annotations.put(DESIRED, Integer.toString(allowed.replicas()));
        annotations.put(MAXIMUM, Integer.toString(allowed.atMost()));
    }

    private static ObjectNode annotations(ObjectNode body) {
        return body.withObject("/metadata/annotations");
    }

    private static String template(Resource owner) {
        var template = owner.spec().path("template").deepCopy();
        if (template.path("metadata").path("labels") instanceof ObjectNode labels) {
            labels.remove(HASH);
        }
        return Canonical.text(template);
    }

    private static String hash(Resource deployment) {
        return Canonical.hash(
                template(deployment) + deployment.status().path("collisionCount").asInt(0));
    }
}
