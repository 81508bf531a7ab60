package dev.serin.local.service;

import dev.serin.base.ProblemException;
import dev.serin.base.net.HostPort;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Controller;
import dev.serin.local.controllers.Events;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.host.HostPorts;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Opens the TCP `hostPort`s of pods on the machine's loopback: at 127.0.0.1, or at the `hostIP`
/// that is asked for. A port that can't be had is an event on the pod, and is tried again.
public final class PodPorts implements Controller, AutoCloseable {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
    private static final String LOCALHOST = "127.0.0.1";

    private final ResourceClient client;
    private final Events events;
    private final HostPorts hostPorts;
    private final Map<ResourceKey, Map<HostPort, OpenBackend>> open = new HashMap<>();

    public PodPorts(ResourceClient client, Events events, HostPorts hostPorts) {
        this.client = client;
        this.events = events;
        this.hostPorts = hostPorts;
    }

    @Override
    public String name() {
        return "pod-ports";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.POD);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        return PodPort.of(resource).isEmpty() && !open.containsKey(resource.key())
                ? List.of()
                : List.of(resource.key());
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var pod = client.get(key);
        var wanted = pod == null ? List.<PodPort>of() : PodPort.of(pod);
        var had = open.computeIfAbsent(key, _ -> new LinkedHashMap<>());
        var addresses = new LinkedHashMap<HostPort, PodPort>();
        wanted.stream()
                .filter(port -> port.protocol().equals("tcp"))
                .forEach(port -> addresses.put(address(port), port));
        had.entrySet()
                .removeIf(e -> {
                    var gone = !addresses.containsKey(e.getKey());
                    if (gone) {
                        e.getValue().close();
                    }
                    return gone;
                });
        var missing = false;
        for (var each : addresses.entrySet()) {
            try {
                had.computeIfAbsent(each.getKey(), to -> new OpenBackend(hostPorts, to))
                        .use(List.of(each.getValue().target()));
            } catch (ProblemException e) {
                missing = true;
                if (pod != null) {
                    events.warning(
                            pod,
                            "HostPortUnavailable",
                            e.problems().getFirst().text() + ", or set another hostPort");
                }
            }
        }
        if (addresses.isEmpty()) {
            open.remove(key);
        }
        return missing ? TRY_AGAIN : null;
    }

    /// Closes every port; on the owner's thread.
    @Override
    public void close() {
        open.values().forEach(had -> had.values().forEach(OpenBackend::close));
        open.clear();
    }

    private static HostPort address(PodPort port) {
        var host = port.hostIP();
        return new HostPort(
                host.isEmpty() || host.equals("0.0.0.0") ? LOCALHOST : host, port.number());
    }
}
