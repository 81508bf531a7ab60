package dev.serin.cli.mesh;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.source.ConfigSource;
import dev.serin.local.api.ResourceClient;

import tools.jackson.databind.JsonNode;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Tells the person what changes: one line for each pod that becomes something else, and each
/// warning once. Says nothing of what was there before it began. Lives on the source's thread.
final class Narrator implements ConfigSource.Watcher, AutoCloseable {
    private static final ResourceKind EVENT = new ResourceKind("", "v1", "Event", "events", true);

    private final Consumer<String> say;
    private final Map<ResourceKey, String> pods = new HashMap<>();
    private final Set<String> warnings = new HashSet<>();
    private final ConfigSource.Watch watch;
    private boolean telling;

    Narrator(ResourceClient client, Consumer<String> say) {
        this.say = say;
        this.watch = client.watch(Set.of(Kinds.POD, EVENT), this);
    }

    @Override
    public void changed(Resource resource) {
        if (resource.kind().family().equals(EVENT.family())) {
            event(resource.body());
        } else {
            pod(resource);
        }
    }

    @Override
    public void removed(ResourceKey key) {
        if (pods.remove(key) != null && telling) {
            say.accept("pod " + name(key) + ": gone");
        }
    }

    @Override
    public void synced() {
        telling = true;
    }

    @Override
    public void close() {
        watch.close();
    }

    private void pod(Resource pod) {
        var state = PodLine.of(pod);
        var before = pods.put(pod.key(), state);
        if (telling && !state.equals(before)) {
            say.accept("pod " + name(pod.key()) + ": " + state);
        }
    }

    private void event(JsonNode event) {
        var text =
                event.path("involvedObject")
                                .path("kind")
                                .asString("")
                                .toLowerCase(java.util.Locale.ROOT)
                        + " "
                        + event.path("involvedObject").path("name").asString("")
                        + ": "
                        + event.path("message").asString("");
        if (event.path("type").asString("").equals("Warning") && warnings.add(text) && telling) {
            say.accept("warning: " + text);
        }
    }

    private static String name(ResourceKey key) {
        return key.namespace().equals("default") ? key.name() : key.namespace() + "/" + key.name();
    }
}
