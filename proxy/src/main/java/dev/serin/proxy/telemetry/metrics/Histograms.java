package dev.serin.proxy.telemetry.metrics;

import java.util.List;

/// Histograms of one name.
final class Histograms extends Family<Histogram> {
    private final double[] bounds;

    Histograms(String name, List<String> labels, int bound, double... bounds) {
        super(name, labels, bound);
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

    @Override
    String plain(Histogram series) {
        var counts = series.cumulative();
        return "count " + counts[bounds.length] + " sum " + number(series.sum());
    }
}
