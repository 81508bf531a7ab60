package dev.serin.controlplane.registry;

import dev.serin.config.kubernetes.PortReference;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// A service as callers see it.
///
/// @param hostname its full name, for instance `web.shop.svc.cluster.local`
/// @param addresses virtual ones; empty unless `resolution` is VIRTUAL
/// @param externalName where an EXTERNAL one is
/// @param ports of TCP, in the order written
/// @param exportTo namespaces that see it, empty: all
public record MeshService(
        String hostname,
        String namespace,
        String name,
        Resolution resolution,
        List<String> addresses,
        String externalName,
        List<Port> ports,
        Map<String, String> selector,
        List<String> exportTo,
        boolean publishesNotReady,
        Instant created) {
    /// How a caller finds the hosts behind the name.
    public enum Resolution {
        /// Balanced over its endpoints.
        VIRTUAL,
        /// The caller has chosen a pod by DNS.
        HEADLESS,
        /// A DNS name elsewhere.
        EXTERNAL
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
}
