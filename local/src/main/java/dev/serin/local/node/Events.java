package dev.serin.local.node;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;

import tools.jackson.databind.node.JsonNodeFactory;

import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;

/// Events of one pod, as `kubectl describe` shows them; the same one again only counts up. Owned by
/// the pod's thread. An event that can't be written is dropped: it is news, not state.
final class Events {
    private static final ResourceKind EVENT = new ResourceKind("", "v1", "Event", "events", true);

    private final ResourceClient client;
    private final Ticker ticker;
    private final String nodeName;
    private final Map<String, String> names = new HashMap<>();

    Events(ResourceClient client, Ticker ticker, String nodeName) {
        this.client = client;
        this.ticker = ticker;
        this.nodeName = nodeName;
    }

    /// @param container empty for the pod as a whole
    /// @param type `Normal` or `Warning`
    void tell(Resource pod, String container, String type, String reason, String message) {
        try {
            var key = container + "\n" + reason + "\n" + message;
            var name = names.get(key);
            if (name == null || !again(pod, name)) {
                names.put(key, create(pod, container, type, reason, message));
            }
        } catch (Refusal _) {
            // As said above.
        }
    }

    private boolean again(Resource pod, String name) {
        var old = client.get(new ResourceKey(EVENT.family(), pod.namespace(), name));
        if (old == null) {
            return false;
        }
        var body = old.body().deepCopy();
        body.put("count", body.path("count").asInt(1) + 1);
        body.put("lastTimestamp", now());
        client.update(new Resource(EVENT, body));
        return true;
    }

    private String create(
            Resource pod, String container, String type, String reason, String message) {
        var body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", "v1").put("kind", "Event");
        // As client-go's recorder names them: the object's name and a time in hexadecimal.
        var nanos = ChronoUnit.NANOS.between(java.time.Instant.EPOCH, ticker.now());
        var name = pod.name() + "." + Long.toHexString(nanos + names.size());
        body.putObject("metadata").put("name", name).put("namespace", pod.namespace());
        var object = body.putObject("involvedObject");
        object.put("apiVersion", "v1").put("kind", "Pod").put("name", pod.name());
        object.put("namespace", pod.namespace()).put("uid", pod.uid());
        if (!container.isEmpty()) {
            object.put("fieldPath", "spec.containers{" + container + "}");
        }
        body.put("type", type).put("reason", reason).put("message", message).put("count", 1);
        body.put("firstTimestamp", now()).put("lastTimestamp", now());
        body.putNull("eventTime");
        body.putObject("source").put("component", "kubelet").put("host", nodeName);
        body.put("reportingComponent", "kubelet").put("reportingInstance", nodeName);
        client.create(new Resource(EVENT, body));
        return name;
    }

    private String now() {
        return ticker.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
