package dev.serin.controlplane.registry;

import java.util.Map;

/// One address behind a service's port.
///
/// @param address an address, or a name where DNS is asked
/// @param port on which it listens
/// @param weight its share relative to its siblings
public record MeshEndpoint(
        String address, int port, Health health, Workload workload, Place place, int weight) {
    /// Whether its workload has all of these labels.
    public boolean has(Map<String, String> labels) {
        return workload.labels().entrySet().containsAll(labels.entrySet());
    }

    /// Whether it should be given requests.
    public enum Health {
        READY,
        /// Ends, and still serves.
        DRAINING,
        NOT_READY
    }
}
