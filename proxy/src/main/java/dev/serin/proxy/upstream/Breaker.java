package dev.serin.proxy.upstream;

import java.util.concurrent.atomic.AtomicInteger;

/// A bounded count shared by the workers. Any thread.
public class Breaker {
    private final AtomicInteger used = new AtomicInteger();
    private final int limit;

    public Breaker(int limit) {
        this.limit = limit;
    }

    /// How many may be in use now.
    public int limit() {
        return limit;
    }

    /// Takes one if the limit allows.
    public boolean take() {
        if (used.incrementAndGet() > limit()) {
            used.decrementAndGet();
            return false;
        }
        return true;
    }

    /// Takes one whatever the limit.
    public void force() {
        used.incrementAndGet();
    }

    public void give() {
        used.decrementAndGet();
    }

    public int used() {
        return used.get();
    }

    /// Whether no more may be taken.
    public boolean open() {
        return used.get() >= limit();
    }
}
