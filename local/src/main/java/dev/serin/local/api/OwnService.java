package dev.serin.local.api;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.net.InetSocketAddress;
import java.util.function.Function;

/// The API as a Service of its own, `default/kubernetes`: what clients in pods look up, and what
/// every cluster lists. As kube-apiserver does, it is written at the start, and again if it is
/// gone.
final class OwnService {
    private static final String NAMESPACE = "default";
    private static final String NAME = "kubernetes";

    private final ResourceClient client;
    private final Function<String, ResourceKind> kinds;

    /// @param kinds by the name of their family
    OwnService(ResourceClient client, Function<String, ResourceKind> kinds) {
        this.client = client;
        this.kinds = kinds;
    }

    /// @param serviceCidr whose first address is the Service's
    void write(String serviceCidr) {
        var kind = kinds.apply("services");
        if (client.get(key(kind)) != null) {
            return;
        }
        var body = named();
        body.withObject("/metadata/labels").put("component", "apiserver").put("provider", NAME);
        var spec = body.withObject("/spec");
        spec.put("type", "ClusterIP").put("clusterIP", first(serviceCidr));
        spec.withArray("ports")
                .addObject()
                .put("name", "https")
                .put("port", 443)
                .put("protocol", "TCP")
                .put("targetPort", 443);
        client.create(new Resource(kind, body));
    }

    /// Where it listens. An address of the loopback is nobody's endpoint but this machine's, and so
    /// is left out.
    void listens(InetSocketAddress address) {
        if (address.getAddress().isLoopbackAddress() || address.getAddress().isAnyLocalAddress()) {
            return;
        }
        var host = address.getAddress().getHostAddress();
        var slice = named();
        slice.withObject("/metadata/labels").put("kubernetes.io/service-name", NAME);
        slice.put("addressType", "IPv4");
        var endpoint = slice.withArray("endpoints").addObject();
        endpoint.withArray("addresses").add(host);
        endpoint.withObject("/conditions").put("ready", true);
        port(slice.withArray("ports").addObject(), address);
        put(kinds.apply("endpointslices.discovery.k8s.io"), slice);
        var endpoints = named();
        endpoints
                .withObject("/metadata/labels")
                .put("endpointslice.kubernetes.io/skip-mirror", "true");
        var subset = endpoints.withArray("subsets").addObject();
        subset.withArray("addresses").addObject().put("ip", host);
        port(subset.withArray("ports").addObject(), address);
        put(kinds.apply("endpoints"), endpoints);
    }

    private void put(ResourceKind kind, ObjectNode body) {
        var found = client.get(key(kind));
        if (found == null) {
            client.create(new Resource(kind, body));
        } else {
            var next = found.body().deepCopy();
            for (var field : new String[] {"endpoints", "ports", "subsets"}) {
                if (body.has(field)) {
                    next.set(field, body.get(field));
                }
            }
            client.update(new Resource(kind, next));
        }
    }

    private static void port(ObjectNode port, InetSocketAddress address) {
        port.put("name", "https").put("port", address.getPort()).put("protocol", "TCP");
    }

    private static ObjectNode named() {
        var body = JsonMapper.shared().createObjectNode();
        body.withObject("/metadata").put("name", NAME).put("namespace", NAMESPACE);
        return body;
    }

    private static ResourceKey key(ResourceKind kind) {
        return new ResourceKey(kind.family(), NAMESPACE, NAME);
    }

    private static String first(String cidr) {
        var network = cidr.substring(0, cidr.indexOf('/'));
        return network.substring(0, network.lastIndexOf('.')) + ".1";
    }
}
