package dev.serin.local.api.rest;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.Usage;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.store.Store;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// `metrics.k8s.io`: what pods and the machine use, as a cluster's metrics server tells it. Labels
/// are those of the pod or the node.
final class Measures implements Computed.Source {
    private final Store store;
    private final Usage usage;

    Measures(Store store, Usage usage) {
        this.store = store;
        this.usage = usage;
    }

    @Override
    public List<Resource> all(ServedKind served, String namespace) {
        var kind = served.kind();
        var all = new ArrayList<Resource>();
        if (kind.namespaced()) {
            for (var pod : usage.pods()) {
                if (namespace.isEmpty() || namespace.equals(pod.namespace())) {
                    add(all, pod(kind, pod));
                }
            }
        } else {
            var machine = usage.machine();
            // There is one.
            for (var node : store.list("nodes", null).resources()) {
                if (machine != null) {
                    var body = first(kind, node, machine.at(), machine.window());
                    use(body.putObject("usage"), machine.amount());
                    all.add(new Resource(kind, body));
                }
            }
        }
        all.sort(Comparator.comparing(Resource::namespace).thenComparing(Resource::name));
        return all;
    }

    private static void add(List<Resource> all, @Nullable Resource one) {
        if (one != null) {
            all.add(one);
        }
    }

    private @Nullable Resource pod(ResourceKind kind, Usage.OfPod used) {
        var pod = store.get(new ResourceKey("pods", used.namespace(), used.name()));
        if (pod == null) {
            return null;
        }
        var body = first(kind, pod, used.at(), used.window());
        var containers = body.putArray("containers");
        used.containers()
                .forEach((name, amount) -> {
                    var one = containers.addObject().put("name", name);
                    use(one.putObject("usage"), amount);
                });
        return new Resource(kind, body);
    }

    private static ObjectNode first(
            ResourceKind kind, Resource about, Instant at, Duration window) {
        var body = JsonNodeFactory.instance.objectNode();
        body.put("kind", kind.kind()).put("apiVersion", kind.apiVersion());
        var metadata = body.putObject("metadata").put("name", about.name());
        if (kind.namespaced()) {
            metadata.put("namespace", about.namespace());
        }
        var then = at.truncatedTo(ChronoUnit.SECONDS).toString();
        metadata.put("creationTimestamp", then);
        if (!about.labels().isEmpty()) {
            var labels = metadata.putObject("labels");
            about.labels().forEach(labels::put);
        }
        body.put("timestamp", then);
        body.put("window", window.toMillis() / 1000.0 + "s");
        return body;
    }

    private static void use(ObjectNode node, Usage.Amount amount) {
        node.put("cpu", Math.round(amount.cores() * 1e9) + "n");
        node.put("memory", amount.bytes() / 1024 + "Ki");
    }
}
