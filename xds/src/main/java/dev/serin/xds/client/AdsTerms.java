package dev.serin.xds.client;

import dev.serin.xds.ResourceType;

import io.envoyproxy.envoy.config.core.v3.Node;

import java.util.Set;

/// Who asks, for what as a whole, and in which form.
///
/// @param whole types of which everything is asked for; the others by name
public record AdsTerms(Node node, Form form, Set<ResourceType> whole) {
    /// What a sidecar asks for: all clusters, all listeners.
    public static final Set<ResourceType> USUAL =
            Set.of(ResourceType.CLUSTER, ResourceType.LISTENER);

    /// A form of the protocol.
    public enum Form {
        /// Each response says what changed.
        DELTA,
        /// Each response of clusters or listeners holds all of them.
        STATE_OF_THE_WORLD
    }

    Dialect<?, ?> dialect() {
        return switch (form) {
            case DELTA -> new DeltaDialect();
            case STATE_OF_THE_WORLD -> new WorldDialect();
        };
    }
}
