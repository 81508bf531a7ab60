package dev.serin.local.store;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/// One write, as the store's history keeps it.
///
/// @param before null when the write created the resource
/// @param after null when the write removed it
/// @param last what a watcher is shown: `after`, or the removed resource with the removal's
///   resourceVersion
public record Change(
        long revision, @Nullable Resource before, @Nullable Resource after, Resource last) {
    public ResourceKey key() {
        return Objects.requireNonNull(before == null ? after : before).key();
    }

    public String family() {
        return last.kind().family();
    }
}
