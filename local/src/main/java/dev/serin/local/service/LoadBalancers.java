package dev.serin.local.service;

import dev.serin.base.ProblemException;
import dev.serin.base.net.HostPort;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.kubernetes.EndpointSlice;
import dev.serin.config.kubernetes.Service;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Controller;
import dev.serin.local.controllers.Events;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.host.HostPorts;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Opens ports of the machine's loopback for services of type LoadBalancer and NodePort. A
/// LoadBalancer has an address of its own, which its status shows, so that ports never collide, and
/// 127.0.0.1 for each port that is free there; some are given 127.0.0.1 and other port numbers from
/// the start. A node port is 127.0.0.1 and its number. A port that can't be had is an event on the
/// service, and is tried again.
public final class LoadBalancers implements Controller, AutoCloseable {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
    private static final String LOCALHOST = "127.0.0.1";

    private final ResourceClient client;
    private final Events events;
    private final HostPorts hostPorts;
    private final Map<ResourceKey, Map<Integer, Integer>> onLocalhost;
    private final LoopbackAddresses addresses;
    private final Map<ResourceKey, Map<HostPort, OpenBackend>> open = new HashMap<>();

    /// @param onLocalhost services that get 127.0.0.1: for each of their ports the host's
    public LoadBalancers(
            ResourceClient client,
            Events events,
            HostPorts hostPorts,
            Map<ResourceKey, Map<Integer, Integer>> onLocalhost) {
        this.client = client;
        this.events = events;
        this.hostPorts = hostPorts;
        this.onLocalhost = Map.copyOf(onLocalhost);
        this.addresses = new LoopbackAddresses(client);
    }

