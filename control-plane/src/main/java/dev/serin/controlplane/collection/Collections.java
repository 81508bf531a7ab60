package dev.serin.controlplane.collection;

import dev.serin.base.ProblemException;
import dev.serin.config.Metadata;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.istio.DestinationRule;
import dev.serin.config.istio.Gateway;
import dev.serin.config.istio.ServiceEntry;
import dev.serin.config.istio.Sidecar;
import dev.serin.config.istio.VirtualService;
import dev.serin.config.istio.WorkloadEntry;
import dev.serin.config.kubernetes.EndpointSlice;
import dev.serin.config.kubernetes.Namespace;
import dev.serin.config.kubernetes.Node;
import dev.serin.config.kubernetes.Pod;
import dev.serin.config.kubernetes.Secret;
import dev.serin.config.kubernetes.Service;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.mesh.RouteRules;
import dev.serin.controlplane.mesh.Sidecars;
import dev.serin.controlplane.mesh.TrafficPolicies;
import dev.serin.controlplane.registry.Entries;
import dev.serin.controlplane.registry.MeshEndpoint;
import dev.serin.controlplane.registry.MeshService;
import dev.serin.controlplane.registry.Place;
import dev.serin.controlplane.registry.Registry;
import dev.serin.controlplane.registry.Services;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;

/// Every resource that the control plane reads, as a record, and the snapshot that is made of them.
/// Owned by the control plane's thread. A resource that cannot be read leaves its last good version
/// and is reported.
public final class Collections {
    /// The kinds to watch, each in one of its versions, which stands for all.
    public static final Set<ResourceKind> KINDS =
            Set.of(
                    new ResourceKind("", "v1", "Service", "services", true),
                    new ResourceKind("", "v1", "Pod", "pods", true),
                    new ResourceKind("", "v1", "Namespace", "namespaces", false),
                    new ResourceKind("", "v1", "Node", "nodes", false),
                    new ResourceKind("", "v1", "Secret", "secrets", true),
                    new ResourceKind(
                            "discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", true),
                    istio("VirtualService", "virtualservices"),
                    istio("ServiceEntry", "serviceentries"),
                    istio("Sidecar", "sidecars"),
                    istio("WorkloadEntry", "workloadentries"),
                    istio("DestinationRule", "destinationrules"),
                    istio("Gateway", "gateways"));

    private final MeshSnapshot.Settings settings;
    private final BiConsumer<ResourceKey, ProblemException> unreadable;
    private final Kind<MeshService> services = new Kind<>();
    private final Kind<Pod> pods = new Kind<>();
    private final Kind<Namespace> namespaces = new Kind<>();
    private final Kind<Node> nodes = new Kind<>();
    private final Kind<Secret> secrets = new Kind<>();
    private final Kind<ServiceEntry> entries = new Kind<>();
    private final Kind<Sidecar> sidecars = new Kind<>();
    private final Kind<WorkloadEntry> workloads = new Kind<>();
    private final Kind<EndpointSlice> slices = new Kind<>();
    private final Kind<VirtualService> virtualServices = new Kind<>();
    private final Kind<DestinationRule> destinationRules = new Kind<>();
    private final Kind<Gateway> gateways = new Kind<>();
    private final Map<ResourceKey, Map<ResourceKey, EndpointSlice>> slicesOf = new HashMap<>();
    private final Map<ResourceKey, Map<ResourceKey, Integer>> servicesOfPod = new HashMap<>();

    /// @param unreadable told of a resource whose last good version stays
    public Collections(
            MeshSnapshot.Settings settings, BiConsumer<ResourceKey, ProblemException> unreadable) {
        this.settings = settings;
        this.unreadable = unreadable;
    }

    /// Takes a resource over.
    ///
    /// @return what it changes
    public Change changed(Resource resource) {
        var key = resource.key();
        try {
            return switch (key.family()) {
                case "services" -> {
                    var service = Registry.service(Service.from(resource), settings.domain());
                    yield services.put(key, service) ? Change.CONFIG : Change.NONE;
                }
                case "endpointslices.discovery.k8s.io" -> slice(key, EndpointSlice.from(resource));
                case "pods" -> pod(key, Pod.from(resource));
                case "namespaces" -> {
                    namespaces.put(key, Namespace.from(resource));
                    yield Change.NONE;
                }
                case "nodes" -> put(nodes, key, Node.from(resource));
                case "secrets" -> secret(key, Secret.from(resource));
                case "virtualservices.networking.istio.io" ->
                        put(virtualServices, key, VirtualService.from(resource));
                case "destinationrules.networking.istio.io" ->
                        put(destinationRules, key, DestinationRule.from(resource));
                case "serviceentries.networking.istio.io" ->
                        put(entries, key, ServiceEntry.from(resource));
                case "workloadentries.networking.istio.io" ->
                        put(workloads, key, WorkloadEntry.from(resource));
                case "sidecars.networking.istio.io" -> put(sidecars, key, Sidecar.from(resource));
                case "gateways.networking.istio.io" -> put(gateways, key, Gateway.from(resource));
                default -> Change.NONE;
            };
        } catch (ProblemException e) {
            unreadable.accept(key, e);
            return Change.NONE;
        }
    }

