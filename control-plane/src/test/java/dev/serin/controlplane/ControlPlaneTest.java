package dev.serin.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.time.ThreadTimers;
import dev.serin.base.time.Ticker;
import dev.serin.config.ResourceKey;
import dev.serin.controlplane.admin.AdminPages;
import dev.serin.controlplane.admin.HttpDoor;
import dev.serin.controlplane.admin.Webhooks;
import dev.serin.controlplane.inject.InjectOptions;
import dev.serin.controlplane.inject.Injector;
import dev.serin.controlplane.status.StatusWriter;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;
import dev.serin.xds.ResourceType;
import dev.serin.xds.server.CallerAuthenticator;
import dev.serin.xds.server.Transport;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.ObjectMapper;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;

/// The whole control plane over real sockets: resources in memory, a delta client, HTTP pages.
@ExtendWith(NothingLeft.class)
final class ControlPlaneTest {
    private static final String HOST = "vjan-service.default.svc.cluster.local";
    private static final Duration BOUND = Duration.ofSeconds(10);

    private final MemorySource source = new MemorySource();
    private final Map<ResourceKey, List<StatusWriter.Condition>> status = new ConcurrentHashMap<>();
    private final ThreadTimers timers = new ThreadTimers("timers", e -> {});
    private final io.netty.channel.EventLoopGroup loops = Transport.loops(1);
    private ControlPlane plane;
    private ManagedChannel channel;

