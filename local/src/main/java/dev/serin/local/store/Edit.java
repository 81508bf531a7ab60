package dev.serin.local.store;

import dev.serin.config.Resource;

import org.jspecify.annotations.Nullable;

/// One change of one resource, from what is there to what shall be. Runs on the store's thread,
/// between all other writes, so it must be short and may only compute.
@FunctionalInterface
public interface Edit {
    /// Answers the new state, whose body then belongs to the store; null to remove it; `current`
    /// itself to leave everything as it is. What it throws, the writer's call throws.
    @Nullable Resource apply(@Nullable Resource current);
}