    public Change removed(ResourceKey key) {
        return switch (key.family()) {
            case "services" -> services.remove(key) ? Change.CONFIG : Change.NONE;
            case "endpointslices.discovery.k8s.io" -> sliceRemoved(key);
            case "pods" -> {
                var old = pods.all.get(key);
                pods.remove(key);
                yield old == null ? Change.NONE : new Change(false, selecting(old), Set.of());
            }
            case "namespaces" -> {
                namespaces.remove(key);
                yield Change.NONE;
            }
            case "nodes" -> {
                nodes.remove(key);
                yield Change.NONE;
            }
            case "secrets" -> secrets.remove(key) ? Change.CONFIG : Change.NONE;
            case "virtualservices.networking.istio.io" ->
                    virtualServices.remove(key) ? Change.CONFIG : Change.NONE;
            case "destinationrules.networking.istio.io" ->
                    destinationRules.remove(key) ? Change.CONFIG : Change.NONE;
            case "serviceentries.networking.istio.io" ->
                    entries.remove(key) ? Change.CONFIG : Change.NONE;
            case "workloadentries.networking.istio.io" ->
                    workloads.remove(key) ? Change.CONFIG : Change.NONE;
            case "sidecars.networking.istio.io" ->
                    sidecars.remove(key) ? Change.CONFIG : Change.NONE;
            case "gateways.networking.istio.io" ->
                    gateways.remove(key) ? Change.CONFIG : Change.NONE;
            default -> Change.NONE;
        };
    }

    /// Labels of every namespace, for injection.
    public Map<String, Map<String, String>> namespaceLabels() {
        var labels = new HashMap<String, Map<String, String>>();
        namespaces.all.forEach((k, n) -> labels.put(k.name(), n.metadata().labels()));
        return Map.copyOf(labels);
    }

    /// The snapshot after `before`, made of everything that is here now; parts whose resources did
    /// not change are taken over.
    public MeshSnapshot snapshot(MeshSnapshot before, Set<ResourceKey> endpointsChanged) {
        var servicesTouched = services.touched || entries.touched;
        var known = servicesTouched ? new Services(everyService()) : before.services();
        var policies =
                destinationRules.touched
                        ? new TrafficPolicies(
                                destinationRules.all.values(),
                                settings.domain(),
                                settings.rootNamespace())
                        : before.policies();
        var routes =
                servicesTouched || destinationRules.touched || virtualServices.touched
                        ? before.routes().next(virtualServices.all.values(), known, policies)
                        : before.routes();
        var endpoints = endpoints(before, known, endpointsChanged);
        var next =
                new MeshSnapshot(
                        before.revision() + 1,
                        settings,
                        known,
                        policies,
                        routes,
                        scopes(before, known, routes),
                        gateways.touched ? sorted() : before.gateways(),
                        endpoints,
                        pods.touched ? Map.copyOf(pods.all) : before.pods(),
                        nodes.touched ? places() : before.places(),
                        secrets.touched ? Map.copyOf(secrets.all) : before.secrets());
        all().forEach(kind -> kind.touched = false);
        return next;
    }

    /// Everything that is here, as if it had come just now.
    public MeshSnapshot snapshot() {
        all().forEach(kind -> kind.touched = true);
        return snapshot(empty(settings), Set.of());
    }

    public static MeshSnapshot empty(MeshSnapshot.Settings settings) {
        var none = new Services(List.of());
        return new MeshSnapshot(
                0,
                settings,
                none,
                new TrafficPolicies(List.of(), settings.domain(), settings.rootNamespace()),
                RouteRules.none(),
                new Sidecars(
                        List.of(),
                        none,
                        RouteRules.none(),
                        settings.rootNamespace(),
                        settings.domain()),
                List.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of());
    }