    @Override
    public String name() {
        return "loadbalancer";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.SERVICE, Kinds.ENDPOINT_SLICE);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        if (resource.kind().family().equals(Kinds.SERVICE.family())) {
            return List.of(resource.key());
        }
        var service = resource.labels().get(EndpointSlice.SERVICE_NAME);
        return service == null
                ? List.of()
                : List.of(Kinds.key(Kinds.SERVICE, resource.namespace(), service));
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        // 1. Not, or no longer, reached from outside: close what it had.
        var resource = client.get(key);
        if (resource == null || resource.metadata().has("deletionTimestamp")) {
            close(key);
            return null;
        }
        // 2. Where it should be reachable.
        var service = Service.from(resource);
        var wanted = wanted(resource, service);
        var isBalancer = service.type() == Service.Type.LOADBALANCER;
        if (wanted.isEmpty() && !isBalancer) {
            close(key);
            if (!resource.status().path("loadBalancer").isEmpty()) {
                write(resource, Map.of());
            }
            return null;
        }
        // 3. Close what it should not have any more, then open what is missing.
        var had = open.computeIfAbsent(key, _ -> new LinkedHashMap<>());
        had.entrySet()
                .removeIf(e -> {
                    var gone = !wanted.containsKey(e.getKey());
                    if (gone) {
                        e.getValue().close();
                    }
                    return gone;
                });
        var again = openMissing(resource, wanted, had);
        // 4. The backends of each open port, and the addresses into the status.
        var targets = new ReadyTargets(slices(key));
        had.forEach((host, backend) -> {
            var want = wanted.get(host);
            if (want != null) {
                backend.use(targets.of(service, want.port));
            }
        });
        if (isBalancer || !resource.status().path("loadBalancer").isEmpty()) {
            write(resource, reached(had, wanted));
        }
        return again ? TRY_AGAIN : null;
    }

    /// Closes every port; on the owner's thread.
    @Override
    public void close() {
        List.copyOf(open.keySet()).forEach(this::close);
    }

    private List<Resource> slices(ResourceKey service) {
        return client.list(
                Kinds.ENDPOINT_SLICE,
                service.namespace(),
                Map.of(EndpointSlice.SERVICE_NAME, service.name()));
    }

    private void close(ResourceKey key) {
        var had = open.remove(key);
        if (had != null) {
            had.values().forEach(OpenBackend::close);
        }
    }

    private Map<HostPort, Wanted> wanted(Resource resource, Service service) {
        var wanted = new LinkedHashMap<HostPort, Wanted>();
        var isNodePort = service.type() == Service.Type.NODEPORT;
        if (service.type() == Service.Type.LOADBALANCER) {
            balanced(resource, service, wanted);
        } else if (!isNodePort) {
            return wanted;
        }
        for (var port : service.ports()) {
            if (port.protocol().equals("TCP") && port.nodePort() > 0) {
                wanted.putIfAbsent(
                        new HostPort(LOCALHOST, port.nodePort()),
                        new Wanted(port, isNodePort, false));
            }
        }
        return wanted;
    }

    private void balanced(Resource resource, Service service, Map<HostPort, Wanted> wanted) {
        var mapped = onLocalhost.get(resource.key());
        var own = mapped == null ? addresses.of(resource) : LOCALHOST;
        var reserved = new TreeSet<Integer>();
        onLocalhost.values().forEach(m -> reserved.addAll(m.values()));
        for (var port : service.ports()) {
            if (!port.protocol().equals("TCP")) {
                continue;
            }
            var number = mapped == null ? Integer.valueOf(port.port()) : mapped.get(port.port());
            if (number != null) {
                wanted.put(new HostPort(own, number), new Wanted(port, true, true));
            }
            if ((mapped == null || number == null) && !reserved.contains(port.port())) {
                wanted.putIfAbsent(
                        new HostPort(LOCALHOST, port.port()), new Wanted(port, false, true));
            }
        }
    }

    /// Whether one that it needs could not be opened.
    private boolean openMissing(
            Resource resource, Map<HostPort, Wanted> wanted, Map<HostPort, OpenBackend> had) {
        var missing = false;
        for (var each : wanted.entrySet()) {
            if (had.containsKey(each.getKey())) {
                continue;
            }
            try {
                had.put(each.getKey(), new OpenBackend(hostPorts, each.getKey()));
            } catch (ProblemException e) {
                // What a balancer has beside its own address is a convenience that nobody was
                // promised.
                if (each.getValue().needed) {
                    missing = true;
                    var way = each.getValue().shown ? "" : ", or set another nodePort";
                    events.warning(
                            resource, "HostPortUnavailable", e.problems().getFirst().text() + way);
                }
            }
        }
        return missing;
    }

    private static Map<String, List<Integer>> reached(
            Map<HostPort, OpenBackend> had, Map<HostPort, Wanted> wanted) {
        var reached = new LinkedHashMap<String, List<Integer>>();
        wanted.keySet().stream()
                .filter(host -> had.containsKey(host) && shown(wanted, host))
                .forEach(host ->
                        reached.computeIfAbsent(host.host(), _ -> new ArrayList<>())
                                .add(host.port()));
        return reached;
    }

    private static boolean shown(Map<HostPort, Wanted> wanted, HostPort host) {
        var want = wanted.get(host);
        return want != null && want.shown;
    }

    private void write(Resource resource, Map<String, List<Integer>> reached) {
        var body = resource.body().deepCopy();
        var balancer = body.withObject("/status").putObject("loadBalancer");
        if (!reached.isEmpty()) {
            var ingress = balancer.putArray("ingress");
            reached.forEach((address, ports) -> {
                var one = ingress.addObject();
                one.put("ip", address).put("ipMode", "VIP");
                var list = one.putArray("ports");
                ports.forEach(p -> list.addObject().put("port", p).put("protocol", "TCP"));
            });
        }
        if (!same(body, resource.body())) {
            // The address may just have been written: the newest version is what counts.
            var now = client.get(resource.key());
            if (now != null) {
                var next = now.body().deepCopy();
                next.set("status", body.path("status"));
                client.updateStatus(new Resource(resource.kind(), next));
            }
        }
    }

    // By text, since a number read from the store may be wider than one made here.
    private static boolean same(ObjectNode one, ObjectNode other) {
        return sorted(one).equals(sorted(other));
    }

    private static Map<String, String> sorted(ObjectNode body) {
        var fields = new TreeMap<String, String>();
        for (var entry : body.path("status").properties()) {
            if (!entry.getValue().isEmpty()) {
                fields.put(entry.getKey(), entry.getValue().toString());
            }
        }
        return fields;
    }

    /// @param needed the service's address; else a convenience
    /// @param shown in the status, as a balancer's are
    private record Wanted(Service.Port port, boolean needed, boolean shown) {}
}
