package dev.serin.cli.mesh;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.ResourceClient;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;

/// What the store still says of a mesh that is not running: that its pods are ready. Put right
/// before anybody reads it, so that nothing is sent to a pod, or told to be up, that is not there
/// yet.
final class Asleep {
    private static final ResourceKind REPLICA_SET =
            new ResourceKind("apps", "v1", "ReplicaSet", "replicasets", true);
    private static final List<String> COUNTS =
            List.of("readyReplicas", "availableReplicas", "terminatingReplicas");

    private Asleep() {}

    /// To be called while no controller and no node runs.
    static void tell(ResourceClient client) {
        for (var pod : client.list(Kinds.POD, null, Map.of())) {
            var phase = pod.status().path("phase").asString("");
            if (!phase.equals("Succeeded") && !phase.equals("Failed") && !phase.isEmpty()) {
                update(client, pod, pod(pod.status()));
            }
        }
        for (var kind : List.of(REPLICA_SET, Kinds.DEPLOYMENT)) {
            for (var owner : client.list(kind, null, Map.of())) {
                if (owner.status() instanceof ObjectNode status) {
                    update(client, owner, status.deepCopy().remove(COUNTS));
                }
            }
        }
    }

    private static JsonNode pod(JsonNode before) {
        var status = (ObjectNode) before.deepCopy();
        status.put("phase", "Pending");
        for (var condition : status.path("conditions")) {
            var type = condition.path("type").asString("");
            if (condition instanceof ObjectNode mutable
                    && (type.equals("Ready") || type.equals("ContainersReady"))) {
                mutable.put("status", "False").put("reason", "ContainersNotReady");
            }
        }
        for (var list : List.of("initContainerStatuses", "containerStatuses")) {
            for (var container : status.path(list)) {
                if (container instanceof ObjectNode mutable) {
                    mutable.put("ready", false).put("started", false);
                    mutable.putObject("state")
                            .putObject("waiting")
                            .put("reason", "ContainerCreating");
                }
            }
        }
        return status;
    }

    private static void update(ResourceClient client, Resource resource, JsonNode status) {
        if (status.equals(resource.status())) {
            return;
        }
        var body = resource.body().deepCopy();
        body.set("status", status);
        client.updateStatus(new Resource(resource.kind(), body));
    }
}