    private List<Kind<?>> all() {
        return List.of(
                services,
                entries,
                workloads,
                destinationRules,
                virtualServices,
                sidecars,
                gateways,
                pods,
                nodes,
                secrets);
    }

    private List<MeshService> everyService() {
        var every = new ArrayList<>(services.all.values());
        entries.all.values().forEach(e -> every.addAll(Entries.services(e, settings.domain())));
        return every;
    }

    /// Of Secrets only those with certificates: the others are nobody's business here.
    private Change secret(ResourceKey key, Secret secret) {
        if (secret.isOfUse()) {
            return put(secrets, key, secret);
        }
        return secrets.remove(key) ? Change.CONFIG : Change.NONE;
    }

    @SuppressWarnings("ReferenceEquality") // the snapshot's promise: same instance, same content
    private Sidecars scopes(MeshSnapshot before, Services known, RouteRules routes) {
        return sidecars.touched || known != before.services() || routes != before.routes()
                ? new Sidecars(
                        sidecars.all.values(),
                        known,
                        routes,
                        settings.rootNamespace(),
                        settings.domain())
                : before.sidecars();
    }

    private Map<String, Place> places() {
        var places = new HashMap<String, Place>();
        nodes.all.forEach((k, n) -> places.put(k.name(), Place.of(n)));
        return Map.copyOf(places);
    }

    private Map<String, Map<String, List<MeshEndpoint>>> endpoints(
            MeshSnapshot before, Services known, Set<ResourceKey> changed) {
        if (!services.touched && !entries.touched && !workloads.touched && !nodes.touched) {
            if (changed.isEmpty()) {
                return before.endpoints();
            }
            var next = new HashMap<>(before.endpoints());
            for (var key : changed) {
                known.of(key).forEach(s -> next.put(s.id(), endpoints(s)));
            }
            return next;
        }
        var all = new HashMap<String, Map<String, List<MeshEndpoint>>>();
        for (var service : known.all()) {
            all.put(service.id(), endpoints(service));
        }
        return all;
    }

    private Map<String, List<MeshEndpoint>> endpoints(MeshService service) {
        var selected =
                Entries.selected(
                        service,
                        workloads.all.values(),
                        service.isEntry() ? pods.all.values() : List.of(),
                        name -> {
                            var node = node(name);
                            return node == null ? Place.UNKNOWN : Place.of(node);
                        });
        if (service.isEntry()) {
            return service.selector().isEmpty() ? service.fixed() : selected;
        }
        var ofSlices =
                Registry.endpoints(
                        service,
                        slicesOf.getOrDefault(service.source(), Map.of()).values(),
                        pods.all::get,
                        this::node);
        if (selected.isEmpty()) {
            return ofSlices;
        }
        var both = new LinkedHashMap<>(ofSlices);
        selected.forEach((port, more) ->
                both.merge(
                        port,
                        more,
                        (one, other) -> Stream.concat(one.stream(), other.stream()).toList()));
        return both;
    }

    private @Nullable Node node(String name) {
        return nodes.all.get(new ResourceKey("nodes", "", name));
    }

    private Change slice(ResourceKey key, EndpointSlice slice) {
        var old = slices.all.get(key);
        if (!slices.put(key, slice)) {
            return Change.NONE;
        }
        var touched = new ArrayList<ResourceKey>();
        if (old != null) {
            touched.add(unlink(key, old));
        }
        var service = service(slice);
        slicesOf.computeIfAbsent(service, _ -> new LinkedHashMap<>()).put(key, slice);
        eachPod(
                slice,
                pod ->
                        servicesOfPod
                                .computeIfAbsent(pod, _ -> new HashMap<>())
                                .merge(service, 1, Integer::sum));
        touched.add(service);
        return new Change(false, Set.copyOf(touched), Set.of());
    }

    private Change sliceRemoved(ResourceKey key) {
        var old = slices.all.get(key);
        if (old == null) {
            return Change.NONE;
        }
        slices.remove(key);
        return new Change(false, Set.of(unlink(key, old)), Set.of());
    }

    private ResourceKey unlink(ResourceKey key, EndpointSlice slice) {
        var service = service(slice);
        var left = slicesOf.get(service);
        if (left != null) {
            left.remove(key);
            if (left.isEmpty()) {
                slicesOf.remove(service);
            }
        }
        eachPod(
                slice,
                pod ->
                        servicesOfPod.computeIfPresent(
                                pod,
                                (_, counts) -> {
                                    counts.computeIfPresent(
                                            service, (_, n) -> n > 1 ? n - 1 : null);
                                    return counts.isEmpty() ? null : counts;
                                }));
        return service;
    }

