package dev.serin.local.api;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.source.ConfigSource;
import dev.serin.local.store.Listing;
import dev.serin.local.store.Store;
import dev.serin.local.store.StoreWatch;
import dev.serin.local.store.TooOldException;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/// Tells one watcher of the store's changes on a thread of its own. A watcher that was too slow for
/// the store's bounded history is told what has changed since, from a new list.
final class Feed implements ConfigSource.Watch {
    private static final Duration WAIT = Duration.ofHours(1);

    private final Store store;
    private final Set<String> families;
    private final ConfigSource.Watcher watcher;
    private final Map<ResourceKey, String> told = new HashMap<>();
    private final LeftOver.Held held;
    private final Thread thread;
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

    private enum State {
        IDLE,
        CALLING,
        CLOSED
    }

    Feed(Store store, Set<String> families, ConfigSource.Watcher watcher) {
        this.store = store;
        this.families = families;
        this.watcher = watcher;
        this.held = LeftOver.hold("feed", families.toString());
        this.thread = Thread.ofVirtual().name("feed").start(this::run);
    }

    /// A call that runs already is let end, uninterrupted.
    @Override
    public void close() {
        if (state.getAndSet(State.CLOSED) == State.IDLE) {
            thread.interrupt();
        }
    }

    private void run() {
        try {
            var first = true;
            while (!isClosed()) {
                var started = store.start(families);
                try (var watch = started.watch()) {
                    catchUp(started.listing());
                    if (first) {
                        tell(watcher::synced);
                        first = false;
                    }
                    follow(watch);
                } catch (TooOldException e) {
                    // Cut off: begin again from a new list.
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        } finally {
            held.release();
        }
    }

    private void catchUp(Listing listing) {
        var gone = new HashSet<>(told.keySet());
        for (var resource : listing.resources()) {
            gone.remove(resource.key());
            if (!resource.resourceVersion().equals(told.get(resource.key()))) {
                changed(resource);
            }
        }
        gone.forEach(this::removed);
    }

    private void follow(StoreWatch watch) throws InterruptedException {
        while (!isClosed()) {
            var change = watch.next(WAIT);
            if (change == null) {
                continue;
            }
            if (change.after() == null) {
                removed(change.key());
            } else {
                changed(change.after());
            }
        }
    }

    private void changed(Resource resource) {
        told.put(resource.key(), resource.resourceVersion());
        tell(() -> watcher.changed(resource));
    }

    private void removed(ResourceKey key) {
        told.remove(key);
        tell(() -> watcher.removed(key));
    }

    private void tell(Runnable call) {
        if (!state.compareAndSet(State.IDLE, State.CALLING)) {
            return;
        }
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            // A watcher that fails once is told the next change all the same.
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        } finally {
            state.compareAndSet(State.CALLING, State.IDLE);
        }
    }

    private boolean isClosed() {
        return state.get() == State.CLOSED;
    }
}
