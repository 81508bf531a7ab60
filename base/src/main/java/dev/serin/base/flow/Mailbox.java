package dev.serin.base.flow;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;

/// Hands changes to one reader, the newest of each key only: while the reader is busy, two changes
/// of a key become one by `merge`. So a slow reader is never more than one round behind. Any thread
/// may put.
public final class Mailbox<K, V> {
    private final Executor reader;
    private final BinaryOperator<V> merge;
    private final Consumer<Map<K, V>> take;
    private Map<K, V> waiting = new LinkedHashMap<>();
    private boolean scheduled;

    /// @param reader runs `take`, one batch at a time
    /// @param merge of the waiting value and the newer one
    public Mailbox(Executor reader, BinaryOperator<V> merge, Consumer<Map<K, V>> take) {
        this.reader = reader;
        this.merge = merge;
        this.take = take;
    }

    public void put(K key, V value) {
        synchronized (this) {
            waiting.merge(key, value, merge);
            if (scheduled) {
                return;
            }
            scheduled = true;
        }
        reader.execute(this::deliver);
    }

    private void deliver() {
        Map<K, V> batch;
        synchronized (this) {
            batch = waiting;
            waiting = new LinkedHashMap<>();
            scheduled = false;
        }
        if (!batch.isEmpty()) {
            take.accept(batch);
        }
    }
}
