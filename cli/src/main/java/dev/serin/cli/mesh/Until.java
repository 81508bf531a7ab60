package dev.serin.cli.mesh;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.source.ConfigSource;
import dev.serin.local.api.ResourceClient;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Waits until something is true of the resources, asking again whenever one of them changes.
/// Blocks the caller.
final class Until implements ConfigSource.Watcher {
    private final Semaphore changes = new Semaphore(0);

    private Until() {}

    /// Whether `condition` became true within `bound`; false also when the thread was interrupted.
    static boolean isTrue(
            ResourceClient client,
            Set<ResourceKind> kinds,
            Duration bound,
            BooleanSupplier condition) {
        var until = new Until();
        var left = bound.toMillis();
        var watch = client.watch(kinds, until);
        try (watch) {
            while (!condition.getAsBoolean()) {
                // A condition may also rest on what no resource tells: look again a few times a
                // second.
                if (left <= 0) {
                    return false;
                }
                var slice = Math.min(left, 200);
                if (until.changes.tryAcquire(slice, TimeUnit.MILLISECONDS)) {
                    until.changes.drainPermits();
                } else {
                    left -= slice;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void changed(Resource resource) {
        changes.release();
    }

    @Override
    public void removed(ResourceKey key) {
        changes.release();
    }

    @Override
    public void synced() {
        changes.release();
    }
}
