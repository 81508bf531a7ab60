package dev.serin.local.controllers.sets;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Events;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.controllers.Ownership;
import dev.serin.local.controllers.PodTemplates;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Makes and deletes the pods of a StatefulSet with what belongs to each: a number, a name, claims
/// of storage.
final class StatefulPods {
    private final ResourceClient client;
    private final Events events;

    StatefulPods(ResourceClient client, Events events) {
        this.client = client;
        this.events = events;
    }

    /// The number in the name; -1 for a pod that has none.
    static int number(Resource set, Resource pod) {
        var name = pod.name();
        var prefix = set.name() + "-";
        try {
            return name.startsWith(prefix) ? Integer.parseInt(name.substring(prefix.length())) : -1;
        } catch (NumberFormatException _) {
            return -1;
        }
    }

    static String name(Resource set, int number) {
        return set.name() + "-" + number;
    }

    void create(Resource set, int number, JsonNode template, String revision) {
        claims(set, number);
        var pod = pod(set, number, template, revision);
        try {
            client.create(pod);
            events.normal(
                    set,
                    "SuccessfulCreate",
                    "create Pod %s in StatefulSet %s successful".formatted(pod.name(), set.name()));
        } catch (Refusal refusal) {
            if (refusal.reason().equals("AlreadyExists")) {
                return;
            }
            events.warning(
                    set,
                    "FailedCreate",
                    "create Pod %s in StatefulSet %s failed error: %s"
                            .formatted(pod.name(), set.name(), refusal.getMessage()));
            throw refusal;
        }
    }

    void delete(Resource set, Resource pod) {
        client.delete(pod.key(), null);
        events.normal(
                set,
                "SuccessfulDelete",
                "delete Pod %s in StatefulSet %s successful".formatted(pod.name(), set.name()));
    }

    private static Resource pod(Resource set, int number, JsonNode template, String revision) {
        var pod = PodTemplates.pod(set, template, name(set, number));
        var metadata = (ObjectNode) pod.metadata();
        metadata.put("generateName", set.name() + "-");
        metadata.withObject("/labels")
                .put("statefulset.kubernetes.io/pod-name", pod.name())
                .put("apps.kubernetes.io/pod-index", Integer.toString(number))
                .put(History.HASH, revision);
        var spec = pod.body().withObject("/spec");
        spec.put("hostname", pod.name());
        var service = set.spec().path("serviceName").asString("");
        if (!service.isEmpty()) {
            spec.put("subdomain", service);
        }
        // A claim's volume stands for one of the same name in the template.
        var volumes = JsonNodeFactory.instance.arrayNode();
        for (var claim : set.spec().path("volumeClaimTemplates")) {
            var name = claim.path("metadata").path("name").asString("");
            volumes.addObject()
                    .put("name", name)
                    .putObject("persistentVolumeClaim")
                    .put("claimName", name + "-" + pod.name());
        }
        for (var volume : spec.path("volumes")) {
            if (set.spec()
                    .path("volumeClaimTemplates")
                    .valueStream()
                    .noneMatch(c -> c.path("metadata").path("name").equals(volume.path("name")))) {
                volumes.add(volume);
            }
        }
        if (!volumes.isEmpty()) {
            spec.set("volumes", volumes);
        }
        return pod;
    }

    private void claims(Resource set, int number) {
        var policy = set.spec().path("persistentVolumeClaimRetentionPolicy");
        for (var template : set.spec().path("volumeClaimTemplates")) {
            var name =
                    template.path("metadata").path("name").asString("") + "-" + name(set, number);
            var key = Kinds.key(Kinds.CLAIM, set.namespace(), name);
            if (client.get(key) != null) {
                continue;
            }
            var body = (ObjectNode) template.deepCopy();
            body.put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
            body.remove("status");
            var metadata = body.withObject("/metadata");
            metadata.put("name", name).put("namespace", set.namespace());
            set.spec()
                    .path("selector")
                    .path("matchLabels")
                    .properties()
                    .forEach(p -> metadata.withObject("/labels").set(p.getKey(), p.getValue()));
            if (policy.path("whenDeleted").asString("").equals("Delete")) {
                Ownership.write(metadata, set);
            }
            client.create(new Resource(Kinds.CLAIM, body));
            events.normal(
                    set,
                    "SuccessfulCreate",
                    "create Claim %s Pod %s in StatefulSet %s success"
                            .formatted(name, name(set, number), set.name()));
        }
    }

    /// Those of a number that is given up go with it, where the set says so.
    void forgetClaims(Resource set, int number) {
        var policy = set.spec().path("persistentVolumeClaimRetentionPolicy");
        if (policy.path("whenScaled").asString("").equals("Delete")) {
            for (var template : set.spec().path("volumeClaimTemplates")) {
                var name =
                        template.path("metadata").path("name").asString("")
                                + "-"
                                + name(set, number);
                client.delete(Kinds.key(Kinds.CLAIM, set.namespace(), name), null);
            }
        }
    }
}
