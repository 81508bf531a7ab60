package dev.serin.proxy.telemetry.metrics;

import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/// Counts observations by fixed buckets. Safe for any thread; a reader may see an observation in a
/// bucket that the sum lacks yet.
public final class Histogram {
    private final double[] bounds;
    private final LongAdder[] buckets;
    private final DoubleAdder sum = new DoubleAdder();

    Histogram(double[] bounds) {
        this.bounds = bounds;
        this.buckets = new LongAdder[bounds.length + 1];
        Arrays.setAll(buckets, _ -> new LongAdder());
    }

    /// One that nobody reads.
    public static Histogram nowhere() {
        return new Histogram(new double[0]);
    }

    public void observe(double value) {
        var at = 0;
        while (at < bounds.length && value > bounds[at]) {
            at++;
        }
        buckets[at].increment();
        sum.add(value);
    }

    /// Observations up to each bound, then all.
    long[] cumulative() {
        var counts = new long[buckets.length];
        var all = 0L;
        for (var i = 0; i < buckets.length; i++) {
            all += buckets[i].sum();
            counts[i] = all;
        }
        return counts;
    }

    double sum() {
        return sum.sum();
    }
}
