package dev.serin.local.controllers;

import dev.serin.config.Resource;
import dev.serin.local.api.ResourceClient;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/// The Endpoints of a Service, one object with all addresses, as its EndpointSlices say.
final class OldEndpoints {
    private static final String MANAGED = "endpoints.kubernetes.io/managed-by";

    private OldEndpoints() {}

    /// Writes them if they say something new; those that somebody else made are left alone.
    static void write(ResourceClient client, Resource service, List<Resource> slices) {
        var wanted = of(service, slices);
        var there = client.get(wanted.key());
        if (there == null) {
            client.create(wanted);
        } else if (there.labels().containsKey(MANAGED)) {
            var body = there.body().deepCopy();
            body.set("subsets", wanted.body().path("subsets"));
            ((ObjectNode) body.path("metadata")).set("labels", wanted.metadata().path("labels"));
            if (!Canonical.text(body).equals(Canonical.text(there.body()))) {
                client.update(new Resource(there.kind(), body));
            }
        }
    }

    private static Resource of(Resource service, List<Resource> slices) {
        var body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", "v1").put("kind", "Endpoints");
        var metadata = body.putObject("metadata");
        metadata.put("name", service.name()).put("namespace", service.namespace());
        var labels = metadata.putObject("labels");
        service.labels().forEach(labels::put);
        labels.put(MANAGED, "endpoint-controller");
        Ownership.write(metadata, service);
        var subsets = body.putArray("subsets");
        for (var slice : slices) {
            if (!slice.body().path("endpoints").isEmpty()) {
                subset(subsets.addObject(), slice.body());
            }
        }
        return new Resource(Kinds.ENDPOINTS, body);
    }

    private static void subset(ObjectNode subset, JsonNode slice) {
        for (var endpoint : slice.path("endpoints")) {
            if (endpoint.at("/conditions/terminating").asBoolean(false)) {
                continue;
            }
            var ready = endpoint.at("/conditions/ready").asBoolean(false);
            address(subset.withArray(ready ? "/addresses" : "/notReadyAddresses"), endpoint);
        }
        for (var port : slice.path("ports")) {
            var one = subset.withArray("/ports").addObject();
            for (var field : List.of("name", "port", "protocol", "appProtocol")) {
                if (!port.path(field).asString("").isEmpty()) {
                    one.set(field, port.path(field));
                }
            }
        }
    }

    private static void address(ArrayNode addresses, JsonNode endpoint) {
        var address = addresses.addObject();
        address.set("ip", endpoint.at("/addresses/0"));
        for (var field : List.of("hostname", "nodeName", "targetRef")) {
            if (endpoint.has(field)) {
                address.set(field, endpoint.path(field));
            }
        }
    }
}
