package dev.serin.local.store;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// One reader's place in the sequence of changes. Changes wait in a bounded queue of its own; a
/// reader that lets it fill is cut off and learns so by [TooOldException]. One thread reads, any
/// may close.
public final class StoreWatch implements AutoCloseable {
    private final Store store;
    private final Set<String> families;
    private final BlockingQueue<Change> queue;
    private final long from;
    private volatile boolean cut;
    private volatile long seen;

    StoreWatch(Store store, Set<String> families, int capacity, long from) {
        this.store = store;
        this.families = Set.copyOf(families);
        this.queue = new ArrayBlockingQueue<>(capacity);
        this.from = from;
        this.seen = from;
    }

    /// The next change, or null when `wait` passes without one.
    ///
    /// @throws TooOldException when the reader was too slow
    public @Nullable Change next(Duration wait) throws InterruptedException {
        var change = queue.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
        if (change != null) {
            seen = change.revision();
            return change;
        }
        if (cut) {
            throw new TooOldException(seen, store.revision());
        }
        return null;
    }

    /// The next change if it is there already, else null. Reader thread only.
    public @Nullable Change ready() {
        var change = queue.poll();
        if (change != null) {
            seen = change.revision();
        }
        return change;
    }

    /// Every change of these families up to this revision has been handed to the reader: what a
    /// bookmark may say. Reader thread only.
    public long caughtUpTo() {
        return store.caughtUpTo(this);
    }

    @Override
    public void close() {
        store.forget(this);
    }

    /// Under the store's lock.
    void offer(Change change) {
        if (!cut
                && change.revision() > from
                && families.contains(change.family())
                && !queue.offer(change)) {
            cut = true;
        }
    }

    boolean isEmpty() {
        return queue.isEmpty() && !cut;
    }

    long seen() {
        return seen;
    }
}
