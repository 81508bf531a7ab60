package dev.serin.proxy.worker;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.util.function.DoubleSupplier;

/// The share of this process's memory that is in use: of buffers or of the heap, whichever is
/// larger.
final class Memory implements DoubleSupplier {
    /// Below it the heap is not asked further: much of it may be garbage.
    private static final double SUSPICION = 0.75;

    private final long most;

    Memory() {
        this(0);
    }

    /// @param most octets of heap and buffers together; 0 for what the process may have of each
    Memory(long most) {
        this.most = most;
    }

    @Override
    public double getAsDouble() {
        if (most > 0) {
            return together();
        }
        var most = PlatformDependent.maxDirectMemory();
        var buffers = (double) PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() / most;
        return Math.max(buffers, heap());
    }

    private double together() {
        var runtime = Runtime.getRuntime();
        var buffers = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
        var taken = (double) (runtime.totalMemory() - runtime.freeMemory() + buffers) / most;
        return taken < SUSPICION
                ? taken
                : (afterCollection() * runtime.maxMemory() + buffers) / most;
    }

    private static double heap() {
        var runtime = Runtime.getRuntime();
        var taken = (double) (runtime.totalMemory() - runtime.freeMemory()) / runtime.maxMemory();
        return taken < SUSPICION ? taken : afterCollection();
    }

    /// What was left in the old generation by its last collection.
    private static double afterCollection() {
        var share = 0.0;
        for (var pool : ManagementFactory.getMemoryPoolMXBeans()) {
            var name = pool.getName();
            var left = pool.getCollectionUsage();
            if (pool.getType() == MemoryType.HEAP
                    && left != null
                    && left.getMax() > 0
                    && (name.contains("Tenured") || name.contains("Old"))) {
                share = Math.max(share, (double) left.getUsed() / left.getMax());
            }
        }
        return share;
    }
}
