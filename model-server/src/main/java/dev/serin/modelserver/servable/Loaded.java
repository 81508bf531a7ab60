package dev.serin.modelserver.servable;

import dev.serin.base.lifecycle.LeftOver;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;

/// A servable that is loaded, with a count of those who use it: requests take a lease, and after
/// [#retire()] the last one to let go closes it. Safe for any thread.
public final class Loaded {
    private final ServableId id;
    private final Servable servable;
    private final Runnable closed;
    private final LeftOver.Held held;

    // The owner's own use is one; at zero the servable is closed and nobody can begin any more.
    private final AtomicInteger uses = new AtomicInteger(1);

    /// @param closed told, on the thread that let go last, after the servable was closed
    Loaded(ServableId id, Servable servable, Runnable closed) {
        this.id = id;
        this.servable = servable;
        this.closed = closed;
        this.held = LeftOver.hold("servable", id.toString());
    }

    /// The right to use the servable until it is closed; null if it has been given up.
    public @Nullable Lease lease() {
        int now = uses.get();
        while (now > 0) {
            if (uses.compareAndSet(now, now + 1)) {
                return new Lease(this);
            }
            now = uses.get();
        }
        return null;
    }

    /// Gives up the owner's use; call once.
    void retire() {
        release();
    }

    private void release() {
        if (uses.decrementAndGet() == 0) {
            servable.close();
            held.release();
            closed.run();
        }
    }

    /// The use of a loaded version by one request. Close it once, on any thread.
    public static final class Lease implements AutoCloseable {
        private final Loaded loaded;

        private Lease(Loaded loaded) {
            this.loaded = loaded;
        }

        public ServableId id() {
            return loaded.id;
        }

        public Servable servable() {
            return loaded.servable;
        }

        @Override
        public void close() {
            loaded.release();
        }
    }
}
