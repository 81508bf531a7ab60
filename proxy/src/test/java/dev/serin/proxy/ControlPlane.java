package dev.serin.proxy;

import com.google.protobuf.Any;
import com.google.protobuf.Message;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A control plane for tests: answers each subscription with the resources it was given, and sends
/// what changes.
public final class ControlPlane implements AutoCloseable {
    public final BlockingQueue<DeltaDiscoveryRequest> requests = new LinkedBlockingQueue<>();
    private final Map<String, Map<String, Message>> resources = new LinkedHashMap<>();
    private final Server server;
    private StreamObserver<DeltaDiscoveryResponse> stream;
    private int nonce;

    public ControlPlane() throws IOException {
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(new Ads())
                        .build()
                        .start();
    }

    public int port() {
        return server.getPort();
    }

    /// Sets a resource, and sends it to whoever is connected.
    public synchronized void set(String typeUrl, String name, Message message) {
        resources.computeIfAbsent(typeUrl, _ -> new LinkedHashMap<>()).put(name, message);
        if (stream != null) {
            send(typeUrl, List.of(name));
        }
    }

    /// Takes a resource away, from whoever is connected, too.
    public synchronized void remove(String typeUrl, String name) {
        resources.getOrDefault(typeUrl, new LinkedHashMap<>()).remove(name);
        if (stream != null) {
            stream.onNext(
                    DeltaDiscoveryResponse.newBuilder()
                            .setTypeUrl(typeUrl)
                            .setNonce("n" + ++nonce)
                            .addRemovedResources(name)
                            .build());
        }
    }

    /// The next request that a condition is true of.
    public DeltaDiscoveryRequest await(java.util.function.Predicate<DeltaDiscoveryRequest> right)
            throws InterruptedException {
        while (true) {
            var request = requests.poll(10, TimeUnit.SECONDS);
            if (request == null) {
                throw new AssertionError("no such request within 10 s");
            }
            if (right.test(request)) {
                return request;
            }
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private void send(String typeUrl, List<String> names) {
        var response =
                DeltaDiscoveryResponse.newBuilder()
                        .setTypeUrl(typeUrl)
                        .setNonce("n" + ++nonce)
                        .setSystemVersionInfo("r" + nonce);
        var known = resources.getOrDefault(typeUrl, Map.of());
        for (var name : names) {
            var message = known.get(name);
            if (message != null) {
                response.addResources(
                        Resource.newBuilder()
                                .setName(name)
                                .setVersion("v" + message.hashCode())
                                .setResource(Any.pack(message)));
            }
        }
        stream.onNext(response.build());
    }

    private synchronized void answer(DeltaDiscoveryRequest request) {
        requests.add(request);
        if (!request.getResponseNonce().isEmpty()) {
            return;
        }
        var type = request.getTypeUrl();
        var known = resources.getOrDefault(type, Map.of());
        var wildcard = type.endsWith(".Cluster") || type.endsWith(".Listener");
        if (wildcard) {
            send(type, List.copyOf(known.keySet()));
        } else if (request.getResourceNamesSubscribeCount() > 0) {
            send(type, request.getResourceNamesSubscribeList());
        }
    }

    private final class Ads
            extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
        @Override
        public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
                StreamObserver<DeltaDiscoveryResponse> responses) {
            synchronized (ControlPlane.this) {
                stream = responses;
            }
            return new StreamObserver<>() {
                @Override
                public void onNext(DeltaDiscoveryRequest request) {
                    answer(request);
                }

                @Override
                public void onError(Throwable e) {}

                @Override
                public void onCompleted() {}
            };
        }
    }
}
