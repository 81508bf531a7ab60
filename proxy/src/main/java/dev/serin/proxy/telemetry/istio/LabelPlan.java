package dev.serin.proxy.telemetry.istio;

import dev.serin.proxy.expression.Expression;
import dev.serin.proxy.extension.ConfigProblem;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// Which labels the series of one metric have, and where their values stand in the list of all
/// values: the standard ones first, then those of the user's expressions. Immutable.
///
/// @param dropped whether it is not counted at all
record LabelPlan(boolean dropped, List<String> labels, List<Integer> places) {
    /// @param metric without the `istio_`
    /// @param standard the labels that it has by itself
    /// @param expressions gets those of its dimensions that are not in it yet
    static LabelPlan of(
            String metric,
            List<String> standard,
            int all,
            StatsSettings settings,
            LinkedHashMap<String, Expression> expressions)
            throws ConfigProblem {
        var places = new LinkedHashMap<String, Integer>();
        for (var label : standard) {
            places.put(label, places.size());
        }
        var dropped = false;
        for (var override : settings.overrides()) {
            if (!override.concerns(metric)) {
                continue;
            }
            if (override.drop()) {
                dropped |= !override.metric().isEmpty(); // to drop all there is the filter itself
                continue;
            }
            override.removed().forEach(places::remove);
            for (var dimension : override.dimensions().entrySet()) {
                var text = dimension.getValue();
                if (!expressions.containsKey(text)) {
                    try {
                        expressions.put(text, Expression.compile(text));
                    } catch (ConfigProblem e) {
                        throw e.under("metrics.dimensions['" + dimension.getKey() + "']");
                    }
                }
                places.put(
                        dimension.getKey(), all + List.copyOf(expressions.keySet()).indexOf(text));
            }
        }
        return new LabelPlan(dropped, List.copyOf(places.keySet()), List.copyOf(places.values()));
    }

    /// The values of these labels.
    List<String> values(List<String> all) {
        var values = new ArrayList<String>(places.size());
        for (var place : places) {
            values.add(all.get(place));
        }
        return values;
    }
}
