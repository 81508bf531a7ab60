package dev.serin.local.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.wire.Sockets;
import dev.serin.testkit.NothingLeft;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// `metrics.k8s.io` as `kubectl top` and an autoscaler's client read it.
@ExtendWith(NothingLeft.class)
class MeasuresTest {
    private static final String ROOT = "/apis/metrics.k8s.io/v1beta1";
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");

    @TempDir Path folder;
    private LocalApi api;
    private HttpClient client;
    private String root;

    /// Two pods and their machine; one pod has just gone.
    private static final class Known implements Usage {
        @Override
        public List<OfPod> pods() {
            return List.of(pod("b", "web"), pod("a", "web"), pod("a", "gone"));
        }

        private static OfPod pod(String namespace, String name) {
            return new OfPod(
                    namespace,
                    name,
                    AT,
                    Duration.ofMillis(15_020),
                    new TreeMap<>(
                            Map.of(
                                    "c",
                                    new Amount(0.25, 10L << 20),
                                    "istio-proxy",
                                    new Amount(0.000_001_5, 1023))));
        }

        @Override
        public @Nullable OfMachine machine() {
            return new OfMachine(AT, Duration.ofSeconds(15), new Amount(1.5, 1L << 30));
        }
    }

    @BeforeEach
    void open() throws Exception {
        var keys = TestKeys.make(folder, "ip:127.0.0.1");
        api =
                new LocalApi(
                        new LocalApi.Options(
                                folder,
                                Ticker.system(),
                                Draws.system(),
                                "10.96.0.0/16",
                                "",
                                PodLogs.NONE,
                                PodStreams.NONE,
                                new Known(),
                                ServiceUrls.NONE,
                                Throwable::printStackTrace));
        var port =
                api.start(
                                Sockets.ofMachine(),
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                keys.server(),
                                "secret")
                        .getPort();
        root = "https://127.0.0.1:" + port;
        client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(keys.trusting())
                        .build();
        var inside = api.client("test");
        for (var namespace : List.of("a", "b")) {
            inside.create(
                    resource(
                            new ResourceKind("", "v1", "Namespace", "namespaces", false),
                            "{'metadata':{'name':'" + namespace + "'}}"));
            inside.create(
                    resource(
                            new ResourceKind("", "v1", "Pod", "pods", true),
                            "{'metadata':{'name':'web','namespace':'NS','labels':{'in':'NS'}},'spec':{'containers':[{'name':'c','image':'i'}]}}"
                                    .replace("NS", namespace)));
        }
        inside.create(
                resource(
                        new ResourceKind("", "v1", "Node", "nodes", false),
                        "{'metadata':{'name':'laptop'}}"));
    }

    private static Resource resource(ResourceKind kind, String json) {
        return new Resource(
                kind, (ObjectNode) JsonMapper.shared().readTree(json.replace('\'', '"')));
    }

    @AfterEach
    void close() {
        client.shutdownNow();
        api.close();
    }

    @Test
    void aPodIsToldWithItsLabelsAndContainers() throws Exception {
        var pod = ok(ROOT + "/namespaces/a/pods/web");
        assertEquals("PodMetrics", pod.path("kind").asString());
        assertEquals("2026-01-02T03:04:05Z", pod.path("timestamp").asString());
        assertEquals("15.02s", pod.path("window").asString());
        assertEquals("a", pod.at("/metadata/labels/in").asString());
        assertEquals(
                "{\"cpu\":\"250000000n\",\"memory\":\"10240Ki\"}",
                pod.at("/containers/0/usage").toString());
        assertEquals(
                "{\"cpu\":\"1500n\",\"memory\":\"0Ki\"}", pod.at("/containers/1/usage").toString());
        assertEquals(404, ask("GET", ROOT + "/namespaces/a/pods/other").statusCode());
        assertEquals(404, ask("GET", ROOT + "/namespaces/a/pods/gone").statusCode());
    }

    @Test
    void listsAreOfANamespaceOrAllAndObeySelectors() throws Exception {
        assertEquals(List.of("a/web", "b/web"), names(ok(ROOT + "/pods")));
        assertEquals(List.of("b/web"), names(ok(ROOT + "/namespaces/b/pods")));
        assertEquals(List.of("b/web"), names(ok(ROOT + "/pods?labelSelector=in%3Db")));
        assertEquals(
                List.of("a/web"), names(ok(ROOT + "/pods?fieldSelector=metadata.namespace%3Da")));
        assertEquals("PodMetricsList", ok(ROOT + "/pods").path("kind").asString());
    }

    @Test
    void theNodeIsTheMachine() throws Exception {
        var node = ok(ROOT + "/nodes").at("/items/0");
        assertEquals("laptop", node.at("/metadata/name").asString());
        assertEquals(
                "{\"cpu\":\"1500000000n\",\"memory\":\"1048576Ki\"}",
                node.path("usage").toString());
        assertEquals("laptop", ok(ROOT + "/nodes/laptop").at("/metadata/name").asString());
    }

    @Test
    void itIsDiscoveredAndCanOnlyBeRead() throws Exception {
        var pods = ok(ROOT).path("resources").path(1);
        assertEquals("pods", pods.path("name").asString());
        assertEquals("[\"get\",\"list\"]", pods.path("verbs").toString());
        assertEquals(405, ask("DELETE", ROOT + "/namespaces/a/pods/web").statusCode());
        assertEquals(405, ask("GET", ROOT + "/pods?watch=true").statusCode());
        assertNotNull(ok("/openapi/v3").path("paths").get("apis/metrics.k8s.io/v1beta1"));
    }

    private static List<String> names(JsonNode list) {
        return list.path("items")
                .valueStream()
                .map(i ->
                        i.at("/metadata/namespace").asString()
                                + "/"
                                + i.at("/metadata/name").asString())
                .toList();
    }

    private JsonNode ok(String path) throws Exception {
        var answer = ask("GET", path);
        assertEquals(200, answer.statusCode(), answer.body());
        return JsonMapper.shared().readTree(answer.body());
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(root + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .header("authorization", "Bearer secret")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
