package dev.serin.controlplane.registry;

/// One address behind a service's port.
///
/// @param port on which it listens
public record MeshEndpoint(
        String address, int port, Health health, Workload workload, Place place) {
    /// Whether it should be given requests.
    public enum Health {
        READY,
        /// Ends, and still serves.
        DRAINING,
        NOT_READY
    }
}
