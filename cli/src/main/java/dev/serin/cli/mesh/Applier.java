package dev.serin.cli.mesh;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;

import tools.jackson.databind.node.ObjectNode;

import java.util.function.Consumer;

/// Brings resources into the API as `kubectl apply` would: what is not there is created, of what is
/// there the labels, annotations and everything but metadata and status become as given. What was
/// given is noted in kubectl's own annotation, so that a `kubectl apply` that follows knows what it
/// may remove.
final class Applier {
    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    private final ResourceClient client;
    private final Consumer<String> say;

    Applier(ResourceClient client, Consumer<String> say) {
        this.client = client;
        this.say = say;
    }

    /// A refusal is said and the next one taken; answers whether this one was accepted.
    boolean apply(Resource given) {
        var resource = noted(given);
        for (var tries = 0; ; tries++) {
            try {
                var there = client.get(resource.key());
                if (there == null) {
                    client.create(resource);
                } else {
                    client.update(merged(there, resource));
                }
                return true;
            } catch (Refusal e) {
                // Somebody wrote in between (409): look again.
                if (e.code() != 409 || tries > 5) {
                    say.accept(resource.key() + " was refused: " + e.getMessage());
                    return false;
                }
            }
        }
    }

    private static Resource noted(Resource given) {
        var body = given.body().deepCopy();
        body.remove("status");
        var annotations = body.withObjectProperty("metadata").withObjectProperty("annotations");
        annotations.remove(LAST_APPLIED);
        annotations.put(LAST_APPLIED, body + "\n");
        return new Resource(given.kind(), body);
    }

    private static Resource merged(Resource there, Resource given) {
        var body = given.body().deepCopy();
        var metadata = (ObjectNode) there.body().path("metadata").deepCopy();
        for (var field : new String[] {"labels", "annotations"}) {
            if (given.metadata().path(field) instanceof ObjectNode own) {
                metadata.withObjectProperty(field).setAll(own);
            }
        }
        // The newest version wins, whatever was read above.
        metadata.remove("resourceVersion");
        body.set("metadata", metadata);
        return new Resource(given.kind(), body);
    }
}
