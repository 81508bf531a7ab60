package dev.serin.xds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.rpc.Status;

import dev.serin.xds.ResourceType;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A delta client that a test plays by hand.
final class DeltaProxy {
    private final BlockingQueue<DeltaDiscoveryResponse> responses = new LinkedBlockingQueue<>();
    private final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
    private final StreamObserver<DeltaDiscoveryRequest> requests;
    private boolean named;

    DeltaProxy(Channel channel) {
        requests =
                AggregatedDiscoveryServiceGrpc.newStub(channel)
                        .deltaAggregatedResources(
                                new StreamObserver<>() {
                                    @Override
                                    public void onNext(DeltaDiscoveryResponse response) {
                                        responses.add(response);
                                    }

                                    @Override
                                    public void onError(Throwable cause) {
                                        errors.add(cause);
                                    }

                                    @Override
                                    public void onCompleted() {}
                                });
    }

    DeltaProxy subscribe(String type, String... names) {
        requests.onNext(request(type).addAllResourceNamesSubscribe(List.of(names)).build());
        return this;
    }

    DeltaProxy resume(String type, Map<String, String> versions, String... names) {
        requests.onNext(
                request(type)
                        .addAllResourceNamesSubscribe(List.of(names))
                        .putAllInitialResourceVersions(versions)
                        .build());
        return this;
    }

    /// The next response, which must be of this type and say just this: `name` for a resource,
    /// `-name` for one that is gone.
    DeltaDiscoveryResponse expect(String type, String... said) throws InterruptedException {
        var response = responses.poll(10, TimeUnit.SECONDS);
        assertNotNull(response, "no response, expected " + type + ": " + errors);
        var found =
                java.util.stream.Stream.concat(
                                response.getResourcesList().stream().map(Resource::getName),
                                response.getRemovedResourcesList().stream().map(n -> "-" + n))
                        .sorted()
                        .toList();
        assertEquals(type + " " + List.of(said), abbreviation(response.getTypeUrl()) + " " + found);
        return response;
    }

    DeltaProxy expectAndAck(String type, String... said) throws InterruptedException {
        var response = expect(type, said);
        requests.onNext(request(type).setResponseNonce(response.getNonce()).build());
        return this;
    }

    void nack(DeltaDiscoveryResponse response, String text) {
        requests.onNext(
                request(abbreviation(response.getTypeUrl()))
                        .setResponseNonce(response.getNonce())
                        .setErrorDetail(Status.newBuilder().setMessage(text))
                        .build());
    }

    void ack(DeltaDiscoveryResponse response) {
        requests.onNext(
                request(abbreviation(response.getTypeUrl()))
                        .setResponseNonce(response.getNonce())
                        .build());
    }

    void expectNothing() throws InterruptedException {
        assertNull(responses.poll(100, TimeUnit.MILLISECONDS));
    }

    @Nullable Throwable error() throws InterruptedException {
        return errors.poll(10, TimeUnit.SECONDS);
    }

    void end() {
        requests.onCompleted();
    }

    private DeltaDiscoveryRequest.Builder request(String type) {
        var request =
                DeltaDiscoveryRequest.newBuilder().setTypeUrl(ScriptedSource.type(type).typeUrl());
        if (!named) {
            named = true;
            request.setNode(Node.newBuilder().setId("sidecar~10.0.0.1~a.b~b.svc.cluster.local"));
        }
        return request;
    }

    private static String abbreviation(String typeUrl) {
        var type = ResourceType.of(typeUrl);
        assertNotNull(type, typeUrl);
        return type.abbreviation();
    }
}
