package dev.serin.local.api;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.source.ConfigSource;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// The API without the wire, for what runs in the same process (controllers, the node, the control
/// plane): the same defaulting, validation, admission and store as a request of kubectl's. Safe for
/// any thread; calls may block on a webhook or on the disk. Every write throws [Refusal] with the
/// API's own status when it is refused.
public interface ResourceClient extends ConfigSource {
    @Nullable Resource get(ResourceKey key);

    /// @param namespace null for all
    /// @param labels every one of which must be equal; empty for all
    List<Resource> list(ResourceKind kind, @Nullable String namespace, Map<String, String> labels);

    Resource create(Resource resource);

    /// Replaces all but the status; a stale resourceVersion is refused (409), an empty one is not
    /// compared.
    Resource update(Resource resource);

    /// Replaces the status only, by the same rule of resourceVersion.
    Resource updateStatus(Resource resource);

    /// Starts the deletion; a pod stays, with a deletionTimestamp, until the node has ended it and
    /// deletes it with grace 0. Deleting what is not there is no error.
    ///
    /// @param graceSeconds null for the kind's own
    void delete(ResourceKey key, @Nullable Integer graceSeconds);
}
