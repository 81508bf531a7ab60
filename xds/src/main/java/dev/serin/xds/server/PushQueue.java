package dev.serin.xds.server;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;

/// Work that waits, at most one piece a proxy: what comes for a proxy that waits or is being worked
/// on is merged. So a slow proxy costs one entry, and no proxy is worked on by two threads. Any
/// thread may put.
final class PushQueue<P> {
    private final Executor workers;
    private final BiConsumer<P, Push> work;
    private final Map<P, Slot> slots = new HashMap<>();

    /// @param workers run the proxies in the order they came
    /// @param work is called for one proxy by one thread at a time, with what was merged for it
    PushQueue(Executor workers, BiConsumer<P, Push> work) {
        this.workers = workers;
        this.work = work;
    }

    void put(P proxy, Push push) {
        synchronized (this) {
            var slot = slots.get(proxy);
            if (slot != null) {
                slot.pending = slot.pending.and(push);
                slot.again = true;
                return;
            }
            slots.put(proxy, new Slot(push));
        }
        submit(proxy);
    }

    /// Proxies that wait or are being worked on.
    synchronized int size() {
        return slots.size();
    }

    private void run(P proxy) {
        Push push;
        synchronized (this) {
            var slot = slot(proxy);
            push = slot.pending;
            slot.pending = Push.NOTHING;
            slot.again = false;
        }
        try {
            work.accept(proxy, push);
        } finally {
            boolean more;
            synchronized (this) {
                more = slot(proxy).again;
                if (!more) {
                    slots.remove(proxy);
                }
            }
            if (more) {
                submit(proxy);
            }
        }
    }

    private void submit(P proxy) {
        try {
            workers.execute(() -> run(proxy));
        } catch (RejectedExecutionException e) {
            // The server has closed: nobody waits for this work.
            synchronized (this) {
                slots.remove(proxy);
            }
        }
    }

    private Slot slot(P proxy) {
        return Objects.requireNonNull(slots.get(proxy), "only run() removes a slot");
    }

    private static final class Slot {
        private Push pending;
        private boolean again;

        private Slot(Push pending) {
            this.pending = pending;
        }
    }
}
