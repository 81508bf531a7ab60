package dev.serin.controlplane.registry;

import dev.serin.config.ResourceKey;
import dev.serin.config.kubernetes.PortReference;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// A service as callers see it, of Kubernetes or of a ServiceEntry.
///
/// @param source the resource that it comes from
/// @param hostname its full name, for instance `web.shop.svc.cluster.local`; of a ServiceEntry
///   perhaps a wildcard
/// @param addresses virtual ones, may be empty
/// @param ports of TCP, in the order written
/// @param selector labels of the workloads behind it; empty for none
/// @param exportTo namespaces that see it, empty: all
/// @param subjectAltNames that a server's certificate must have where no DestinationRule says
/// @param fixed endpoints that the resource itself names, by port name
public record MeshService(
        ResourceKey source,
        String hostname,
        String namespace,
        String name,
        Resolution resolution,
        List<String> addresses,
        List<Port> ports,
        Map<String, String> selector,
        List<String> exportTo,
        List<String> subjectAltNames,
        Map<String, List<MeshEndpoint>> fixed,
        boolean publishesNotReady,
        Instant created) {
    /// How a caller finds the hosts behind the name.
    public enum Resolution {
        /// Balanced over its endpoints.
        VIRTUAL,
        /// The caller has chosen an address by itself.
        HEADLESS,
        /// DNS names elsewhere, balanced over all their addresses.
        EXTERNAL,
        /// One DNS name elsewhere, whatever address it has at the moment.
        ROTATING
    }

    public record Port(int number, String name, Protocol protocol, PortReference target) {}

    public @Nullable Port port(int number) {
        for (var port : ports) {
            if (port.number() == number) {
                return port;
            }
        }
        return null;
    }

    /// Whether it is of a ServiceEntry.
    public boolean isEntry() {
        return source.family().equals(Entries.FAMILY);
    }

    /// Whether callers in a namespace see it.
    boolean isSeenFrom(String viewer) {
        return exportTo.isEmpty()
                || exportTo.stream()
                        .anyMatch(to ->
                                to.equals("*")
                                        || to.equals(viewer)
                                        || (to.equals(".") && namespace.equals(viewer)));
    }

    /// Whether one of the addresses is many.
    public static boolean isSubnet(String address) {
        return address.indexOf('/') >= 0;
    }

    /// Tells it from every other one, those of the same host name too.
    public String id() {
        return source + " " + hostname;
    }
}
