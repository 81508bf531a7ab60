package dev.serin.xds.server;

import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.stub.ServerCallStreamObserver;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// One of the two forms in which responses go to a proxy. Owned by its stream.
sealed interface Wire {
    boolean isDelta();

    /// @return whether there was anything to say in this form
    boolean send(ResourceType type, String revision, String nonce, Subscription.Changes changes);

    /// Each response says what changed and what is gone.
    record Delta(ServerCallStreamObserver<DeltaDiscoveryResponse> call) implements Wire {
        @Override
        public boolean isDelta() {
            return true;
        }

        @Override
        public boolean send(
                ResourceType type, String revision, String nonce, Subscription.Changes changes) {
            var response =
                    DeltaDiscoveryResponse.newBuilder()
                            .setTypeUrl(type.typeUrl())
                            .setSystemVersionInfo(revision)
                            .setNonce(nonce)
                            .addAllRemovedResources(changes.removed());
            for (var resource : changes.changed()) {
                response.addResources(
                        Resource.newBuilder()
                                .setName(resource.name())
                                .setVersion(resource.version())
                                .setResource(resource.body()));
            }
            call.onNext(response.build());
            return true;
        }
    }

    /// A response of clusters or listeners holds all of them; of the other types what changed.
    record StateOfTheWorld(
            ServerCallStreamObserver<DiscoveryResponse> call,
            Map<ResourceType, Map<String, XdsResource>> held)
            implements Wire {
        StateOfTheWorld(ServerCallStreamObserver<DiscoveryResponse> call) {
            this(call, new EnumMap<>(ResourceType.class));
        }

        @Override
        public boolean isDelta() {
            return false;
        }

        @Override
        public boolean send(
                ResourceType type, String revision, String nonce, Subscription.Changes changes) {
            var told = changes.changed();
            if (type == ResourceType.CLUSTER || type == ResourceType.LISTENER) {
                var all = held.computeIfAbsent(type, _ -> new TreeMap<>());
                changes.changed().forEach(r -> all.put(r.name(), r));
                changes.removed().forEach(all::remove);
                told = List.copyOf(all.values());
            } else if (told.isEmpty()) {
                return false;
            }
            var response =
                    DiscoveryResponse.newBuilder()
                            .setTypeUrl(type.typeUrl())
                            .setVersionInfo(revision)
                            .setNonce(nonce);
            told.forEach(r -> response.addResources(r.body()));
            call.onNext(response.build());
            return true;
        }
    }
}
