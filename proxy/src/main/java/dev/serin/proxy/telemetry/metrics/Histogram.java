package dev.serin.proxy.telemetry.metrics;

import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/// Counts observations by fixed buckets. Safe for any thread; a reader may see an observation in a
/// bucket that the sum lacks yet.
public final class Histogram {
    private static final double[] QUANTILES = {0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100};

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

    /// As Envoy's `/stats` prints a histogram, `P50(now,ever)`: there are no intervals here, so
    /// both are of all that was observed. What lies between two bounds is taken to lie evenly.
    String quantiles() {
        var counts = cumulative();
        var all = counts[counts.length - 1];
        if (all == 0) {
            return "No recorded values";
        }
        var text = new StringBuilder();
        for (var quantile : QUANTILES) {
            var value =
                    Family.number(Math.round(value(counts, all * quantile / 100) * 1000) / 1000d);
            text.append(text.isEmpty() ? "" : " ")
                    .append('P')
                    .append(Family.number(quantile))
                    .append('(')
                    .append(value)
                    .append(',')
                    .append(value)
                    .append(')');
        }
        return text.toString();
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
