package dev.serin.controlplane.mesh;

import com.google.protobuf.Struct;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.controlplane.registry.Place;
import dev.serin.controlplane.registry.Workload;
import dev.serin.xds.NodeId;

import io.envoyproxy.envoy.config.core.v3.Node;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Who a proxy is and what it can do, as its node says: everything about a proxy that its
/// configuration may depend on.
///
/// @param ips of its pod, the first one is its own
/// @param place as the proxy says itself, mostly unknown
/// @param extensions names of filters beyond Envoy's usual ones that it lists
public record ProxyScope(
        NodeId id,
        Role role,
        List<String> ips,
        Workload workload,
        String clusterId,
        Place place,
        Set<String> extensions) {
    /// Serin's own proxy, which knows Istio's filters without listing them.
    public static final String SERIN = "serin-proxy";

    /// Counts requests as Istio does.
    public static final String STATS = "istio.stats";

    /// Tells the other side who this is.
    public static final String PEER_METADATA = "envoy.filters.http.peer_metadata";

    private static final Set<String> OPTIONAL = Set.of(STATS, PEER_METADATA);

    /// What a proxy is for.
    public enum Role {
        SIDECAR,
        ROUTER
    }

    /// @throws ProblemException if the node's id is malformed or of another type
    public static ProxyScope of(Node node) {
        var id = NodeId.parse(node.getId());
        var role =
                switch (id.type()) {
                    case "sidecar" -> Role.SIDECAR;
                    case "router" -> Role.ROUTER;
                    default ->
                            throw new ProblemException(
                                    new Problem(
                                            "node " + id,
                                            "type '" + id.type() + "'",
                                            "sidecar or router",
                                            null));
                };
        var metadata = node.getMetadata();
        var labels = new HashMap<String, String>();
        metadata.getFieldsMap()
                .getOrDefault("LABELS", com.google.protobuf.Value.getDefaultInstance())
                .getStructValue()
                .getFieldsMap()
                .forEach((k, v) -> labels.put(k, v.getStringValue()));
        var ips =
                List.of(text(metadata, "INSTANCE_IPS", id.ip()).split(",")).stream()
                        .map(String::strip)
                        .filter(ip -> !ip.isEmpty())
                        .toList();
        var extensions = new LinkedHashSet<String>();
        if (node.getUserAgentName().equals(SERIN)) {
            extensions.add(SERIN);
        }
        node.getExtensionsList().stream()
                .map(e -> e.getName())
                .filter(OPTIONAL::contains)
                .forEach(extensions::add);
        return new ProxyScope(
                id,
                role,
                ips.isEmpty() ? List.of(id.ip()) : ips,
                Workload.of(
                        text(metadata, "WORKLOAD_NAME", id.pod()),
                        text(metadata, "NAMESPACE", id.namespace()),
                        text(metadata, "SERVICE_ACCOUNT", "default"),
                        Map.copyOf(labels)),
                text(metadata, "CLUSTER_ID", "Kubernetes"),
                new Place(
                        node.getLocality().getRegion(),
                        node.getLocality().getZone(),
                        node.getLocality().getSubZone()),
                Set.copyOf(extensions));
    }

    public String namespace() {
        return workload.namespace();
    }

    /// Whether its pod has all of these labels.
    public boolean has(Map<String, String> labels) {
        return workload.labels().entrySet().containsAll(labels.entrySet());
    }

    /// Whether it understands a filter that is not Envoy's own.
    public boolean knows(String extension) {
        return extensions.contains(SERIN) || extensions.contains(extension);
    }

    private static String text(Struct metadata, String key, String otherwise) {
        var value = metadata.getFieldsMap().get(key);
        var text = value == null ? "" : value.getStringValue();
        return text.isEmpty() ? otherwise : text;
    }
}
