package dev.serin.proxy.telemetry.metrics;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Histograms of one name.
final class Histograms extends Family<Histogram> {
    private final double[] bounds;

    Histograms(
            String name,
            List<String> labels,
            int bound,
            @Nullable StatName stat,
            double... bounds) {
        super(name, labels, bound, stat);
        this.bounds = bounds.clone();
    }

    @Override
    Histogram fresh() {
        return new Histogram(bounds);
    }

    @Override
    String kind() {
        return "histogram";
    }

    @Override
    void print(StringBuilder out, String labels, Histogram series) {
        var counts = series.cumulative();
        var before = labels.isEmpty() ? "" : labels + ",";
        for (var i = 0; i <= bounds.length; i++) {
            var le = i == bounds.length ? "+Inf" : number(bounds[i]);
            line(out, name() + "_bucket", before + "le=\"" + le + "\"", Long.toString(counts[i]));
        }
        line(out, name() + "_sum", labels, number(series.sum()));
        line(out, name() + "_count", labels, Long.toString(counts[bounds.length]));
    }

    /// As a summary, without buckets.
    @Override
    void printSummary(StringBuilder out, String labels, Histogram series) {
        var before = labels.isEmpty() ? "" : labels + ",";
        var values = series.quantiles();
        for (var i = 0; i < values.length; i++) {
            var quantile = number(Histogram.QUANTILES.get(i) / 100);
            var shown = Double.isNaN(values[i]) ? "NaN" : number(values[i]);
            line(out, name(), before + "quantile=\"" + quantile + "\"", shown);
        }
        line(out, name() + "_sum", labels, number(series.sum()));
        line(out, name() + "_count", labels, Long.toString(series.count()));
    }

    @Override
    void reset(Histogram series) {
        series.reset();
    }

    @Override
    Stat stat(String name, Histogram series) {
        return new Stat(name, Stat.Kind.HISTOGRAM, series.count(), series);
    }
}
