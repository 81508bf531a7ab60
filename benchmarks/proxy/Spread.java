import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// The median of some figures, and between which two it lies: the bootstrap's 95 % interval.
record Spread(double median, double low, double high) {
    private static final int DRAWS = 2000;

    /// @param figures NaN is none
    static Spread of(List<Double> figures) {
        var known = figures.stream().mapToDouble(d -> d).filter(Double::isFinite).toArray();
        if (known.length == 0) {
            return new Spread(Double.NaN, Double.NaN, Double.NaN);
        }
        var draws = new Random(1);
        var medians = new double[DRAWS];
        for (var i = 0; i < DRAWS; i++) {
            medians[i] = median(draws.ints(known.length, 0, known.length).mapToDouble(at -> known[at]).toArray());
        }
        Arrays.sort(medians);
        return new Spread(median(known), medians[DRAWS / 40], medians[DRAWS - 1 - DRAWS / 40]);
    }

    private static double median(double[] figures) {
        var sorted = figures.clone();
        Arrays.sort(sorted);
        var half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    boolean known() {
        return Double.isFinite(median);
    }

    @Override
    public String toString() {
        return known() ? String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", median, low, high) : "–";
    }
}
