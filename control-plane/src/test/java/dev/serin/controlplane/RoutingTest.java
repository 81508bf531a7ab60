package dev.serin.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.config.Resource;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Where requests go, asked of the configuration that proxies are sent.
final class RoutingTest {
    private static final String V1 = "outbound|8501|v1|vjan-service.default.svc.cluster.local";
    private static final String V2 = "outbound|8501|v2|vjan-service.default.svc.cluster.local";
    private static final Map<String, Integer> SPLIT = Map.of(V1, 90, V2, 10);

    private final List<Resource> canary = canary();

    @Test
    void splitsByWeightInTheMeshWhateverTheHostHeader() {
        var call = Simulation.Call.http("10.96.0.20", 8501, "vjan-service:8501");
        assertEquals(SPLIT, client().outbound(call).clusters());
        assertEquals(SPLIT, client().outbound(call.path("/v1/models/m:predict")).clusters());
    }

    @Test
    void sendsExactlyTheMatchingHeaderToTheSecondVersion() {
        var call = Simulation.Call.http("10.96.0.20", 8501, "vjan-service");
        var chrome = call.header("my-header", "Mozilla chrome 120");
        assertEquals(Map.of(V2, 1), client().outbound(chrome).clusters());
        assertEquals(SPLIT, client().outbound(call.header("my-header", "firefox")).clusters());
    }

    @Test
    void plainBytesOnAPortWithoutANameReachTheService() {
        var result = client().outbound(Simulation.Call.tcp("10.96.0.20", 8501));
        assertEquals("10.96.0.20_8501", result.listener());
        assertEquals(
                Map.of("outbound|8501||vjan-service.default.svc.cluster.local", 1),
                result.clusters());
    }

    @Test
    void theGatewaySplitsToo() {
        var call = Simulation.Call.http("10.244.0.2", 8080, "models.example.org");
        assertEquals(SPLIT, gateway(canary).outbound(call).clusters());
        var withPort = Simulation.Call.http("10.244.0.2", 8080, "models.example.org:8080");
        assertEquals(SPLIT, gateway(canary).outbound(withPort).clusters());
        var unknown = Simulation.Call.http("10.244.0.2", 8080, "elsewhere.example.org");
        assertEquals(404, gateway(canary).outbound(unknown).status());
    }

    @Test
    void whatEntersGoesToTheApplicationsPort() {
        var inbound =
                sidecar(canary).inbound(Simulation.Call.http("10.244.0.5", 8501, "vjan-service"));
        assertEquals(Map.of("inbound|8501||", 1), inbound.clusters());
        var plain = sidecar(canary).inbound(Simulation.Call.tcp("10.244.0.5", 8501));
        assertEquals(Map.of("inbound|8501||", 1), plain.clusters());
        var other = sidecar(canary).inbound(Simulation.Call.tcp("10.244.0.5", 9999));
        assertEquals(Map.of("InboundPassthroughCluster", 1), other.clusters());
        var loop = sidecar(canary).inbound(Simulation.Call.tcp("10.244.0.5", 15006));
        assertEquals(Map.of("BlackHoleCluster", 1), loop.clusters());
    }

    @Test
    void whatIsNotInTheMeshIsPassedOn() {
        var away = client().outbound(Simulation.Call.tcp("203.0.113.7", 443));
        assertEquals(Map.of("PassthroughCluster", 1), away.clusters());
        var web = client().outbound(Simulation.Call.http("203.0.113.7", 80, "example.org"));
        assertEquals(Map.of("PassthroughCluster", 1), web.clusters());
        assertEquals("allow_any", web.host());
    }

    @Test
    void ofTwoVirtualServicesTheSidecarTakesTheOlder() {
        var resources = new ArrayList<>(canary);
        resources.addAll(
                Manifests.read(
                        """
                        apiVersion: networking.istio.io/v1
                        kind: VirtualService
                        metadata: {name: a-later-one, creationTimestamp: "2026-02-01T00:00:00Z"}
                        spec:
                          hosts: [vjan-service]
                          http: [{directResponse: {status: 418}}]
                        """));
        var mesh = Views.mesh(resources);
        assertEquals(1, mesh.routes().superseded().size());
        var call = Simulation.Call.http("10.96.0.20", 8501, "vjan-service");
        assertEquals(SPLIT, sidecar(resources).outbound(call).clusters());
    }

    @Test
    void aGatewayMergesTheRulesOfTwoAndPutsCatchAllsLast() {
        var resources = new ArrayList<>(canary);
        resources.addAll(
                Manifests.read(
                        """
                        apiVersion: networking.istio.io/v1
                        kind: VirtualService
                        metadata: {name: a-later-one, creationTimestamp: "2026-02-01T00:00:00Z"}
                        spec:
                          hosts: [models.example.org]
                          gateways: [vjan-gateway]
                          http:
                            - match: [{uri: {prefix: /tea}}]
                              directResponse: {status: 418}
                        """));
        var call = Simulation.Call.http("10.244.0.2", 8080, "models.example.org");
        assertEquals(418, gateway(resources).outbound(call.path("/tea/pot")).status());
        assertEquals(SPLIT, gateway(resources).outbound(call.path("/coffee")).clusters());
    }

    @Test
    void aNamedHttpPortIsSharedByHostName() {
        var resources = new ArrayList<>(canary);
        resources.addAll(
                Manifests.read(
                        """
                        apiVersion: v1
                        kind: Service
                        metadata: {name: web, namespace: shop}
                        spec: {clusterIP: 10.96.0.77, ports: [{name: http, port: 80}]}
                        """));
        var here = sidecar(resources);
        var cluster = Map.of("outbound|80||web.shop.svc.cluster.local", 1);
        for (var host : List.of("web.shop", "web.shop:80", "web.shop.svc.cluster.local")) {
            var call = Simulation.Call.http("10.96.0.77", 80, host);
            assertEquals(cluster, here.outbound(call).clusters(), host);
        }
        // The bare name is that of a service in the caller's own namespace.
        var bare = Simulation.Call.http("10.96.0.77", 80, "web");
        assertEquals(Map.of("PassthroughCluster", 1), here.outbound(bare).clusters());
    }

    private Simulation client() {
        return sidecar(canary);
    }

    private static Simulation sidecar(List<Resource> resources) {
        var node =
                Views.node("sidecar", "10.244.0.5", "vjan-v1-abc.default", Map.of("app", "vjan"));
        return new Simulation(Views.of(Views.mesh(resources), node));
    }

    private static Simulation gateway(List<Resource> resources) {
        var node =
                Views.node(
                        "router",
                        "10.244.0.2",
                        "gateway-1.istio-system",
                        Map.of("istio", "ingressgateway"));
        return new Simulation(Views.of(Views.mesh(resources), node));
    }

    static List<Resource> canary() {
        try {
            return Manifests.read(
                            Files.readString(Path.of("src/test/resources/golden/canary.in.yaml")))
                    .stream()
                    .filter(r -> !r.kind().kind().equals("Proxy"))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
