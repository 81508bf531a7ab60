package dev.serin.xds.client;

import com.google.protobuf.Any;
import com.google.protobuf.Message;

import dev.serin.xds.ResourceType;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A delta ADS server on 127.0.0.1 that does what the test says and keeps what it was sent.
final class ScriptedServer implements AutoCloseable {
    final BlockingQueue<DeltaDiscoveryRequest> requests = new LinkedBlockingQueue<>();
    final BlockingQueue<String> tokens = new LinkedBlockingQueue<>();
    private final Server server;
    private volatile @Nullable StreamObserver<DeltaDiscoveryResponse> stream;

    ScriptedServer(int port) throws IOException {
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .addService(new Ads())
                        .intercept(new Tokens())
                        .build()
                        .start();
    }

    int port() {
        return server.getPort();
    }

    DeltaDiscoveryRequest next() throws InterruptedException {
        var request = requests.poll(10, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("no request within 10 s");
        }
        return request;
    }

    void send(ResourceType type, String nonce, List<Resource> resources, List<String> removed) {
        Objects.requireNonNull(stream)
                .onNext(
                        DeltaDiscoveryResponse.newBuilder()
                                .setTypeUrl(type.typeUrl())
                                .setNonce(nonce)
                                .setSystemVersionInfo("rev-" + nonce)
                                .addAllResources(resources)
                                .addAllRemovedResources(removed)
                                .build());
    }

    void endStream() {
        Objects.requireNonNull(stream).onCompleted();
    }

    static Resource resource(String name, String version, Message body) {
        return Resource.newBuilder()
                .setName(name)
                .setVersion(version)
                .setResource(Any.pack(body))
                .build();
    }

    @Override
    public void close() {
        try {
            server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private final class Ads
            extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
        @Override
        public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
                StreamObserver<DeltaDiscoveryResponse> responses) {
            stream = responses;
            return new StreamObserver<>() {
                @Override
                public void onNext(DeltaDiscoveryRequest request) {
                    requests.add(request);
                }

                @Override
                public void onError(Throwable e) {}

                @Override
                public void onCompleted() {}
            };
        }
    }

    private final class Tokens implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            var token =
                    headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER));
            tokens.add(String.valueOf(token));
            return next.startCall(call, headers);
        }
    }
}
