package dev.serin.local.service;

import dev.serin.config.Resource;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Kinds;

import java.util.HashSet;
import java.util.Map;

/// An address 127.0.x.y for each service of type LoadBalancer, which it keeps as an annotation.
/// Owner thread of the load balancers.
final class LoopbackAddresses {
    static final String ANNOTATION = "serin.dev/loopback-address";
    private static final int HOSTS = 254;

    private final ResourceClient client;

    LoopbackAddresses(ResourceClient client) {
        this.client = client;
    }

    /// The one that it has, or a new one that is written down.
    String of(Resource service) {
        var has = service.annotations().get(ANNOTATION);
        if (has != null) {
            return has;
        }
        var taken = new HashSet<String>();
        client.list(Kinds.SERVICE, null, Map.of())
                .forEach(s -> taken.add(s.annotations().getOrDefault(ANNOTATION, "")));
        // From the name, so that the same service most often has the same address in every mesh.
        var place = Math.floorMod(service.key().toString().hashCode(), HOSTS * HOSTS);
        while (taken.contains(address(place))) {
            place = (place + 1) % (HOSTS * HOSTS);
        }
        var body = service.body().deepCopy();
        body.withObject("/metadata/annotations").put(ANNOTATION, address(place));
        client.update(new Resource(service.kind(), body));
        return address(place);
    }

    private static String address(int place) {
        return "127.0." + (1 + place / HOSTS) + "." + (1 + place % HOSTS);
    }
}
