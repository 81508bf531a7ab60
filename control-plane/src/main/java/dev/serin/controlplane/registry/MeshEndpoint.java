package dev.serin.controlplane.registry;

/// One address behind a service's port.
///
/// @param port on which it listens
/// @param region empty where it is not known; so is the zone
public record MeshEndpoint(
        String address, int port, Health health, Workload workload, String region, String zone) {
    /// Whether it should be given requests.
    public enum Health {
        READY,
        /// Ends, and still serves.
        DRAINING,
        NOT_READY
    }
}
