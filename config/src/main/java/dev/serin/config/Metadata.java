package dev.serin.config;

import java.time.Instant;
import java.util.Map;

/// Who a typed record is: what its reader may need of the resource's metadata. It has no
/// resourceVersion on purpose, so that a write that changes nothing else leaves the record equal.
///
/// @param created the epoch for a resource that was never stored
public record Metadata(
        ResourceKey key,
        Map<String, String> labels,
        Map<String, String> annotations,
        Instant created,
        String uid,
        long generation) {
    public static Metadata from(Resource resource) {
        return new Metadata(
                resource.key(),
                Map.copyOf(resource.labels()),
                Map.copyOf(resource.annotations()),
                resource.created(),
                resource.uid(),
                resource.generation());
    }

    public String name() {
        return key.name();
    }

    /// Empty for cluster-scoped kinds.
    public String namespace() {
        return key.namespace();
    }
}
