package dev.serin.proxy.telemetry;

import dev.serin.proxy.telemetry.metrics.Family;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/// Counters by status or by class of status, each made when it is first needed. Any thread.
final class StatusCounters {
    private final AtomicReferenceArray<@Nullable LongAdder> counters =
            new AtomicReferenceArray<>(600);
    private final Family<LongAdder> family;
    private final String of;
    private final int divisor;

    /// @param of the value of the first label; the status is the second
    /// @param divisor 1 for statuses, 100 for their classes
    StatusCounters(Family<LongAdder> family, String of, int divisor) {
        this.family = family;
        this.of = of;
        this.divisor = divisor;
    }

    void count(int status) {
        if (status >= 100 && status <= 599) {
            make(status).increment();
        }
    }

    LongAdder make(int status) {
        var at = status / divisor;
        var counter = counters.get(at);
        if (counter == null) {
            counter = family.of(of, Integer.toString(at));
            counters.set(at, counter);
        }
        return counter;
    }
}
