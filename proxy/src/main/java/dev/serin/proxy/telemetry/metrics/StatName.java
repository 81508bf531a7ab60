package dev.serin.proxy.telemetry.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The name of an Envoy statistic with places for what Envoy takes out of it as tags, such as
/// `cluster.{envoy_cluster_name}.upstream_rq_total`. As Envoy's tag extraction: Prometheus gets the
/// name without them, and them as labels; `/stats` shows the whole name.
///
/// @param pattern with the labels in braces
/// @param metric as Prometheus names it
/// @param labels in the order of their places
public record StatName(String pattern, String metric, List<String> labels) {
    private static final Pattern PLACE = Pattern.compile("\\{([a-z_]+)}");

    /// A place that is a part of its own goes with its dot, one at the end with its underscore.
    private static final Pattern TAKEN =
            Pattern.compile("\\.\\{[a-z_]+}(?=\\.|$)|_\\{[a-z_]+}$|\\{[a-z_]+}");

    private static final Pattern FOREIGN = Pattern.compile("[^a-zA-Z0-9_]");

    public static StatName of(String pattern) {
        var labels = new ArrayList<String>();
        for (var place = PLACE.matcher(pattern); place.find(); ) {
            labels.add(place.group(1));
        }
        var extracted = TAKEN.matcher(pattern).replaceAll("");
        return new StatName(
                pattern,
                "envoy_" + FOREIGN.matcher(extracted).replaceAll("_"),
                List.copyOf(labels));
    }

    /// The whole name, with these values in its places.
    String filled(List<String> values) {
        var at = new int[1];
        return PLACE.matcher(pattern)
                .replaceAll(_ -> Matcher.quoteReplacement(values.get(at[0]++)));
    }
}
