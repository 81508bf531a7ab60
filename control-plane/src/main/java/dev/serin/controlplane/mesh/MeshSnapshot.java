package dev.serin.controlplane.mesh;

import dev.serin.config.ResourceKey;
import dev.serin.config.istio.Gateway;
import dev.serin.config.istio.Sidecar;
import dev.serin.config.kubernetes.Pod;
import dev.serin.config.kubernetes.PortReference;
import dev.serin.config.kubernetes.Secret;
import dev.serin.controlplane.registry.MeshEndpoint;
import dev.serin.controlplane.registry.MeshService;
import dev.serin.controlplane.registry.Place;
import dev.serin.controlplane.registry.Services;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The whole mesh at one revision, immutable: all that generators may know beside the proxy's
/// scope. Parts that did not change are the same instances as in the revision before.
///
/// @param revision grows with each change; never repeats in one run of the control plane
/// @param gateways oldest first
/// @param endpoints by the services' ids, then by port name
/// @param places of machines, by their names
/// @param secrets with certificates for proxies
public record MeshSnapshot(
        long revision,
        Settings settings,
        Services services,
        TrafficPolicies policies,
        RouteRules routes,
        Sidecars sidecars,
        List<Gateway> gateways,
        Map<String, Map<String, List<MeshEndpoint>>> endpoints,
        Map<ResourceKey, Pod> pods,
        Map<String, Place> places,
        Map<ResourceKey, Secret> secrets) {

    /// What holds for the whole mesh.
    ///
    /// @param domain of the cluster, usually `cluster.local`
    /// @param rootNamespace usually `istio-system`
    /// @param accessLog where proxies write one line a request, for instance `/dev/stdout`; empty
    ///   for nowhere
    /// @param passUnknown whether traffic to what is not in the mesh is let through
    /// @param identities whether proxies have certificates of the mesh; without them nothing can be
    ///   spoken to with ISTIO_MUTUAL, and such traffic stays plain
    public record Settings(
            String domain,
            String rootNamespace,
            String accessLog,
            boolean passUnknown,
            boolean identities) {
        public static final Settings USUAL =
                new Settings("cluster.local", "istio-system", "/dev/stdout", true, false);

        /// The same with certificates.
        public Settings withIdentities() {
            return new Settings(domain, rootNamespace, accessLog, passUnknown, true);
        }
    }

    /// The services that a proxy is told of, oldest first.
    public List<MeshService> servicesSeenBy(ProxyScope scope) {
        return sidecars.seenBy(scope).services();
    }

    /// Whether a proxy lets traffic to what it does not know through.
    public boolean passesUnknown(ProxyScope scope) {
        var sidecar = sidecars.of(scope);
        return sidecar == null || sidecar.unknown() == null
                ? settings.passUnknown()
                : sidecar.unknown() == Sidecar.Unknown.ALLOW_ANY;
    }

    /// The service that a proxy knows by this host name, null if it sees none.
    public @Nullable MeshService service(String host, ProxyScope scope) {
        return sidecars.seenBy(scope).byHost().get(host);
    }

    /// The pod that a proxy says it is in, null while it is not known.
    public @Nullable Pod pod(ProxyScope scope) {
        return pods.get(new ResourceKey("pods", scope.id().namespace(), scope.id().pod()));
    }

    /// Where a proxy is: as it says itself, else as its machine's labels say.
    public Place place(ProxyScope scope) {
        var pod = scope.place().isUnknown() ? pod(scope) : null;
        return pod == null ? scope.place() : places.getOrDefault(pod.node(), Place.UNKNOWN);
    }

    /// The DestinationRules of a service as one, as a proxy is told of them, with the subsets that
    /// routes in force still use.
    public TrafficPolicies.Rule rule(MeshService service, ProxyScope scope) {
        return rule(service, policies.caller(scope));
    }

    /// The same for a caller that was made before.
    public TrafficPolicies.Rule rule(MeshService service, TrafficPolicies.Caller caller) {
        return policies.rule(service.hostname(), service.namespace(), caller)
                .with(routes.subsetsInUse(service.hostname()).values());
    }

    /// What the pod of a proxy serves: a port of the pod for each port of each service that selects
    /// it, oldest service first, none twice.
    public List<Served> served(ProxyScope scope) {
        var pod = pod(scope);
        var labels = pod == null ? scope.workload().labels() : pod.metadata().labels();
        var served = new ArrayList<Served>();
        for (var service : services.in(scope.namespace())) {
            if (service.selector().isEmpty()
                    || !labels.entrySet().containsAll(service.selector().entrySet())) {
                continue;
            }
            for (var port : service.ports()) {
                var number =
                        pod != null
                                ? pod.number(port.target())
                                : port.target() instanceof PortReference.Numbered n ? n.port() : 0;
                if (number != 0 && served.stream().noneMatch(s -> s.target() == number)) {
                    served.add(new Served(service, port, number));
                }
            }
        }
        return served;
    }

    /// @param target the pod's port
    public record Served(MeshService service, MeshService.Port port, int target) {}

    /// Adds the name of every cluster of a service, in whatever subset any rule names.
    public void clusterNames(ResourceKey key, Set<String> names) {
        services.of(key).forEach(service -> clusterNames(service, names));
    }

    private void clusterNames(MeshService service, Set<String> names) {
        var host = service.hostname();
        var subsets = new HashSet<>(routes.subsetsInUse(host).keySet());
        subsets.addAll(policies.subsetNames(host));
        subsets.add("");
        for (var port : service.ports()) {
            for (var subset : subsets) {
                names.add(Names.outbound(port.number(), subset, host));
            }
        }
    }

    /// Whether any service has this address among its ready endpoints.
    public boolean isReady(String address) {
        for (var ports : endpoints.values()) {
            for (var ofPort : ports.values()) {
                for (var endpoint : ofPort) {
                    if (endpoint.health() == MeshEndpoint.Health.READY
                            && endpoint.address().equals(address)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /// The endpoints of a service's port that have these labels; empty labels for all.
    public List<MeshEndpoint> endpoints(
            MeshService service, MeshService.Port port, Map<String, String> labels) {
        var all =
                endpoints.getOrDefault(service.id(), Map.of()).getOrDefault(port.name(), List.of());
        return labels.isEmpty()
                ? all
                : all.stream()
                        .filter(e ->
                                e.workload().labels().entrySet().containsAll(labels.entrySet()))
                        .toList();
    }
}
