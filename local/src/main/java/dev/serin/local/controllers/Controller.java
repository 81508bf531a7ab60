package dev.serin.local.controllers;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Collection;
import java.util.Set;

/// Moves one thing at a time towards what is written, from whatever state it is in. It reads the
/// present through the API and never trusts the change that woke it, so that a missed or doubled
/// wake-up costs nothing. Owned by the thread of its [ControllerLoop].
public interface Controller {
    /// For logs: `deployment`.
    String name();

    Set<ResourceKind> watches();

    /// What has to be looked at again because this resource is there, has changed or has gone (then
    /// it is the last that was seen of it).
    Collection<ResourceKey> wakes(Resource resource);

    /// Does what is missing; what it throws is tried again with growing waits.
    ///
    /// @return when to look again though nothing changes; null: not before something does
    @Nullable Duration reconcile(ResourceKey key);
}
