package dev.serin.proxy.telemetry.metrics;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// All metrics of one proxy. A series is looked up once, by whoever counts, and kept: counting is
/// one addition on a striped adder. Safe for any thread.
///
/// Labels may come from a peer, so each family has a bound of series; what goes beyond is counted
/// in one series whose labels all read `overflow`.
public final class Metrics {
    private final Map<String, Family<?>> families = new ConcurrentSkipListMap<>();
    private final int seriesBound;
    private volatile @Nullable Predicate<Stat> shown;

    /// @param seriesBound of each family
    public Metrics(int seriesBound) {
        this.seriesBound = seriesBound;
    }

    /// Only these are shown from now on, by their whole names; all are counted.
    public void show(Predicate<String> names) {
        shown = stat -> names.test(stat.name());
    }

    /// The counters of this name, made at the first call.
    public Family<LongAdder> counters(String name, List<String> labels) {
        return family(new Counters(name, labels, seriesBound, null));
    }

    /// The histograms of this name, made at the first call.
    ///
    /// @param bounds upper ends of the buckets, ascending, without the last, infinite one
    public Family<Histogram> histograms(String name, List<String> labels, double... bounds) {
        return family(new Histograms(name, labels, seriesBound, null, bounds));
    }

    /// The gauges of this name, made at the first call.
    public Family<LongAdder> gauges(String name, List<String> labels) {
        return family(new Gauges(name, labels, seriesBound, null));
    }

    /// The counters of one of Envoy's statistics.
    public Family<LongAdder> counters(StatName stat) {
        return family(new Counters(stat.metric(), stat.labels(), seriesBound, stat));
    }

    /// The gauges of one of Envoy's statistics: who counts up counts down again.
    public Family<LongAdder> gauges(StatName stat) {
        return family(new Gauges(stat.metric(), stat.labels(), seriesBound, stat));
    }

    /// The histograms of one of Envoy's statistics.
    public Family<Histogram> histograms(StatName stat, double... bounds) {
        return family(new Histograms(stat.metric(), stat.labels(), seriesBound, stat, bounds));
    }

    /// A single value that is asked for when it is read.
    public void gauge(String name, LongSupplier value) {
        families.put(name, new AskedGauges(name, null, value));
    }

    /// One of Envoy's statistics without tags that is asked for when it is read.
    public void gauge(StatName stat, LongSupplier value) {
        families.put(stat.metric(), new AskedGauges(stat.metric(), stat, value));
    }

    /// One of Envoy's statistics of which all series are asked for when it is read.
    ///
    /// @param values by the labels' values
    public void gauges(StatName stat, Supplier<Map<List<String>, Long>> values) {
        families.put(
                stat.metric() + " " + String.join(",", stat.labels()),
                new AskedSeries(stat, values));
    }

    /// Counts from 0 again. As Envoy's `/reset_counters`.
    public void reset() {
        families.values().forEach(Family::reset);
    }

    /// Prometheus' text, version 0.0.4.
    public String text() {
        return text(null, false);
    }

    /// The same of the series that are wanted.
    ///
    /// @param wanted null for all
    /// @param summary whether histograms are shown by quantiles in the place of buckets
    public String text(@Nullable Predicate<Stat> wanted, boolean summary) {
        var always = shown;
        var both = always == null ? wanted : wanted == null ? always : always.and(wanted);
        var text = new StringBuilder(64 << 10);
        var before = "";
        for (var family : families.values()) {
            before = family.print(text, before, both, summary);
        }
        return text.toString();
    }

    /// All series as they stand now, in the order of their names.
    public List<Stat> stats() {
        var stats = new ArrayList<Stat>();
        families.values().forEach(f -> f.stats(stats));
        var always = shown;
        if (always != null) {
            stats.removeIf(always.negate());
        }
        stats.sort(Comparator.comparing(Stat::name));
        return stats;
    }

    /// A name may have series with other labels too: each set of labels is a family.
    private static String key(Family<?> family) {
        return family.labels().isEmpty()
                ? family.name()
                : family.name() + " " + String.join(",", family.labels());
    }

    @SuppressWarnings("unchecked") // the name decides the kind: a clash is refused below
    private <S> Family<S> family(Family<S> fresh) {
        var known = families.putIfAbsent(key(fresh), fresh);
        if (known == null) {
            return fresh;
        }
        if (known.getClass() != fresh.getClass()) {
            throw new IllegalArgumentException(
                    "metric " + fresh.name() + " exists as a " + known.kind());
        }
        return (Family<S>) known;
    }
}
