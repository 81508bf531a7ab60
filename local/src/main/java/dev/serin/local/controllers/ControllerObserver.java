package dev.serin.local.controllers;

import dev.serin.config.ResourceKey;

import java.time.Duration;

/// What the controllers tell of their work, for logs and meters. Called on the controllers'
/// threads.
public interface ControllerObserver {
    /// A round ended well.
    default void reconciled(String controller, ResourceKey key) {}

    /// A round failed and comes again; a conflict of two writers is such a failure and harmless.
    default void failed(
            String controller, ResourceKey key, RuntimeException cause, Duration again) {}

    /// An event for `kubectl describe` could not be written; nothing depends on it.
    default void eventLost(ResourceKey about, String reason, RuntimeException cause) {}
}
