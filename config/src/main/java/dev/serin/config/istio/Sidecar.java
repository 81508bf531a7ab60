package dev.serin.config.istio;

import dev.serin.config.Metadata;
import dev.serin.config.Resource;
import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// Which services the sidecars of a namespace, or of some of its workloads, are told of.
///
/// @param workloadSelector labels of the pods it is for; empty: all of the namespace
/// @param egress `namespace/host` patterns of what is called; null where nothing is written, which
///   is everything
/// @param unknown what becomes of traffic to what is not among them; null: as the mesh has it
public record Sidecar(
        Metadata metadata,
        Map<String, String> workloadSelector,
        @Nullable List<String> egress,
        @Nullable Unknown unknown) {
    /// Whether traffic to unknown hosts is let through.
    public enum Unknown {
        REGISTRY_ONLY,
        ALLOW_ANY
    }

    public static Sidecar from(Resource resource) {
        var spec = Cursor.of(resource).at("spec");
        return new Sidecar(
                Metadata.from(resource),
                spec.at("workloadSelector").stringMap("labels"),
                spec.has("egress")
                        ? spec.list("egress", e -> e.strings("hosts")).stream()
                                .flatMap(List::stream)
                                .toList()
                        : null,
                spec.has("outboundTrafficPolicy")
                        ? spec.at("outboundTrafficPolicy")
                                .word("mode", Unknown.class, Unknown.REGISTRY_ONLY)
                        : null);
    }
}
