package dev.serin.config.source;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;

import java.util.Set;

/// A live list of resources. What is true of one source is true of all (contract test
/// `ConfigSourceContract`): after [#watch] each resource that is there is told once, then
/// [Watcher#synced()], then every change in order.
public interface ConfigSource {
    /// Watches these kinds (of any served version of the group) in all namespaces. Calls come one
    /// at a time, on one thread of the source's; close the answer to stop, after which no call
    /// starts.
    Watch watch(Set<ResourceKind> kinds, Watcher watcher);

    /// What a watching component is told.
    interface Watcher {
        /// The resource was there at the start, was added, or has changed; it is complete and must
        /// not be altered.
        void changed(Resource resource);

        void removed(ResourceKey key);

        /// Everything that was there at the start has been told; called once.
        void synced();
    }

    /// A watch that can be ended.
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
