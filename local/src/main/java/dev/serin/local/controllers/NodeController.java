package dev.serin.local.controllers;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/// Keeps the Node of this machine there and Ready.
final class NodeController implements Controller {
    private static final Duration HEARTBEAT = Duration.ofMinutes(5);
    private static final int MOST_PODS = 250;

    private final ResourceClient client;
    private final Ticker ticker;
    private final Machine machine;

    NodeController(ResourceClient client, Ticker ticker, Machine machine) {
        this.client = client;
        this.ticker = ticker;
        this.machine = machine;
    }

    @Override
    public String name() {
        return "node";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.NODE, Kinds.NAMESPACE);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        // Namespaces are always there, so this wakes it when there is no Node yet.
        var ours = Kinds.key(Kinds.NODE, "", machine.name());
        return resource.kind().family().equals(Kinds.NAMESPACE.family())
                        || resource.key().equals(ours)
                ? List.of(ours)
                : List.of();
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var node = client.get(key);
        if (node == null) {
            node = client.create(new Resource(Kinds.NODE, fresh()));
        }
        if (!beat(node)) {
            client.updateStatus(new Resource(Kinds.NODE, alive(node)));
        }
        return HEARTBEAT;
    }

    private boolean beat(Resource node) {
        var ready = new Conditions(node.status(), ticker.now()).get("Ready");
        var last = ready == null ? "" : ready.path("lastHeartbeatTime").asString("");
        return ready != null
                && ready.path("status").asString("").equals("True")
                && node.status().path("addresses").size() == machine.addresses().size() + 1
                && !last.isEmpty()
                && Instant.parse(last).plus(HEARTBEAT).isAfter(ticker.now());
    }

    private ObjectNode fresh() {
        var body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", "v1").put("kind", "Node");
        var metadata = body.putObject("metadata").put("name", machine.name());
        metadata.putObject("labels")
                .put("kubernetes.io/hostname", machine.name())
                .put("kubernetes.io/os", "linux")
                .put("kubernetes.io/arch", machine.architecture())
                .put("node-role.kubernetes.io/control-plane", "");
        body.putObject("spec");
        return body;
    }

    private ObjectNode alive(Resource node) {
        var now = ticker.now();
        var body = node.body().deepCopy();
        var status = body.putObject("status");
        var addresses = status.putArray("addresses");
        machine.addresses()
                .forEach(a -> addresses.addObject().put("type", "InternalIP").put("address", a));
        addresses.addObject().put("type", "Hostname").put("address", machine.name());
        for (var field : List.of("capacity", "allocatable")) {
            status.putObject(field)
                    .put("cpu", Integer.toString(machine.processors()))
                    .put("memory", machine.memoryBytes() / 1024 + "Ki")
                    .put("pods", Integer.toString(MOST_PODS));
        }
        var conditions = new Conditions(node.status(), now);
        say(
                conditions,
                "MemoryPressure",
                false,
                "EnoughMemory",
                "the machine has memory left",
                now);
        say(conditions, "DiskPressure", false, "EnoughDisk", "the machine has disk left", now);
        say(conditions, "Ready", true, "NodeReady", "pods run as processes of this machine", now);
        conditions.writeTo(status);
        status.putObject("nodeInfo")
                .put("machineID", "")
                .put("systemUUID", "")
                .put("bootID", "")
                .put("kernelVersion", machine.kernel())
                .put("osImage", "Linux")
                .put("containerRuntimeVersion", "process://" + machine.version())
                .put("kubeletVersion", machine.version())
                .put("kubeProxyVersion", machine.version())
                .put("operatingSystem", "linux")
                .put("architecture", machine.architecture());
        return body;
    }

    private static void say(
            Conditions conditions,
            String type,
            boolean value,
            String reason,
            String message,
            Instant now) {
        conditions
                .set(type, value, reason, message)
                .put("lastHeartbeatTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
