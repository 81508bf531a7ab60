package dev.serin.xds.server;

import dev.serin.xds.ResourceType;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/// What may have changed since the push before, so that a stream looks no further than it must.
///
/// @param types of which anything may have changed
/// @param endpoints names of EDS resources that changed, where ENDPOINT is not among the types
public record Push(Set<ResourceType> types, Set<String> endpoints) {
    static final Push NOTHING = new Push(Set.of(), Set.of());

    public static Push everything() {
        return new Push(EnumSet.allOf(ResourceType.class), Set.of());
    }

    /// Only these clusters' endpoints changed: the short way.
    public static Push endpoints(Set<String> names) {
        return new Push(Set.of(), Set.copyOf(names));
    }

    Push and(Push other) {
        if (isNothing()) {
            return other;
        }
        if (other.isNothing()) {
            return this;
        }
        var both = EnumSet.noneOf(ResourceType.class);
        both.addAll(types);
        both.addAll(other.types);
        var names = new HashSet<>(endpoints);
        names.addAll(other.endpoints);
        return new Push(both, names);
    }

    boolean isNothing() {
        return types.isEmpty() && endpoints.isEmpty();
    }

    boolean touchesRoutes() {
        return types.contains(ResourceType.LISTENER)
                || types.contains(ResourceType.ROUTE)
                || types.contains(ResourceType.CLUSTER)
                || types.contains(ResourceType.EXTENSION_CONFIG);
    }
}
