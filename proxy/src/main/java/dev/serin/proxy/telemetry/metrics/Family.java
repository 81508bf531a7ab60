package dev.serin.proxy.telemetry.metrics;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/// The series of one name, by the values of their labels.
///
/// @param <S> what counts
public abstract sealed class Family<S>
        permits AskedGauges, AskedSeries, Counters, Gauges, Histograms {
    private final String name;
    private final List<String> labels;
    private final int bound;
    private final @Nullable StatName stat;
    private final Map<List<String>, S> series = new ConcurrentHashMap<>();

    /// @param stat null for one that is not Envoy's
    Family(String name, List<String> labels, int bound, @Nullable StatName stat) {
        this.name = name;
        this.labels = List.copyOf(labels);
        this.bound = bound;
        this.stat = stat;
    }

    /// The series with these values, in the order of the labels. Keep it: this is a look-up.
    public S of(List<String> values) {
        var known = series.get(values);
        if (known != null) {
            return known;
        }
        if (values.size() != labels.size()) {
            throw new IllegalArgumentException(
                    name + ": " + values.size() + " values (expected: " + labels.size() + ")");
        }
        var kept =
                series.size() < bound
                        ? List.copyOf(values)
                        : Collections.nCopies(labels.size(), "overflow");
        return series.computeIfAbsent(kept, _ -> fresh());
    }

    /// The series with these values.
    public S of(String... values) {
        return of(List.of(values));
    }

    /// Brings the series to the present before they are read; as a rule they are.
    void refresh() {}

    /// Takes the place of all series.
    void replace(Map<List<String>, S> next) {
        series.keySet().retainAll(next.keySet());
        series.putAll(next);
    }

    String name() {
        return name;
    }

    List<String> labels() {
        return labels;
    }

    abstract S fresh();

    abstract String kind();

    abstract void print(StringBuilder out, String labels, S series);

    abstract Stat stat(String name, S series);

    /// The same where histograms are shown as summaries.
    void printSummary(StringBuilder out, String labels, S series) {
        print(out, labels, series);
    }

    abstract void reset(S series);

    /// Counts from 0 again.
    void reset() {
        series.values().forEach(this::reset);
    }

    /// @param before the name whose type was told last
    /// @param wanted which series are printed; null for all
    /// @return the same, after this
    String print(
            StringBuilder out, String before, @Nullable Predicate<Stat> wanted, boolean summary) {
        refresh();
        var last = before;
        for (var entry : series.entrySet()) {
            var values = entry.getKey();
            var one = entry.getValue();
            if (wanted != null && !wanted.test(stat(whole(values), one))) {
                continue;
            }
            if (!name.equals(last)) {
                var shown = summary && kind().equals("histogram") ? "summary" : kind();
                out.append("# TYPE ").append(name).append(' ').append(shown).append('\n');
                last = name;
            }
            if (summary) {
                printSummary(out, labelText(values), one);
            } else {
                print(out, labelText(values), one);
            }
        }
        return last;
    }

    void stats(List<Stat> into) {
        refresh();
        series.forEach((values, one) -> into.add(stat(whole(values), one)));
    }

    private String whole(List<String> values) {
        if (stat != null) {
            return stat.filled(values);
        }
        return labels.isEmpty() ? name : name + "{" + labelText(values) + "}";
    }

    /// `a="x",b="y"`, escaped as Prometheus wants it.
    private String labelText(List<String> values) {
        var text = new StringBuilder();
        for (var i = 0; i < values.size(); i++) {
            text.append(i == 0 ? "" : ",").append(labels.get(i)).append("=\"");
            var value = values.get(i);
            for (var at = 0; at < value.length(); at++) {
                var c = value.charAt(at);
                switch (c) {
                    case '\\' -> text.append("\\\\");
                    case '"' -> text.append("\\\"");
                    case '\n' -> text.append("\\n");
                    default -> text.append(c);
                }
            }
            text.append('"');
        }
        return text.toString();
    }

    static void line(StringBuilder out, String name, String labels, String value) {
        out.append(name);
        if (!labels.isEmpty()) {
            out.append('{').append(labels).append('}');
        }
        out.append(' ').append(value).append('\n');
    }

    /// Whole numbers without a fraction.
    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
