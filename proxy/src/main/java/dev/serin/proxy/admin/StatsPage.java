package dev.serin.proxy.admin;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import dev.serin.proxy.telemetry.metrics.Histogram;
import dev.serin.proxy.telemetry.metrics.Metrics;
import dev.serin.proxy.telemetry.metrics.Stat;
import dev.serin.proxy.telemetry.metrics.Stat.Kind;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// `/stats` and `/stats/prometheus`, with Envoy's parameters. There are no intervals here, so what
/// Envoy shows of the last one is shown of all time. Any thread.
public record StatsPage(Metrics metrics) {
    private static final String USAGE = "usage: /stats?format=(json|prometheus|text)\n\n";
    private static final Set<String> BUCKETS =
            Set.of("summary", "cumulative", "disjoint", "detailed");

    Page of(Ask ask) {
        var format = ask.parameter("format");
        if ("prometheus".equals(format)) {
            return prometheus(ask);
        }
        try {
            var buckets = buckets(ask);
            var wanted = wanted(ask);
            var stats = metrics.stats().stream().filter(wanted).toList();
            return switch (format == null ? "text" : format) {
                case "text" -> Page.text(text(stats, buckets));
                case "json" -> Page.json(json(stats, buckets));
                default -> Page.text(400, USAGE);
            };
        } catch (Refused e) {
            return e.page();
        }
    }

    /// The metrics for Prometheus; 400 for a parameter that says nothing.
    public Page prometheus(Ask ask) {
        try {
            var summary =
                    buckets(ask).equals("summary") && ask.parameter("histogram_buckets") != null;
            return Page.metrics(
                    ask.query().isEmpty() ? metrics.text() : metrics.text(wanted(ask), summary));
        } catch (Refused e) {
            return e.page();
        }
    }

