package dev.serin.base.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Ends something in good order: [#start()] tells the watchers to take no new work, [#ended()]
/// completes once every [Part] that was taken before has been closed. Safe for any thread.
public final class Drain {
    private final List<Runnable> watchers = new ArrayList<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private int parts;
    private boolean started;

    /// Work that must end before the drain does. Taking a part after the start is allowed: it is
    /// waited for too.
    public synchronized Part part() {
        parts++;
        return new Part(this);
    }

    /// Runs `watcher` when the drain starts, at once if it has.
    public void onStart(Runnable watcher) {
        synchronized (this) {
            if (!started) {
                watchers.add(watcher);
                return;
            }
        }
        watcher.run();
    }

    public synchronized boolean isStarted() {
        return started;
    }

    /// Starts the drain; idempotent.
    public void start() {
        List<Runnable> told;
        synchronized (this) {
            if (started) {
                return;
            }
            started = true;
            told = List.copyOf(watchers);
            watchers.clear();
        }
        told.forEach(Runnable::run);
        endIfEmpty();
    }

    /// Completes when the drain was started and every part is closed.
    public CompletableFuture<Void> ended() {
        return ended.copy();
    }

    private void close() {
        synchronized (this) {
            parts--;
        }
        endIfEmpty();
    }

    private void endIfEmpty() {
        boolean now;
        synchronized (this) {
            now = started && parts == 0;
        }
        if (now) {
            ended.complete(null);
        }
    }

    /// A piece of work that the drain waits for. Close it once.
    public static final class Part implements AutoCloseable {
        private final Drain drain;
        private boolean closed;

        private Part(Drain drain) {
            this.drain = drain;
        }

        @Override
        public void close() {
            synchronized (this) {
                if (closed) {
                    return;
                }
                closed = true;
            }
            drain.close();
        }
    }
}
