package dev.serin.base.lifecycle;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Counts what must not outlive its owner: threads, timers, streams, connections, pushes. Product
/// code holds and releases; tests ask [#list()] afterwards that nothing is left.
///
/// This is the product's one static, by intent: it is bookkeeping for tests and `/leftover` pages,
/// never read by logic.
public final class LeftOver {
    private static final Set<Held> ALIVE = ConcurrentHashMap.newKeySet();

    private LeftOver() {}

    /// Notes that `name` of this `kind` is alive until the answer is released.
    public static Held hold(String kind, String name) {
        var held = new Held(kind, name);
        ALIVE.add(held);
        return held;
    }

    /// What is alive now, as `kind name`, sorted.
    public static List<String> list() {
        return ALIVE.stream().map(Held::toString).sorted().toList();
    }

    /// One thing that is alive. Identity counts, not the name.
    public static final class Held {
        private final String kind;
        private final String name;

        private Held(String kind, String name) {
            this.kind = kind;
            this.name = name;
        }

        /// The thing has ended; idempotent.
        public void release() {
            ALIVE.remove(this);
        }

        @Override
        public String toString() {
            return kind + " " + name;
        }
    }
}