    /// A parameter that says nothing.
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String text) {
            super(text, null, false, false);
        }

        Page page() {
            return Page.text(400, String.valueOf(getMessage()));
        }
    }

    private static String buckets(Ask ask) throws Refused {
        var buckets = ask.parameter("histogram_buckets");
        if (buckets != null && !BUCKETS.contains(buckets)) {
            throw new Refused(
                    "usage: /stats?histogram_buckets=(summary|cumulative|disjoint|detailed)\n");
        }
        return buckets == null ? "summary" : buckets;
    }

    private static Predicate<Stat> wanted(Ask ask) throws Refused {
        var filter = pattern(ask.parameter("filter"));
        var kind = kind(ask.parameter("type"));
        var usedOnly = ask.parameter("usedonly") != null;
        var invert = ask.parameter("invert_filter") != null;
        return stat ->
                (kind == null || kind == stat.kind())
                        && (!usedOnly || stat.used())
                        && (filter == null || filter.matcher(stat.name()).find() != invert);
    }

    private static @Nullable Pattern pattern(@Nullable String filter) throws Refused {
        try {
            return filter == null ? null : Pattern.compile(filter);
        } catch (PatternSyntaxException e) {
            throw new Refused("Invalid re2 regex: " + e.getDescription() + ": " + e.getPattern());
        }
    }

    /// Null for all.
    private static @Nullable Kind kind(@Nullable String type) throws Refused {
        return switch (type == null ? "All" : type) {
            case "All" -> null;
            case "Counters" -> Kind.COUNTER;
            case "Gauges" -> Kind.GAUGE;
            case "Histograms" -> Kind.HISTOGRAM;
            default -> throw new Refused("invalid &type= param");
        };
    }

    // ---- text

    private static String text(List<Stat> stats, String buckets) {
        var out = new StringBuilder();
        for (var stat : stats) {
            if (stat.histogram() == null) {
                out.append(stat.name()).append(": ").append(stat.value()).append('\n');
            }
        }
        for (var stat : stats) {
            if (stat.histogram() != null) {
                text(stat.name(), stat.histogram(), buckets, out);
            }
        }
        return out.toString();
    }

    private static void text(String name, Histogram histogram, String buckets, StringBuilder out) {
        var empty = histogram.count() == 0;
        var summary = empty ? "No recorded values" : quantiles(histogram);
        switch (buckets) {
            case "summary" -> out.append(name).append(": ").append(summary).append('\n');
            case "detailed" ->
                    out.append(name)
                            .append(":\n  totals=")
                            .append(counts(histogram, true))
                            .append("\n  intervals=")
                            .append(counts(histogram, true))
                            .append("\n  summary=")
                            .append(summary)
                            .append('\n');
            default ->
                    out.append(name)
                            .append(": ")
                            .append(empty ? summary : counts(histogram, buckets.equals("disjoint")))
                            .append('\n');
        }
    }

    private static String quantiles(Histogram histogram) {
        var parts = new ArrayList<String>();
        var values = histogram.quantiles();
        for (var i = 0; i < values.length; i++) {
            var value = number(values[i]);
            parts.add("P" + number(Histogram.QUANTILES.get(i)) + "(" + value + "," + value + ")");
        }
        return String.join(" ", parts);
    }

    private static String counts(Histogram histogram, boolean disjoint) {
        var parts = new ArrayList<String>();
        var bounds = histogram.bounds();
        var counts = histogram.cumulative();
        for (var i = 0; i < bounds.length; i++) {
            var count = counts[i] - (disjoint && i > 0 ? counts[i - 1] : 0);
            parts.add("B" + number(bounds[i]) + "(" + count + "," + count + ")");
        }
        return String.join(" ", parts);
    }

    // ---- JSON

    private static String json(List<Stat> stats, String buckets) {
        var parts =
                stats.stream()
                        .filter(s -> s.histogram() == null)
                        .map(s -> "{\"name\":" + quote(s.name()) + ",\"value\":" + s.value() + "}")
                        .collect(Collectors.toCollection(ArrayList::new));
        var histograms = stats.stream().filter(s -> s.histogram() != null).toList();
        if (!histograms.isEmpty()) {
            parts.add(
                    buckets.equals("summary")
                            ? "{\"histograms\":" + summaries(histograms) + "}"
                            : "{\"histograms\":" + buckets(histograms, buckets) + "}");
        }
        return "{\"stats\":[" + String.join(",", parts) + "]}";
    }

    private static String summaries(List<Stat> histograms) {
        return "{\"supported_quantiles\":"
                + Histogram.QUANTILES.stream()
                        .map(StatsPage::number)
                        .collect(Collectors.joining(",", "[", "]"))
                + ",\"computed_quantiles\":"
                + computed(histograms)
                + "}";
    }

    private static String computed(List<Stat> histograms) {
        var all = new ArrayList<String>();
        for (var stat : histograms) {
            var histogram = stat.histogram();
            if (histogram == null) {
                continue;
            }
            var values = new ArrayList<String>();
            for (var value : histogram.quantiles()) {
                var shown = Double.isNaN(value) ? "null" : number(value);
                values.add("{\"cumulative\":" + shown + ",\"interval\":" + shown + "}");
            }
            all.add("{\"name\":" + quote(stat.name()) + ",\"values\":" + values + "}");
        }
        return all.toString();
    }

    private static String buckets(List<Stat> histograms, String mode) {
        var all = new ArrayList<String>();
        for (var stat : histograms) {
            var histogram = stat.histogram();
            if (histogram == null) {
                continue;
            }
            var bounds = histogram.bounds();
            var counts = histogram.cumulative();
            var parts = new ArrayList<String>();
            for (var i = 0; i < bounds.length; i++) {
                var count = counts[i] - (!mode.equals("cumulative") && i > 0 ? counts[i - 1] : 0);
                parts.add(
                        "{\"upper_bound\":"
                                + number(bounds[i])
                                + ",\"interval\":"
                                + count
                                + ",\"cumulative\":"
                                + count
                                + "}");
            }
            all.add("{\"name\":" + quote(stat.name()) + ",\"buckets\":" + parts + "}");
        }
        return all.toString();
    }

    private static String quote(String text) {
        var out = new StringBuilder("\"");
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
