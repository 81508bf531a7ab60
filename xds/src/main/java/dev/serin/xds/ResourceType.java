package dev.serin.xds;

import org.jspecify.annotations.Nullable;

/// A type of xDS resource, in the order a server makes before it breaks: clusters, their endpoints,
/// secrets, then the listeners and routes that name them.
public enum ResourceType {
    CLUSTER("CDS", "envoy.config.cluster.v3.Cluster"),
    ENDPOINT("EDS", "envoy.config.endpoint.v3.ClusterLoadAssignment"),
    SECRET("SDS", "envoy.extensions.transport_sockets.tls.v3.Secret"),
    LISTENER("LDS", "envoy.config.listener.v3.Listener"),
    ROUTE("RDS", "envoy.config.route.v3.RouteConfiguration"),
    EXTENSION_CONFIG("ECDS", "envoy.config.core.v3.TypedExtensionConfig");

    private final String abbreviation;
    private final String typeUrl;

    ResourceType(String abbreviation, String message) {
        this.abbreviation = abbreviation;
        this.typeUrl = "type.googleapis.com/" + message;
    }

    /// `CDS`, `EDS` and so on, as people say it.
    public String abbreviation() {
        return abbreviation;
    }

    public String typeUrl() {
        return typeUrl;
    }

    /// The type with this URL, or null for one that Serin does not speak.
    public static @Nullable ResourceType of(String typeUrl) {
        for (var type : values()) {
            if (type.typeUrl.equals(typeUrl)) {
                return type;
            }
        }
        return null;
    }
}
