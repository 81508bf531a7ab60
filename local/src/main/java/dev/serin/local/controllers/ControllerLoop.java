package dev.serin.local.controllers;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.time.Backoff;
import dev.serin.base.time.Timers;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.source.ConfigSource;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/// Runs one [Controller]: a queue of keys without doubles, one at a time on one thread. A key that
/// is woken while it is worked on comes again; one that failed comes again after 50 ms to 30 s.
/// Everything here belongs to that thread; the watch and the timers only hand it tasks.
public final class ControllerLoop implements AutoCloseable {
    private static final Duration FIRST_WAIT = Duration.ofMillis(50);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final Controller controller;
    private final Executor owner;
    private final Timers timers;
    private final Draw jitter;
    private final ControllerObserver observer;
    private final ConfigSource.Watch watch;
    private final LeftOver.Held held;
    private final Map<ResourceKey, Resource> seen = new HashMap<>();
    private final LinkedHashSet<ResourceKey> waiting = new LinkedHashSet<>();
    private final Map<ResourceKey, Backoff> failing = new HashMap<>();
    private final Map<ResourceKey, Timers.Timer> later = new HashMap<>();
    private boolean scheduled;
    private volatile boolean closed;

    /// Starts at once.
    ///
    /// @param owner one thread, which may be shared between loops
    public ControllerLoop(
            Controller controller,
            ResourceClient client,
            Executor owner,
            Timers timers,
            Draws draws,
            ControllerObserver observer) {
        this.controller = controller;
        this.owner = owner;
        this.timers = timers;
        this.jitter = draws.named("controller-backoff");
        this.observer = observer;
        this.held = LeftOver.hold("controller", controller.name());
        this.watch = client.watch(controller.watches(), new Changes());
    }

    /// After this no round starts; one that is running ends.
    @Override
    public void close() {
        closed = true;
        watch.close();
        hand(() -> {
            later.values().forEach(Timers.Timer::cancel);
            later.clear();
        });
        held.release();
    }

    private void hand(Runnable task) {
        try {
            owner.execute(task);
        } catch (RejectedExecutionException e) {
            // The owner was closed first: nothing runs any more, which is what closing means.
            closed = true;
        }
    }

    private void wake(ResourceKey key) {
        if (closed) {
            return;
        }
        waiting.add(key);
        if (!scheduled) {
            scheduled = true;
            hand(this::next);
        }
    }

    // One key a task, so that loops that share a thread take turns.
    private void next() {
        scheduled = false;
        if (closed || waiting.isEmpty()) {
            return;
        }
        var key = waiting.removeFirst();
        var before = later.remove(key);
        if (before != null) {
            before.cancel();
        }
        try {
            var again = controller.reconcile(key);
            failing.remove(key);
            if (again != null) {
                wakeAfter(key, again);
            }
            observer.reconciled(controller.name(), key);
        } catch (RuntimeException e) {
            var wait =
                    failing.computeIfAbsent(key, _ -> new Backoff(FIRST_WAIT, LONGEST_WAIT, jitter))
                            .next();
            wakeAfter(key, wait);
            observer.failed(controller.name(), key, e, wait);
        }
        if (!waiting.isEmpty() && !scheduled) {
            scheduled = true;
            hand(this::next);
        }
    }

    private void wakeAfter(ResourceKey key, Duration wait) {
        later.put(key, timers.after(wait, () -> hand(() -> wake(key))));
    }

    private void told(ResourceKey key, @Nullable Resource now) {
        if (closed) {
            return;
        }
        var before = now == null ? seen.remove(key) : seen.put(key, now);
        var keys = new ArrayList<ResourceKey>();
        if (before != null) {
            keys.addAll(controller.wakes(before));
        }
        if (now != null) {
            keys.addAll(controller.wakes(now));
        }
        keys.forEach(this::wake);
    }

    private final class Changes implements ConfigSource.Watcher {
        @Override
        public void changed(Resource resource) {
            hand(() -> told(resource.key(), resource));
        }

        @Override
        public void removed(ResourceKey key) {
            hand(() -> told(key, null));
        }

        @Override
        public void synced() {}
    }
}
