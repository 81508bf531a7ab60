package dev.serin.cli.mesh;

import dev.serin.base.flow.Mailbox;
import dev.serin.base.flow.Owner;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.controlplane.status.StatusWriter;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Writes the control plane's conditions into the API, on a thread of its own, the newest for each
/// resource only.
final class ResourceStatus implements StatusWriter {
    private final ResourceClient client;
    private final Consumer<String> note;
    private final Mailbox<ResourceKey, Written> mailbox;

    ResourceStatus(ResourceClient client, Consumer<String> note) {
        this.client = client;
        this.note = note;
        var owner = new Owner("resource-status", e -> note.accept("status: " + e));
        this.mailbox = new Mailbox<>(owner, (_, newer) -> newer, this::write);
    }

    private record Written(long generation, List<Condition> conditions) {}

    @Override
    public void write(ResourceKey key, long generation, List<Condition> conditions) {
        mailbox.put(key, new Written(generation, conditions));
    }

    private void write(Map<ResourceKey, Written> batch) {
        batch.forEach((key, written) -> {
            try {
                var there = client.get(key);
                if (there != null) {
                    var wanted = with(there, written);
                    if (!wanted.body().equals(there.body())) {
                        client.updateStatus(wanted);
                    }
                }
            } catch (Refusal e) {
                // Changed meanwhile: the change brings a status of its own.
                if (e.code() != 409 && e.code() != 404) {
                    note.accept("status of " + key + ": " + e.getMessage());
                }
            }
        });
    }

    private static Resource with(Resource there, Written written) {
        var body = there.body().deepCopy();
        ObjectNode status = body.withObjectProperty("status");
        status.put("observedGeneration", Long.toString(written.generation()));
        var conditions = status.putArray("conditions");
        for (var condition : written.conditions()) {
            conditions
                    .addObject()
                    .put("type", condition.type())
                    .put("status", condition.status())
                    .put("reason", condition.reason())
                    .put("message", condition.message());
        }
        return new Resource(there.kind(), body);
    }
}
