package dev.serin.proxy.telemetry.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/// Counts observations by fixed buckets. Safe for any thread; a reader may see an observation in a
/// bucket that the sum lacks yet.
public final class Histogram {
    /// Those that are shown, in percent.
    public static final List<Double> QUANTILES =
            List.of(0d, 25d, 50d, 75d, 90d, 95d, 99d, 99.5, 99.9, 100d);

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

    void reset() {
        for (var bucket : buckets) {
            bucket.reset();
        }
        sum.reset();
    }

    /// Observations up to each bound, then all.
    public long[] cumulative() {
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

    /// How many observations.
    public long count() {
        var all = 0L;
        for (var bucket : buckets) {
            all += bucket.sum();
        }
        return all;
    }

    /// Upper ends of the buckets, without the last, infinite one.
    public double[] bounds() {
        return bounds.clone();
    }

    /// The values at [#QUANTILES] of all that was observed; NaN if nothing was. What lies between
    /// two bounds is taken to lie evenly.
    public double[] quantiles() {
        var counts = cumulative();
        var all = counts[counts.length - 1];
        var values = new double[QUANTILES.size()];
        for (var i = 0; i < values.length; i++) {
            values[i] =
                    all == 0
                            ? Double.NaN
                            : Math.round(value(counts, all * QUANTILES.get(i) / 100) * 1000)
                                    / 1000d;
        }
        return values;
    }

    private double value(long[] counts, double rank) {
        for (var i = 0; i < counts.length; i++) {
            var before = i == 0 ? 0 : counts[i - 1];
            if (counts[i] > before && counts[i] >= rank) {
                var low = i == 0 ? 0 : bounds[i - 1];
                var high = i == bounds.length ? low : bounds[i];
                return low + (high - low) * Math.max(0, rank - before) / (counts[i] - before);
            }
        }
        return bounds.length == 0 ? 0 : bounds[bounds.length - 1];
    }
}
