package dev.serin.config.kubernetes;

import dev.serin.config.Metadata;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Some of the addresses behind a service.
///
/// @param service its name, by the label; empty where there is none
/// @param addressType IPv4, IPv6 or FQDN
public record EndpointSlice(
        Metadata metadata,
        String service,
        String addressType,
        List<Port> ports,
        List<Endpoint> endpoints) {
    /// The label that names the service.
    public static final String SERVICE_NAME = "kubernetes.io/service-name";

    /// @param name of the service's port
    /// @param port 0: any
    public record Port(String name, String protocol, String appProtocol, int port) {
        static Port from(Cursor port) {
            return new Port(
                    port.string("name"),
                    port.string("protocol", "TCP"),
                    port.string("appProtocol"),
                    port.integer("port", 0));
        }
    }

    /// One pod or machine.
    ///
    /// @param ready unknown counts as ready, as Kubernetes has it
    /// @param pod null where it is none
    public record Endpoint(
            List<String> addresses,
            boolean ready,
            boolean serving,
            boolean terminating,
            String hostname,
            String node,
            String zone,
            @Nullable ResourceKey pod) {
        static Endpoint from(Cursor endpoint, String namespace) {
            var conditions = endpoint.at("conditions");
            var ready = conditions.bool("ready", true);
            var target = endpoint.at("targetRef");
            return new Endpoint(
                    endpoint.strings("addresses"),
                    ready,
                    conditions.bool("serving", ready),
                    conditions.bool("terminating", false),
                    endpoint.string("hostname"),
                    endpoint.string("nodeName"),
                    endpoint.string("zone"),
                    target.string("kind").equals("Pod")
                            ? new ResourceKey(
                                    "pods",
                                    target.string("namespace", namespace),
                                    target.string("name"))
                            : null);
        }
    }

    public static EndpointSlice from(Resource resource) {
        var body = Cursor.of(resource);
        var metadata = Metadata.from(resource);
        return new EndpointSlice(
                metadata,
                metadata.labels().getOrDefault(SERVICE_NAME, ""),
                body.string("addressType", "IPv4"),
                body.list("ports", Port::from),
                body.list("endpoints", e -> Endpoint.from(e, metadata.namespace())));
    }
}
