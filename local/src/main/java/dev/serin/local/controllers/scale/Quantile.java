package dev.serin.local.controllers.scale;

import java.util.Map;
import java.util.TreeMap;

/// A share's bound in a histogram, as Prometheus' `histogram_quantile` has it: linear within a
/// bucket.
final class Quantile {
    private Quantile() {}

    /// @param buckets upper bounds to how many are not above them
    /// @return 0 where there is nothing in them
    static double of(Map<Double, Double> buckets, double share) {
        var sorted = new TreeMap<>(buckets);
        var all = sorted.isEmpty() ? 0 : sorted.lastEntry().getValue();
        if (all == 0) {
            return 0;
        }
        var rank = share * all;
        double below = 0;
        double bound = 0;
        for (var bucket : sorted.entrySet()) {
            if (bucket.getValue() >= rank) {
                // In the last, which has no bound, nothing more is known than that it is above.
                if (bucket.getKey().isInfinite()) {
                    return bound;
                }
                var inside = bucket.getValue() - below;
                var part = inside == 0 ? 1 : (rank - below) / inside;
                return bound + (bucket.getKey() - bound) * part;
            }
            below = bucket.getValue();
            bound = bucket.getKey();
        }
        return bound;
    }
}
