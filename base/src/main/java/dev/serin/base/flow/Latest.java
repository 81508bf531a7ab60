package dev.serin.base.flow;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// The newest value of something, published by one owner and read by anyone with one volatile read.
/// Watchers run on the owner's thread, in the order they were added.
public final class Latest<T> {
    private final List<Consumer<? super T>> watchers = new CopyOnWriteArrayList<>();
    private volatile T value;

    public Latest(T first) {
        value = first;
    }

    public T get() {
        return value;
    }

    /// Publishes; owner thread only.
    public void set(T next) {
        value = next;
        watchers.forEach(w -> w.accept(next));
    }

    /// Tells `watcher` of every later value; close the answer to stop.
    public Watch watch(Consumer<? super T> watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /// A watch that can be ended.
    public interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
