package dev.serin.controlplane;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.config.Resource;
import dev.serin.controlplane.collection.Collections;
import dev.serin.controlplane.generate.Generators;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.mesh.ProxyScope;
import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;
import dev.serin.xds.server.DiscoverySource;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What proxies are told of a set of resources, without a server.
public final class Views {
    private Views() {}

    public static MeshSnapshot mesh(List<Resource> resources) {
        var collections =
                new Collections(
                        settings(resources),
                        (key, problem) -> {
                            throw new AssertionError(key + ": " + problem.getMessage());
                        });
        resources.forEach(collections::changed);
        return collections.snapshot();
    }

    /// The usual ones, with identities where one of the documents is `kind: Identities`.
    static MeshSnapshot.Settings settings(List<Resource> resources) {
        var usual = MeshSnapshot.Settings.USUAL;
        return resources.stream().anyMatch(r -> r.kind().kind().equals("Identities"))
                ? usual.withIdentities()
                : usual;
    }

    /// A node as Serin's own proxy sends it.
    public static Node node(String type, String ip, String pod, Map<String, String> labels) {
        var dot = pod.indexOf('.');
        var namespace = pod.substring(dot + 1);
        var said = Struct.newBuilder();
        labels.forEach((k, v) -> said.putFields(k, Value.newBuilder().setStringValue(v).build()));
        return Node.newBuilder()
                .setId(type + "~" + ip + "~" + pod + "~" + namespace + ".svc.cluster.local")
                .setUserAgentName(ProxyScope.SERIN)
                .setMetadata(
                        Struct.newBuilder()
                                .putFields(
                                        "LABELS", Value.newBuilder().setStructValue(said).build()))
                .build();
    }

    public static DiscoverySource.Resources of(MeshSnapshot mesh, Node node) {
        var scope = ProxyScope.of(node);
        return new Generators().resources(mesh, scope, scope.id().namespace());
    }

    /// Everything that a proxy would come to ask for, starting with its clusters and listeners.
    public static Map<ResourceType, List<XdsResource>> all(DiscoverySource.Resources view) {
        var all = new EnumMap<ResourceType, List<XdsResource>>(ResourceType.class);
        all.put(ResourceType.CLUSTER, view.all(ResourceType.CLUSTER));
        all.put(ResourceType.LISTENER, view.all(ResourceType.LISTENER));
        var endpoints = new ArrayList<XdsResource>();
        for (var resource : view.all(ResourceType.CLUSTER)) {
            if (unpack(resource, Cluster.class).getType() == Cluster.DiscoveryType.EDS) {
                endpoints.add(view.find(ResourceType.ENDPOINT, resource.name()));
            }
        }
        all.put(ResourceType.ENDPOINT, endpoints);
        var routes = new ArrayList<XdsResource>();
        for (var name : routeNames(view)) {
            routes.add(view.find(ResourceType.ROUTE, name));
        }
        all.put(ResourceType.ROUTE, routes);
        return all;
    }

    static List<String> routeNames(DiscoverySource.Resources view) {
        var names = new LinkedHashSet<String>();
        for (var resource : view.all(ResourceType.LISTENER)) {
            chains(unpack(resource, Listener.class))
                    .flatMap(c -> c.getFiltersList().stream())
                    .filter(f -> f.getTypedConfig().is(HttpConnectionManager.class))
                    .map(f -> unpack(f.getTypedConfig(), HttpConnectionManager.class))
                    .filter(HttpConnectionManager::hasRds)
                    .forEach(m -> names.add(m.getRds().getRouteConfigName()));
        }
        return List.copyOf(names);
    }

    static Stream<FilterChain> chains(Listener listener) {
        return listener.hasDefaultFilterChain()
                ? Stream.concat(
                        listener.getFilterChainsList().stream(),
                        Stream.of(listener.getDefaultFilterChain()))
                : listener.getFilterChainsList().stream();
    }

    static <T extends com.google.protobuf.Message> T unpack(XdsResource resource, Class<T> type) {
        return unpack(resource.body(), type);
    }

    static <T extends com.google.protobuf.Message> T unpack(
            com.google.protobuf.Any any, Class<T> type) {
        try {
            return any.unpack(type);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
