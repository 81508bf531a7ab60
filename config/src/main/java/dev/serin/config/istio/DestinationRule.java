package dev.serin.config.istio;

import dev.serin.config.Metadata;
import dev.serin.config.Resource;
import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// What holds for traffic to a host once it is routed: its subsets, and how to speak to it.
///
/// @param workloadSelector labels of the callers it is for; empty: all
public record DestinationRule(
        Metadata metadata,
        String host,
        @Nullable TrafficPolicy trafficPolicy,
        List<Subset> subsets,
        List<String> exportTo,
        Map<String, String> workloadSelector) {
    /// The pods of the host that have these labels.
    public record Subset(
            String name, Map<String, String> labels, @Nullable TrafficPolicy trafficPolicy) {
        static Subset from(Cursor subset) {
            return new Subset(
                    subset.string("name"),
                    subset.stringMap("labels"),
                    subset.optional("trafficPolicy", TrafficPolicy::from));
        }
    }

    public static DestinationRule from(Resource resource) {
        var spec = Cursor.of(resource).at("spec");
        return new DestinationRule(
                Metadata.from(resource),
                spec.string("host"),
                spec.optional("trafficPolicy", TrafficPolicy::from),
                spec.list("subsets", Subset::from),
                spec.strings("exportTo"),
                spec.at("workloadSelector").stringMap("matchLabels"));
    }
}
