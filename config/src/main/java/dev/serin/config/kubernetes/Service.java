package dev.serin.config.kubernetes;

import dev.serin.config.Metadata;
import dev.serin.config.Resource;
import dev.serin.config.codec.Cursor;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A name for a set of pods.
///
/// @param clusterIps empty for a headless service and for an external name
/// @param selector labels of its pods; empty: its endpoints are written by someone else
public record Service(
        Metadata metadata,
        Type type,
        List<String> clusterIps,
        boolean headless,
        Map<String, String> selector,
        List<Port> ports,
        String externalName,
        List<String> externalIps,
        List<String> loadBalancerAddresses,
        boolean clientIpAffinity,
        boolean publishNotReadyAddresses) {
    /// How far it can be reached.
    public enum Type {
        CLUSTERIP,
        NODEPORT,
        LOADBALANCER,
        EXTERNALNAME
    }

    /// @param protocol TCP, UDP or SCTP
    /// @param appProtocol empty where nothing is written
    /// @param nodePort 0: none
    public record Port(
            String name,
            String protocol,
            String appProtocol,
            int port,
            PortReference targetPort,
            int nodePort) {
        static Port from(Cursor port) {
            var number = port.integer("port", 0);
            return new Port(
                    port.string("name"),
                    port.string("protocol", "TCP"),
                    port.string("appProtocol"),
                    number,
                    PortReference.from(port, "targetPort", number),
                    port.integer("nodePort", 0));
        }
    }

    public static Service from(Resource resource) {
        var body = Cursor.of(resource);
        var spec = body.at("spec");
        var first = spec.string("clusterIP");
        var all = spec.strings("clusterIPs");
        var headless = first.equals("None") || all.contains("None");
        var ips = all.isEmpty() && !first.isEmpty() ? List.of(first) : all;
        return new Service(
                Metadata.from(resource),
                spec.word("type", Type.class, Type.CLUSTERIP),
                headless ? List.of() : ips,
                headless,
                spec.stringMap("selector"),
                spec.list("ports", Port::from),
                spec.string("externalName"),
                spec.strings("externalIPs"),
                body.at("status")
                        .at("loadBalancer")
                        .list("ingress", i -> i.string("ip", i.string("hostname"))),
                Objects.equals(spec.string("sessionAffinity"), "ClientIP"),
                spec.bool("publishNotReadyAddresses", false));
    }
}
