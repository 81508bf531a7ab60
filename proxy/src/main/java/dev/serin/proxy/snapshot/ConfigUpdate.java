package dev.serin.proxy.snapshot;

import com.google.protobuf.Any;

import java.util.List;

/// Changed resources of one type, as one discovery response brings them.
///
/// @param typeUrl one of [#LISTENER], [#ROUTE], [#CLUSTER], [#ENDPOINT], [#SECRET]
/// @param removed names
public record ConfigUpdate(String typeUrl, List<Versioned> changed, List<String> removed) {
    public static final String LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener";
    public static final String ROUTE =
            "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
    public static final String CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
    public static final String ENDPOINT =
            "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
    public static final String SECRET =
            "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

    /// The version of what stands in a bootstrap.
    public static final String STATIC = "static";

    /// Whether it is of a bootstrap.
    boolean isStatic() {
        return !changed.isEmpty() && changed.getFirst().version().equals(STATIC);
    }

    /// A resource with the version that the server gave it.
    public record Versioned(String name, String version, Any resource) {}
}
