package dev.serin.base.lifecycle;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Whether a component is ready, as a list of named things that it still waits for. Ready once all
/// are done, and from then on. Safe for any thread; watchers run on the thread of the last `done`.
public final class Readiness {
    private final Set<String> waiting = new LinkedHashSet<>();
    private final List<Runnable> watchers = new ArrayList<>();

    /// Adds a thing to wait for; call the answer once when it is done.
    public synchronized Runnable await(String name) {
        waiting.add(name);
        return () -> done(name);
    }

    public synchronized boolean isReady() {
        return waiting.isEmpty();
    }

    /// What is still missing, in the order it was added.
    public synchronized List<String> missing() {
        return List.copyOf(waiting);
    }

    /// Runs `watcher` once when ready: at once if that is already so.
    public void whenReady(Runnable watcher) {
        synchronized (this) {
            if (!waiting.isEmpty()) {
                watchers.add(watcher);
                return;
            }
        }
        watcher.run();
    }

    private void done(String name) {
        List<Runnable> told;
        synchronized (this) {
            if (!waiting.remove(name) || !waiting.isEmpty()) {
                return;
            }
            told = List.copyOf(watchers);
            watchers.clear();
        }
        told.forEach(Runnable::run);
    }
}