    @BeforeEach
    void start() {
        RoutingTest.canary().forEach(source::put);
        plane =
                new ControlPlane(
                        source,
                        Options.USUAL,
                        CallerAuthenticator.OPEN,
                        (key, _, conditions) -> status.put(key, conditions),
                        Observer.NONE,
                        Ticker.system(),
                        timers);
        plane.start();
        var bound = (InetSocketAddress) plane.listen(Transport.plain(loopback(), loops), List.of());
        channel = NettyChannelBuilder.forAddress(bound).usePlaintext().build();
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow();
        assertTrue(channel.awaitTermination(5, TimeUnit.SECONDS));
        plane.close();
        timers.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void aProxyIsToldTheCanaryAndItsStatusSaysSo() {
        var proxy = new Proxy();
        Eventually.eventually(
                BOUND,
                "clusters and endpoints of both versions",
                () ->
                        proxy.has("EDS outbound|8501|v1|" + HOST)
                                && proxy.has("EDS outbound|8501|v2|" + HOST)
                                && proxy.has("LDS 10.96.0.20_8501")
                                && proxy.has("RDS " + HOST + ":8501"));
        var key = new ResourceKey("virtualservices.networking.istio.io", "default", "vjan-service");
        Eventually.eventually(
                BOUND,
                "Programmed",
                () ->
                        status.getOrDefault(key, List.of())
                                .toString()
                                .contains("status=True, reason=Programmed"));
    }

    @Test
    void anEndpointThatGoesIsToldAlone() {
        var proxy = new Proxy();
        Eventually.eventually(
                BOUND,
                "everything of the service",
                () ->
                        proxy.has("RDS " + HOST + ":8501")
                                && proxy.has("LDS virtualInbound")
                                && proxy.has("EDS outbound|8501||" + HOST)
                                && proxy.has("EDS outbound|8501|v2|" + HOST));
        var before = proxy.versions();
        source.put(
                """
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: vjan-service-1, namespace: default, labels: {kubernetes.io/service-name: vjan-service}}
                addressType: IPv4
                ports: [{name: "", port: 8501, protocol: TCP}]
                endpoints:
                  - {addresses: [10.244.0.5], conditions: {ready: true}, targetRef: {kind: Pod, name: vjan-v1-abc, namespace: default}}
                """);
        var changed = Set.of("EDS outbound|8501||" + HOST, "EDS outbound|8501|v2|" + HOST);
        Eventually.eventually(BOUND, "endpoints", () -> proxy.changedSince(before).equals(changed));
    }

    @Test
    void pagesAnswer() throws Exception {
        var pages = new HashMap<>(new AdminPages(plane, CallerAuthenticator.OPEN, "1").pages());
        pages.putAll(
                new Webhooks(
                                new Injector(InjectOptions.USUAL),
                                _ -> Map.of("istio-injection", "enabled"),
                                plane::warnings)
                        .pages());
        new Proxy();
        try (var door = new HttpDoor(loopback(), null, HttpDoor.Place.here(), pages);
                var client = HttpClient.newHttpClient()) {
            Eventually.eventually(BOUND, "a row", () -> !plane.proxies().rows().isEmpty());
            assertTrue(get(client, door, "/ready").contains("ready"));
            assertTrue(get(client, door, "/metrics").contains("pilot_services 2"));
            assertTrue(get(client, door, "/debug/syncz").contains("vjan-v1-abc.default"));
            var dump = get(client, door, "/debug/config_dump?proxyID=vjan-v1-abc.default");
            assertTrue(dump.contains("virtualInbound"), dump);

            var injected =
                    post(
                            client,
                            door,
                            "/inject",
                            """
                            {"apiVersion":"admission.k8s.io/v1","request":{"uid":"7","namespace":"default",
                             "object":{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}}}
                            """);
            var answer = new ObjectMapper().readTree(injected).path("response");
            assertEquals("7", answer.path("uid").asString());
            var patch =
                    new String(
                            Base64.getDecoder().decode(answer.path("patch").asString()),
                            StandardCharsets.UTF_8);
            assertTrue(patch.contains("istio-proxy"), patch);

            var warned = post(client, door, "/validate", review("v9", 100));
            assertTrue(warned.contains("\"allowed\":true") && warned.contains("subset v9"), warned);
            var refused = post(client, door, "/validate", review("v1", -3));
            assertTrue(
                    refused.contains("\"allowed\":false") && refused.contains("weight"), refused);
        }
    }

    private static String review(String subset, int weight) {
        return """
        {"apiVersion":"admission.k8s.io/v1","request":{"uid":"8","namespace":"default",
         "kind":{"group":"networking.istio.io","version":"v1","kind":"VirtualService"},
         "resource":{"group":"networking.istio.io","version":"v1","resource":"virtualservices"},
         "object":{"apiVersion":"networking.istio.io/v1","kind":"VirtualService",
          "metadata":{"name":"x","namespace":"default"},
          "spec":{"hosts":["vjan-service"],"http":[{"route":[{"destination":{"host":"vjan-service","subset":"%s"},"weight":%d}]}]}}}}
        """
                .formatted(subset, weight);
    }

    private static String get(HttpClient client, HttpDoor door, String path) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(uri(door, path)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static String post(HttpClient client, HttpDoor door, String path, String body)
            throws Exception {
        return client.send(
                        HttpRequest.newBuilder(uri(door, path))
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static URI uri(HttpDoor door, String path) {
        return URI.create("http://127.0.0.1:" + door.address().getPort() + path);
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /// A client that asks as a sidecar does and acknowledges everything.
    private final class Proxy implements StreamObserver<DeltaDiscoveryResponse> {
        private final Map<String, String> held = new ConcurrentHashMap<>();
        private final Set<String> asked = new ConcurrentSkipListSet<>();
        private final StreamObserver<DeltaDiscoveryRequest> requests;

        Proxy() {
            requests =
                    AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(this);
            send(
                    DeltaDiscoveryRequest.newBuilder()
                            .setNode(node())
                            .setTypeUrl(ResourceType.CLUSTER.typeUrl()));
            send(DeltaDiscoveryRequest.newBuilder().setTypeUrl(ResourceType.LISTENER.typeUrl()));
            send(
                    DeltaDiscoveryRequest.newBuilder()
                            .setTypeUrl(ResourceType.ROUTE.typeUrl())
                            .addResourceNamesSubscribe(HOST + ":8501"));
        }

        private Node node() {
            return Views.node(
                    "sidecar",
                    "10.244.0.5",
                    "vjan-v1-abc.default",
                    Map.of("app", "vjan-server", "version", "v1"));
        }

        @Override
        public void onNext(DeltaDiscoveryResponse response) {
            var type = ResourceType.of(response.getTypeUrl());
            for (Resource resource : response.getResourcesList()) {
                held.put(type.abbreviation() + " " + resource.getName(), resource.getVersion());
            }
            response.getRemovedResourcesList()
                    .forEach(n -> held.remove(type.abbreviation() + " " + n));
            send(
                    DeltaDiscoveryRequest.newBuilder()
                            .setTypeUrl(response.getTypeUrl())
                            .setResponseNonce(response.getNonce()));
            if (type == ResourceType.CLUSTER) {
                var more =
                        response.getResourcesList().stream()
                                .map(Resource::getName)
                                .filter(n -> n.startsWith("outbound") && asked.add(n))
                                .toList();
                send(
                        DeltaDiscoveryRequest.newBuilder()
                                .setTypeUrl(ResourceType.ENDPOINT.typeUrl())
                                .addAllResourceNamesSubscribe(more));
            }
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}

        private synchronized void send(DeltaDiscoveryRequest.Builder request) {
            requests.onNext(request.build());
        }

        boolean has(String typeAndName) {
            return held.containsKey(typeAndName);
        }

        Map<String, String> versions() {
            return Map.copyOf(held);
        }

        Set<String> changedSince(Map<String, String> before) {
            var changed = new java.util.HashSet<String>();
            held.forEach((name, version) -> {
                if (!version.equals(before.get(name))) {
                    changed.add(name);
                }
            });
            return changed;
        }
    }
}
