package dev.serin.local.controllers.sets;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Canonical;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.controllers.Ownership;
import dev.serin.local.controllers.Selection;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// The templates that a StatefulSet or DaemonSet has had, each a ControllerRevision: what `kubectl
/// rollout history` lists and `undo` patches with.
final class History {
    /// The label of pods that names their revision.
    static final String HASH = "controller-revision-hash";

    private final ResourceClient client;

    History(ResourceClient client) {
        this.client = client;
    }

    /// Its revisions, the oldest first.
    List<Resource> of(Resource owner) {
        var selection = Selection.of(owner);
        return client
                .list(Kinds.CONTROLLER_REVISION, owner.namespace(), selection.labels())
                .stream()
                .filter(revision -> Ownership.ownedBy(revision, owner))
                .sorted(Comparator.comparingLong(History::number).thenComparing(Resource::name))
                .toList();
    }

    static long number(Resource revision) {
        return revision.body().path("revision").asLong(0);
    }

    static JsonNode template(Resource revision) {
        return revision.body().path("data").path("spec").path("template");
    }

    /// The revision of the template that is wanted now; it has the highest number.
    Resource current(Resource owner, List<Resource> history) {
        var next = history.isEmpty() ? 1 : number(history.getLast()) + 1;
        var text = text(owner.spec().path("template"));
        for (var revision : history) {
            if (text(template(revision)).equals(text)) {
                return number(revision) == next - 1 ? revision : numbered(revision, next);
            }
        }
        for (var collisions = 0; ; collisions++) {
            var made = made(owner, text, next, collisions);
            try {
                return client.create(made);
            } catch (Refusal refusal) {
                var there = client.get(made.key());
                if (!refusal.reason().equals("AlreadyExists") || there == null) {
                    throw refusal;
                }
                if (Ownership.ownedBy(there, owner) && text(template(there)).equals(text)) {
                    return there;
                }
            }
        }
    }

    private Resource numbered(Resource revision, long number) {
        var body = revision.body().deepCopy();
        body.put("revision", number);
        return client.update(new Resource(revision.kind(), body));
    }

    private static String text(JsonNode template) {
        var copy = template.deepCopy();
        if (copy instanceof ObjectNode object) {
            object.remove("$patch");
        }
        return Canonical.text(copy);
    }

    private static Resource made(Resource owner, String text, long number, int collisions) {
        var hash = Canonical.hash(text + (collisions == 0 ? "" : "" + collisions));
        var body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", "apps/v1").put("kind", "ControllerRevision");
        var metadata = body.putObject("metadata");
        metadata.put("name", owner.name() + "-" + hash).put("namespace", owner.namespace());
        var labels = metadata.putObject("labels");
        owner.spec()
                .path("template")
                .path("metadata")
                .path("labels")
                .properties()
                .forEach(p -> labels.set(p.getKey(), p.getValue()));
        labels.put("controller.kubernetes.io/hash", hash);
        labels.put(HASH, hash);
        // kubectl shows these as the cause of the change.
        owner.annotations()
                .forEach((name, value) -> {
                    if (!name.equals("kubectl.kubernetes.io/last-applied-configuration")) {
                        metadata.withObject("/annotations").put(name, value);
                    }
                });
        Ownership.write(metadata, owner);
        // As a patch that can be applied to the owner: the template whole.
        var template = (ObjectNode) owner.spec().path("template").deepCopy();
        template.put("$patch", "replace");
        body.putObject("data").putObject("spec").set("template", template);
        body.put("revision", number);
        return new Resource(Kinds.CONTROLLER_REVISION, body);
    }

    /// Deletes the oldest that nobody uses, beyond the history that is asked for.
    void forget(Resource owner, List<Resource> history, Set<String> used) {
        var unused = history.stream().filter(r -> !used.contains(r.name())).toList();
        var kept = owner.spec().path("revisionHistoryLimit").asInt(10);
        unused.stream()
                .limit(Math.max(0, unused.size() - kept))
                .forEach(revision -> client.delete(revision.key(), null));
    }

    static @Nullable Resource named(List<Resource> history, String name) {
        return history.stream().filter(r -> r.name().equals(name)).findFirst().orElse(null);
    }
}
