package dev.serin.controlplane.registry;

import dev.serin.config.ResourceKey;
import dev.serin.config.kubernetes.EndpointSlice;
import dev.serin.config.kubernetes.Node;
import dev.serin.config.kubernetes.Pod;
import dev.serin.config.kubernetes.Service;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/// Kubernetes' resources as services and endpoints. Pure functions.
public final class Registry {
    private static final String EXPORT_TO = "networking.istio.io/exportTo";

    private Registry() {}

    /// @param domain of the cluster, usually `cluster.local`
    public static MeshService service(Service service, String domain) {
        var metadata = service.metadata();
        var ports = new ArrayList<MeshService.Port>();
        for (var port : service.ports()) {
            var protocol =
                    Protocol.of(port.protocol(), port.appProtocol(), port.name(), port.port());
            if (protocol != Protocol.UDP) {
                ports.add(
                        new MeshService.Port(
                                port.port(), port.name(), protocol, port.targetPort()));
            }
        }
        var addresses = new ArrayList<>(service.clusterIps());
        return new MeshService(
                metadata.key(),
                hostname(metadata.key(), domain),
                metadata.namespace(),
                metadata.name(),
                service.type() == Service.Type.EXTERNALNAME
                        ? MeshService.Resolution.EXTERNAL
                        : service.headless()
                                ? MeshService.Resolution.HEADLESS
                                : MeshService.Resolution.VIRTUAL,
                List.copyOf(addresses),
                List.copyOf(ports),
                service.selector(),
                exportTo(metadata.annotations().getOrDefault(EXPORT_TO, "")),
                List.of(),
                service.type() == Service.Type.EXTERNALNAME ? elsewhere(service, ports) : Map.of(),
                service.publishNotReadyAddresses(),
                metadata.created());
    }

    private static Map<String, List<MeshEndpoint>> elsewhere(
            Service service, List<MeshService.Port> ports) {
        var workload =
                Workload.of(
                        service.metadata().name(), service.metadata().namespace(), "", Map.of());
        var byPort = new LinkedHashMap<String, List<MeshEndpoint>>();
        for (var port : ports) {
            byPort.put(
                    port.name(),
                    List.of(
                            new MeshEndpoint(
                                    service.externalName(),
                                    port.number(),
                                    MeshEndpoint.Health.READY,
                                    workload,
                                    Place.UNKNOWN,
                                    1)));
        }
        return byPort;
    }

    public static String hostname(ResourceKey key, String domain) {
        return key.name() + "." + key.namespace() + ".svc." + domain;
    }

    /// The endpoints of a service by the name of its port, each list ordered by address.
    ///
    /// @param pods finds what runs behind an address
    public static Map<String, List<MeshEndpoint>> endpoints(
            MeshService service,
            Collection<EndpointSlice> slices,
            Function<ResourceKey, @Nullable Pod> pods,
            Function<String, @Nullable Node> nodes) {
        var byPort = new LinkedHashMap<String, TreeMap<String, MeshEndpoint>>();
        slices.stream()
                .sorted(Comparator.comparing(s -> s.metadata().name()))
                .filter(s -> !s.addressType().equals("FQDN"))
                .forEach(slice -> {
                    for (var port : slice.ports()) {
                        var there = byPort.computeIfAbsent(port.name(), _ -> new TreeMap<>());
                        for (var endpoint : slice.endpoints()) {
                            add(service, endpoint, port.port(), pods, nodes, there);
                        }
                    }
                });
        var endpoints = new LinkedHashMap<String, List<MeshEndpoint>>();
        byPort.forEach((port, there) -> endpoints.put(port, List.copyOf(there.values())));
        return endpoints;
    }

    private static void add(
            MeshService service,
            EndpointSlice.Endpoint endpoint,
            int port,
            Function<ResourceKey, @Nullable Pod> pods,
            Function<String, @Nullable Node> nodes,
            Map<String, MeshEndpoint> there) {
        var health = health(service, endpoint);
        if (health == MeshEndpoint.Health.NOT_READY) {
            return;
        }
        var pod = endpoint.pod() == null ? null : pods.apply(endpoint.pod());
        var node = endpoint.node().isEmpty() ? null : nodes.apply(endpoint.node());
        var workload =
                pod == null
                        ? Workload.of(service.name(), service.namespace(), "", Map.of())
                        : Workload.of(pod);
        for (var address : endpoint.addresses()) {
            // An address of two slices, while it moves: the better health counts.
            there.merge(
                    address,
                    new MeshEndpoint(
                            address, port, health, workload, Place.of(node, endpoint.zone()), 1),
                    (one, other) -> one.health().compareTo(other.health()) <= 0 ? one : other);
        }
    }

    private static MeshEndpoint.Health health(
            MeshService service, EndpointSlice.Endpoint endpoint) {
        if (endpoint.terminating()) {
            return endpoint.serving()
                    ? MeshEndpoint.Health.DRAINING
                    : MeshEndpoint.Health.NOT_READY;
        }
        return endpoint.ready() || service.publishesNotReady()
                ? MeshEndpoint.Health.READY
                : MeshEndpoint.Health.NOT_READY;
    }

    private static List<String> exportTo(String annotation) {
        return Arrays.stream(annotation.split(","))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .toList();
    }
}
