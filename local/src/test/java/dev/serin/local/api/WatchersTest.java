package dev.serin.local.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.local.api.wire.Sockets;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/// Several who watch one thing in different ways, each of whom sees it in the own way.
class WatchersTest {
    private static final String SCALERS = "/namespaces/default/horizontalpodautoscalers";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    @TempDir Path folder;
    private LocalApi api;
    private HttpClient client;
    private String root;
    private final List<Stream<String>> open = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        var keys = TestKeys.make(folder, "ip:127.0.0.1");
        api = new LocalApi(new LocalApi.Options(folder, Ticker.system(), Draws.system()));
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var address = api.start(Sockets.ofMachine(), loopback, keys.server(), "secret");
        root = "https://127.0.0.1:" + address.getPort();
        client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(keys.trusting())
                        .build();
    }

    @AfterEach
    void close() {
        open.forEach(Stream::close);
        client.shutdownNow();
        api.close();
    }

    @Test
    void eachSeesTheVersionThatItAskedFor() throws Exception {
        var first = watch("/apis/autoscaling/v1" + SCALERS + "?watch=1", "application/json");
        var second = watch("/apis/autoscaling/v2" + SCALERS + "?watch=1", "application/json");
        var again = watch("/apis/autoscaling/v2" + SCALERS + "?watch=1", "application/json");
        var meta = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
        var partial = watch("/apis/autoscaling/v2" + SCALERS + "?watch=1", meta);
        send(
                "POST",
                "/apis/autoscaling/v1" + SCALERS,
                """
                {"metadata":{"name":"s"},"spec":{"maxReplicas":3,"targetCPUUtilizationPercentage":50,
                 "scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"}}}\
                """);
        assertEquals(50, next(first).at("/object/spec/targetCPUUtilizationPercentage").asInt());
        var whole = next(second);
        assertEquals(
                50, whole.at("/object/spec/metrics/0/resource/target/averageUtilization").asInt());
        assertEquals(whole, next(again));
        assertEquals("PartialObjectMetadata", next(partial).at("/object/kind").asString());
    }

    @Test
    void whatOneSeesChangedAnotherSeesAddedOrDeleted() throws Exception {
        send("POST", MAPS, "{\"metadata\":{\"name\":\"m\",\"labels\":{\"set\":\"a\"}}}");
        var since = "&resourceVersion=" + version();
        var all = watch(MAPS + "?watch=1" + since, "application/json");
        var left = watch(MAPS + "?watch=1&labelSelector=set%3Da" + since, "application/json");
        var joined = watch(MAPS + "?watch=1&labelSelector=set%3Db" + since, "application/json");
        send("PUT", MAPS + "/m", "{\"metadata\":{\"name\":\"m\",\"labels\":{\"set\":\"b\"}}}");
        assertEquals("MODIFIED", next(all).path("type").asString());
        assertEquals("DELETED", next(left).path("type").asString());
        assertEquals("ADDED", next(joined).path("type").asString());
    }

    @Test
    void whatWaitsTogetherComesInOrderAndWhole() throws Exception {
        var from = version();
        for (var i = 0; i < 300; i++) {
            var data = "v".repeat(500);
            send(
                    "POST",
                    MAPS,
                    "{\"metadata\":{\"name\":\"m-%d\"},\"data\":{\"k\":\"%s\"}}"
                            .formatted(i, data));
        }
        var all = watch(MAPS + "?watch=1&resourceVersion=" + from, "application/json");
        for (var i = 0; i < 300; i++) {
            assertEquals("m-" + i, next(all).at("/object/metadata/name").asString());
        }
    }

    private Iterator<String> watch(String path, String accept) throws Exception {
        var request = request(path).header("accept", accept).build();
        var lines = client.send(request, HttpResponse.BodyHandlers.ofLines()).body();
        open.add(lines);
        return lines.iterator();
    }

    private static JsonNode next(Iterator<String> lines) {
        return JsonMapper.shared().readTree(lines.next());
    }

    private String version() throws Exception {
        var list = client.send(request(MAPS).build(), HttpResponse.BodyHandlers.ofString());
        return JsonMapper.shared().readTree(list.body()).at("/metadata/resourceVersion").asString();
    }

    private void send(String method, String path, String body) throws Exception {
        var publisher = HttpRequest.BodyPublishers.ofString(body);
        var request = request(path).header("content-type", "application/json");
        var answer =
                client.send(
                        request.method(method, publisher).build(),
                        HttpResponse.BodyHandlers.ofString());
        assertEquals(2, answer.statusCode() / 100, answer.body());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(root + path))
                .header("authorization", "Bearer secret");
    }
}
