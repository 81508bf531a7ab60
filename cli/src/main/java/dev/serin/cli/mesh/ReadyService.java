package dev.serin.cli.mesh;

import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.kubernetes.EndpointSlice;
import dev.serin.config.kubernetes.Service;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.api.ServiceUrls;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.util.Map;
import java.util.function.Supplier;

/// Where the API's process reaches a webhook: the first ready pod of its Service, straight, since
/// the supervisor stands in the router between the pods.
///
/// @param client asked late, since the API that it belongs to asks here
record ReadyService(Supplier<ResourceClient> client) implements ServiceUrls {
    private static final ResourceKind SLICE =
            new ResourceKind("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", true);

    @Override
    public @Nullable URI url(String namespace, String service, int port, String path) {
        var key = new ResourceKey(Kinds.SERVICE.family(), namespace, service);
        var there = client.get().get(key);
        if (there == null) {
            return null;
        }
        var wanted = Service.from(there).ports().stream().filter(p -> p.port() == port).findFirst();
        if (wanted.isEmpty()) {
            return null;
        }
        var name = wanted.get().name();
        var labels = Map.of(EndpointSlice.SERVICE_NAME, service);
        for (var resource : client.get().list(SLICE, namespace, labels)) {
            var slice = EndpointSlice.from(resource);
            for (var target : slice.ports()) {
                for (var endpoint : slice.endpoints()) {
                    if (target.name().equals(name) && endpoint.ready()) {
                        var host = endpoint.addresses().getFirst();
                        return URI.create("https://" + host + ":" + target.port() + path);
                    }
                }
            }
        }
        return null;
    }
}
