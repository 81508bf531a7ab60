package dev.serin.config.istio;

import dev.serin.config.Metadata;
import dev.serin.config.Resource;
import dev.serin.config.codec.Cursor;

import java.util.List;
import java.util.Map;

/// Services that Kubernetes does not know: elsewhere, or on machines of one's own.
///
/// @param addresses virtual ones, or subnets where callers choose themselves
/// @param workloadSelector labels of the pods and WorkloadEntries behind it; empty: `endpoints`
/// @param exportTo namespaces that see it; empty where nothing is written
public record ServiceEntry(
        Metadata metadata,
        List<String> hosts,
        List<String> addresses,
        List<Port> ports,
        Location location,
        Resolution resolution,
        List<WorkloadEntry.Address> endpoints,
        Map<String, String> workloadSelector,
        List<String> exportTo,
        List<String> subjectAltNames) {
    /// @param targetPort 0: the same number
    public record Port(int number, String protocol, String name, int targetPort) {
        static Port from(Cursor port) {
            return new Port(
                    port.integer("number", 0),
                    port.string("protocol"),
                    port.string("name"),
                    port.integer("targetPort", 0));
        }
    }

    /// Whether it is part of the mesh.
    public enum Location {
        MESH_EXTERNAL,
        MESH_INTERNAL
    }

    /// How a caller finds the hosts behind it.
    public enum Resolution {
        NONE,
        STATIC,
        DNS,
        DNS_ROUND_ROBIN,
        DYNAMIC_DNS
    }

    public static ServiceEntry from(Resource resource) {
        var spec = Cursor.of(resource).at("spec");
        return new ServiceEntry(
                Metadata.from(resource),
                spec.strings("hosts"),
                spec.strings("addresses"),
                spec.list("ports", Port::from),
                spec.word("location", Location.class, Location.MESH_EXTERNAL),
                spec.word("resolution", Resolution.class, Resolution.NONE),
                spec.list("endpoints", WorkloadEntry.Address::from),
                spec.at("workloadSelector").stringMap("labels"),
                spec.strings("exportTo"),
                spec.strings("subjectAltNames"));
    }
}