    private static void eachPod(
            EndpointSlice slice, java.util.function.Consumer<ResourceKey> each) {
        for (var endpoint : slice.endpoints()) {
            if (endpoint.pod() != null) {
                each.accept(endpoint.pod());
            }
        }
    }

    /// What of a pod the mesh depends on leaves out its status, which changes often.
    private Change pod(ResourceKey key, Pod pod) {
        var old = pods.all.get(key);
        if (!pods.put(key, pod)) {
            return Change.NONE;
        }
        Function<Pod, Object> matters =
                p ->
                        List.of(
                                p.metadata().labels(),
                                p.serviceAccount(),
                                p.containers(),
                                String.valueOf(p.controller()));
        var entriesOfPod = new HashSet<ResourceKey>();
        if (old == null || !reach(old).equals(reach(pod))) {
            entriesOfPod.addAll(selecting(pod));
            entriesOfPod.addAll(old == null ? Set.of() : selecting(old));
        }
        if (old != null && matters.apply(old).equals(matters.apply(pod))) {
            return entriesOfPod.isEmpty()
                    ? Change.NONE
                    : new Change(false, Set.copyOf(entriesOfPod), Set.of());
        }
        entriesOfPod.addAll(servicesOfPod.getOrDefault(key, Map.of()).keySet());
        return new Change(false, Set.copyOf(entriesOfPod), Set.of(key));
    }

    /// What of a pod an endpoint of a ServiceEntry depends on.
    private static Object reach(Pod pod) {
        return List.of(pod.ip(), pod.ready(), pod.terminating(), pod.metadata().labels());
    }

    private Set<ResourceKey> selecting(Pod pod) {
        var labels = pod.metadata().labels();
        var selecting = new HashSet<ResourceKey>();
        entries.all.forEach((key, entry) -> {
            if (key.namespace().equals(pod.metadata().namespace())
                    && !entry.workloadSelector().isEmpty()
                    && labels.entrySet().containsAll(entry.workloadSelector().entrySet())) {
                selecting.add(key);
            }
        });
        return selecting;
    }

    private List<Gateway> sorted() {
        return gateways.all.values().stream()
                .sorted(
                        Comparator.comparing((Gateway g) -> g.metadata().created())
                                .thenComparing(g -> g.metadata().key().toString()))
                .toList();
    }

    /// Every VirtualService, DestinationRule and Gateway that is here: those that have a status.
    public Map<ResourceKey, Metadata> withStatus() {
        var all = new LinkedHashMap<ResourceKey, Metadata>();
        virtualServices.all.forEach((k, v) -> all.put(k, v.metadata()));
        destinationRules.all.forEach((k, v) -> all.put(k, v.metadata()));
        gateways.all.forEach((k, v) -> all.put(k, v.metadata()));
        sidecars.all.forEach((k, v) -> all.put(k, v.metadata()));
        entries.all.forEach((k, v) -> all.put(k, v.metadata()));
        return all;
    }

    private static ResourceKey service(EndpointSlice slice) {
        return new ResourceKey("services", slice.metadata().namespace(), slice.service());
    }

    private static ResourceKind istio(String kind, String plural) {
        return new ResourceKind("networking.istio.io", "v1", kind, plural, true);
    }

    private static <T> Change put(Kind<T> kind, ResourceKey key, T value) {
        return kind.put(key, value) ? Change.CONFIG : Change.NONE;
    }

    /// What a resource changes.
    ///
    /// @param config whether listeners, routes or clusters may be other than before
    /// @param endpoints services whose endpoints may be
    /// @param pods whose own proxies may serve other ports
    public record Change(boolean config, Set<ResourceKey> endpoints, Set<ResourceKey> pods) {
        public static final Change NONE = new Change(false, Set.of(), Set.of());
        static final Change CONFIG = new Change(true, Set.of(), Set.of());

        public boolean isNothing() {
            return !config && endpoints.isEmpty() && pods.isEmpty();
        }
    }

    private static final class Kind<T> {
        private final Map<ResourceKey, T> all = new HashMap<>();
        private boolean touched;

        /// @return whether it is another than before
        private boolean put(ResourceKey key, T value) {
            var other = !value.equals(all.put(key, value));
            touched |= other;
            return other;
        }

        private boolean remove(ResourceKey key) {
            var was = all.remove(key) != null;
            touched |= was;
            return was;
        }
    }
}
