package dev.serin.config.source;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.Executor;

/// Resources held in memory: for tests, and for configuration that is made by the program itself.
public final class FixedSource implements ConfigSource {
    private final Executor owner;
    private final Watchers watchers = new Watchers();

    /// @param owner runs every call of the watchers, one at a time and in order: an
    ///   [dev.serin.base.flow.Owner], or `Runnable::run` where one thread does everything
    public FixedSource(Executor owner, Collection<Resource> resources) {
        this.owner = owner;
        owner.execute(() -> {
            resources.forEach(watchers::put);
            watchers.sync();
        });
    }

    @Override
    public Watch watch(Set<ResourceKind> kinds, Watcher watcher) {
        var watching = new Watchers.Watching(kinds, watcher);
        owner.execute(() -> watchers.add(watching));
        return watching;
    }

    /// Adds or changes; telling nobody if it is the same as before.
    public void put(Resource resource) {
        owner.execute(() -> watchers.put(resource));
    }

    public void remove(ResourceKey key) {
        owner.execute(() -> watchers.remove(key));
    }
}
