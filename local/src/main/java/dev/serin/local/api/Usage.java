package dev.serin.local.api;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/// What pods and the machine have used lately of CPU and memory. Any thread; never blocks.
public interface Usage {
    /// Those of which something is known: a container that has just started is measured a moment
    /// later, and until then its pod is not among them.
    List<OfPod> pods();

    /// Null while it is not known.
    @Nullable OfMachine machine();

    /// Whether anything is measured at all, so that `metrics.k8s.io` is there.
    default boolean known() {
        return true;
    }

    /// @param cores on average over the window
    /// @param bytes of memory at its end: what can't be given back by dropping caches
    record Amount(double cores, long bytes) {}

    /// @param window that ended at `at`
    /// @param containers by name
    record OfPod(
            String namespace,
            String name,
            Instant at,
            Duration window,
            SortedMap<String, Amount> containers) {}

    record OfMachine(Instant at, Duration window, Amount amount) {}

    /// Nothing is measured.
    Usage NONE =
            new Usage() {
                @Override
                public List<OfPod> pods() {
                    return List.of();
                }

                @Override
                public @Nullable OfMachine machine() {
                    return null;
                }

                @Override
                public boolean known() {
                    return false;
                }
            };
}
