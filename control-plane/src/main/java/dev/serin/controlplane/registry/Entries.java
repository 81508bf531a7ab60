package dev.serin.controlplane.registry;

import dev.serin.config.istio.ServiceEntry;
import dev.serin.config.istio.WorkloadEntry;
import dev.serin.config.kubernetes.Pod;
import dev.serin.config.kubernetes.PortReference;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// ServiceEntries and WorkloadEntries as services and endpoints. Pure functions.
public final class Entries {
    /// Family of the kind.
    static final String FAMILY = "serviceentries.networking.istio.io";

    private static final String CANONICAL = "service.istio.io/canonical-name";

    private Entries() {}

    /// A service for each host of the entry.
    ///
    /// @param domain of the cluster, which completes short names
    public static List<MeshService> services(ServiceEntry entry, String domain) {
        var ports = new ArrayList<MeshService.Port>();
        for (var port : entry.ports()) {
            var target = port.targetPort() == 0 ? port.number() : port.targetPort();
            ports.add(
                    new MeshService.Port(
                            port.number(),
                            port.name(),
                            Protocol.of("TCP", port.protocol(), port.name(), port.number()),
                            new PortReference.Numbered(target)));
        }
        var services = new ArrayList<MeshService>();
        for (var host : entry.hosts()) {
            services.add(service(entry, host, List.copyOf(ports), domain));
        }
        return List.copyOf(services);
    }

    private static MeshService service(
            ServiceEntry entry, String host, List<MeshService.Port> ports, String domain) {
        var metadata = entry.metadata();
        var full =
                host.indexOf('.') >= 0
                        ? host
                        : host + "." + metadata.namespace() + ".svc." + domain;
        return new MeshService(
                metadata.key(),
                full,
                metadata.namespace(),
                metadata.name(),
                switch (entry.resolution()) {
                    case NONE -> MeshService.Resolution.HEADLESS;
                    case STATIC -> MeshService.Resolution.VIRTUAL;
                    case DNS, DYNAMIC_DNS -> MeshService.Resolution.EXTERNAL;
                    case DNS_ROUND_ROBIN -> MeshService.Resolution.ROTATING;
                },
                entry.addresses(),
                ports,
                entry.workloadSelector(),
                entry.exportTo(),
                entry.subjectAltNames(),
                fixed(entry, full, ports),
                false,
                metadata.created());
    }

    private static Map<String, List<MeshEndpoint>> fixed(
            ServiceEntry entry, String host, List<MeshService.Port> ports) {
        if (entry.resolution() == ServiceEntry.Resolution.NONE) {
            return Map.of();
        }
        var addresses = new ArrayList<>(entry.endpoints());
        var dns = entry.resolution() != ServiceEntry.Resolution.STATIC;
        if (addresses.isEmpty() && dns && !host.startsWith("*")) {
            addresses.add(new WorkloadEntry.Address(host, Map.of(), Map.of(), "", "", 1, ""));
        }
        var byPort = new LinkedHashMap<String, List<MeshEndpoint>>();
        for (var port : ports) {
            var there = new ArrayList<MeshEndpoint>();
            for (var address : addresses) {
                there.add(endpoint(address, host, port, entry.metadata().namespace()));
            }
            byPort.put(port.name(), List.copyOf(there));
        }
        return byPort;
    }

    /// Pods and WorkloadEntries of the service's namespace that its selector names, by port name.
    ///
    /// @param pods none for a service of Kubernetes, whose pods come from EndpointSlices
    public static Map<String, List<MeshEndpoint>> selected(
            MeshService service,
            Collection<WorkloadEntry> workloads,
            Collection<Pod> pods,
            Function<String, Place> places) {
        var byPort = new LinkedHashMap<String, List<MeshEndpoint>>();
        if (service.selector().isEmpty()) {
            return byPort;
        }
        for (var port : service.ports()) {
            var there = new ArrayList<MeshEndpoint>();
            for (var pod : pods) {
                var endpoint = endpoint(service, port, pod, places);
                if (endpoint != null) {
                    there.add(endpoint);
                }
            }
            for (var workload : workloads) {
                if (selects(service, workload.metadata().namespace(), labels(workload))) {
                    var name = workload.metadata().name();
                    there.add(endpoint(workload.address(), name, port, service.namespace()));
                }
            }
            if (!there.isEmpty()) {
                there.sort(Comparator.comparing(MeshEndpoint::address));
                byPort.put(port.name(), List.copyOf(there));
            }
        }
        return byPort;
    }

    private static boolean selects(
            MeshService service, String namespace, Map<String, String> labels) {
        return service.namespace().equals(namespace)
                && labels.entrySet().containsAll(service.selector().entrySet());
    }

    /// As Istio: those of the entry itself, else those of its metadata.
    private static Map<String, String> labels(WorkloadEntry workload) {
        return workload.address().labels().isEmpty()
                ? workload.metadata().labels()
                : workload.address().labels();
    }

    private static @Nullable MeshEndpoint endpoint(
            MeshService service, MeshService.Port port, Pod pod, Function<String, Place> places) {
        var number = pod.number(port.target());
        if (pod.ip().isEmpty()
                || !pod.ready()
                || number == 0
                || !selects(service, pod.metadata().namespace(), pod.metadata().labels())) {
            return null;
        }
        return new MeshEndpoint(
                pod.ip(),
                number,
                pod.terminating() ? MeshEndpoint.Health.DRAINING : MeshEndpoint.Health.READY,
                Workload.of(pod),
                places.apply(pod.node()),
                1);
    }

    /// @param name of the workload where no label says, and its address where none is written
    private static MeshEndpoint endpoint(
            WorkloadEntry.Address address, String name, MeshService.Port port, String namespace) {
        var target = port.target() instanceof PortReference.Numbered n ? n.port() : port.number();
        var parts = (address.locality() + "//").split("/", -1);
        return new MeshEndpoint(
                address.host().isEmpty() ? name : address.host(),
                address.ports().getOrDefault(port.name(), target),
                MeshEndpoint.Health.READY,
                Workload.of(
                        address.labels().getOrDefault(CANONICAL, name),
                        namespace,
                        address.serviceAccount(),
                        address.labels()),
                new Place(parts[0], parts[1], parts[2]),
                Math.max(1, address.weight()));
    }
}
