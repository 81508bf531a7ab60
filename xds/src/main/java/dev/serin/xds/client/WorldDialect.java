package dev.serin.xds.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;

import dev.serin.xds.ResourceType;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.MethodDescriptor;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// State of the world: a response of clusters or listeners holds all of them, so what is missing is
/// gone; of the other types it holds what changed. Unchanged resources are not passed on. As Envoy,
/// an accepted response's version is repeated in each request of its type, and a refused one's is
/// not.
final class WorldDialect implements Dialect<DiscoveryRequest, DiscoveryResponse> {
    private final Map<String, World> worlds = new HashMap<>();

    @Override
    public MethodDescriptor<DiscoveryRequest, DiscoveryResponse> method() {
        return AggregatedDiscoveryServiceGrpc.getStreamAggregatedResourcesMethod();
    }

    @Override
    public DiscoveryRequest request(DeltaDiscoveryRequest said) {
        var world = worlds.computeIfAbsent(said.getTypeUrl(), _ -> new World());
        // Held from before this stream: by these it is noticed that one has gone meanwhile.
        world.present.addAll(said.getInitialResourceVersionsMap().keySet());
        world.names.addAll(said.getResourceNamesSubscribeList());
        said.getResourceNamesUnsubscribeList().forEach(world::forget);
        var request = DiscoveryRequest.newBuilder().setTypeUrl(said.getTypeUrl());
        if (said.hasNode()) {
            request.setNode(said.getNode());
        }
        if (said.hasErrorDetail()) {
            request.setErrorDetail(said.getErrorDetail());
            world.bodies.clear(); // else the same again would seem to be accepted
        } else if (said.getResponseNonce().equals(world.nonce)) {
            world.accepted = world.heard;
        }
        return request.setVersionInfo(world.accepted)
                .setResponseNonce(world.nonce)
                .addAllResourceNames(world.names)
                .build();
    }

    @Override
    public DeltaDiscoveryResponse response(DiscoveryResponse heard) {
        var world = worlds.computeIfAbsent(heard.getTypeUrl(), _ -> new World());
        world.nonce = heard.getNonce();
        world.heard = heard.getVersionInfo();
        var response =
                DeltaDiscoveryResponse.newBuilder()
                        .setTypeUrl(heard.getTypeUrl())
                        .setSystemVersionInfo(heard.getVersionInfo())
                        .setNonce(heard.getNonce());
        var present = new HashSet<String>();
        for (var any : heard.getResourcesList()) {
            var resource = named(heard, any);
            present.add(resource.getName());
            if (!resource.getResource().equals(world.bodies.get(resource.getName()))) {
                world.bodies.put(resource.getName(), resource.getResource());
                response.addResources(resource);
            }
        }
        var type = ResourceType.of(heard.getTypeUrl());
        if (type == ResourceType.CLUSTER || type == ResourceType.LISTENER) {
            world.present.stream()
                    .filter(name -> !present.contains(name))
                    .sorted()
                    .forEach(response::addRemovedResources);
            world.present = present;
            world.bodies.keySet().retainAll(present);
        }
        return response.build();
    }

    /// The resource with the name that it says of itself, or that its wrapper says.
    private static Resource named(DiscoveryResponse heard, Any any) {
        try {
            if (any.is(Resource.class)) {
                return any.unpack(Resource.class);
            }
            var octets = any.getValue();
            var type = ResourceType.of(any.getTypeUrl());
            var name =
                    switch (type) {
                        case CLUSTER -> Cluster.parseFrom(octets).getName();
                        case ENDPOINT -> ClusterLoadAssignment.parseFrom(octets).getClusterName();
                        case SECRET -> Secret.parseFrom(octets).getName();
                        case LISTENER -> Listener.parseFrom(octets).getName();
                        case ROUTE -> RouteConfiguration.parseFrom(octets).getName();
                        case EXTENSION_CONFIG -> TypedExtensionConfig.parseFrom(octets).getName();
                        case null -> any.getTypeUrl();
                    };
            return Resource.newBuilder()
                    .setName(name)
                    .setVersion(heard.getVersionInfo())
                    .setResource(any)
                    .build();
        } catch (InvalidProtocolBufferException e) {
            // Passed on, to be refused with its reason by whoever reads it.
            return Resource.newBuilder().setName("not readable").setResource(any).build();
        }
    }

    /// One type's part of the stream.
    private static final class World {
        private final Set<String> names = new TreeSet<>();
        private final Map<String, Any> bodies = new HashMap<>();
        private Set<String> present = new HashSet<>();
        private String nonce = "";
        private String heard = "";
        private String accepted = "";

        private void forget(String name) {
            names.remove(name);
            bodies.remove(name);
        }
    }
}
