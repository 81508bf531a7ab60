package dev.serin.local.controllers.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.Resource;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.controllers.MemoryApi;
import dev.serin.testkit.FakeTime;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Values from pages as sidecars write them.
class MeshMetricsTest {
    private static final JsonNode ALL = MissingNode.getInstance();
    private static final String P99 = "istio_request_duration_p99_milliseconds";

    private final FakeTime time = new FakeTime();
    private final MemoryApi api = new MemoryApi(time);
    private final Map<String, String> pages = new HashMap<>();
    private final MeshMetrics metrics =
            new MeshMetrics(
                    api,
                    time,
                    time,
                    Runnable::run,
                    address -> {
                        var page = pages.get(address);
                        if (page == null) {
                            throw new IOException("nobody there");
                        }
                        return page;
                    });

    @Test
    void theRateOfAPodIsThatOfTheLastFifteenSeconds() {
        var pods = List.of(pod("a", "10.0.0.1"), pod("b", "10.0.0.2"));
        pages.put("10.0.0.1", requests(100, 7));
        var early =
                assertThrows(
                        UnknownMetricException.class,
                        () -> metrics.ofPods(pods, MeshMetrics.RATE, ALL));
        assertTrue(early.why().contains("istio_requests_per_second"), early.why());
        time.advance(Duration.ofSeconds(4));
        pages.put("10.0.0.1", requests(150, 7));
        time.advance(Duration.ofSeconds(1));
        assertEquals(Map.of("a", 10_000.0), metrics.ofPods(pods, MeshMetrics.RATE, ALL));
        pages.put("10.0.0.1", requests(150, 27));
        time.advance(Duration.ofSeconds(10));
        // 50 answers of 200 and 20 of 503 in 15 s.
        assertEquals(70 / 15.0, rate(pods, ALL), 0.001);
        assertEquals(20 / 15.0, rate(pods, json("{'matchLabels':{'response_code':'503'}}")), 0.001);
        // What it sent itself is not its load.
        assertEquals(
                0,
                rate(
                        pods,
                        json(
                                "{'matchExpressions':[{'key':'response_code','operator':'In','values':['404']}]}")),
                0.001);
        time.advance(Duration.ofMinutes(2));
        assertEquals(0, time.waiting());
        metrics.close();
    }

    private double rate(List<Resource> pods, JsonNode selector) {
        return metrics.ofPods(pods, MeshMetrics.RATE, selector).getOrDefault("a", -1.0) / 1000;
    }

    @Test
    void latencyIsAShareOfTheHistogramsGrowthAndNoneWithoutRequests() {
        var pods = List.of(pod("a", "10.0.0.1"));
        pages.put("10.0.0.1", histogram(100, 100, 100));
        assertThrows(UnknownMetricException.class, () -> metrics.ofPods(pods, P99, ALL));
        time.advance(Duration.ofSeconds(5));
        assertEquals(0, metrics.ofPods(pods, P99, ALL).getOrDefault("a", -1.0));
        pages.put("10.0.0.1", histogram(190, 199, 200));
        time.advance(Duration.ofSeconds(5));
        assertEquals(50_000, metrics.ofPods(pods, P99, ALL).getOrDefault("a", -1.0), 0.5);
        var half = "istio_request_duration_p45_milliseconds";
        assertEquals(2500, metrics.ofPods(pods, half, ALL).getOrDefault("a", -1.0), 0.5);
        metrics.close();
    }

    @Test
    void aServiceIsItsPodsTogetherAndEverythingIsExternal() {
        pod("a", "10.0.0.1");
        pod("b", "10.0.0.2");
        api.create(
                MemoryApi.resource(
                        Kinds.SERVICE,
                        "{'metadata':{'name':'web'},'spec':{'selector':{'app':'web'}}}"));
        var service = json("{'kind':'Service','name':'web'}");
        for (var count : new int[] {0, 50}) {
            pages.put("10.0.0.1", requests(count, 0));
            pages.put("10.0.0.2", requests(2 * count, 0));
            if (count == 0) {
                assertThrows(
                        UnknownMetricException.class,
                        () -> metrics.ofObject("default", service, MeshMetrics.RATE, ALL));
            }
        }
        time.advance(Duration.ofSeconds(5));
        assertEquals(30_000, metrics.ofObject("default", service, MeshMetrics.RATE, ALL), 0.5);
        var of = json("{'matchLabels':{'destination_service_name':'web'}}");
        assertEquals(30_000, metrics.external("default", MeshMetrics.RATE, of), 0.5);
        var none =
                assertThrows(
                        UnknownMetricException.class,
                        () -> metrics.external("default", "queue_length", ALL));
        assertTrue(none.why().startsWith("there is no metric queue_length (expected: istio_"));
        metrics.close();
    }

    private static String requests(int good, int bad) {
        return """
        # TYPE istio_requests_total counter
        istio_requests_total{reporter="destination",destination_service_name="web",response_code="200",path="a\\"b},c"} %d
        istio_requests_total{reporter="destination",destination_service_name="web",response_code="503"} %d 1700000000
        istio_requests_total{reporter="source",destination_service_name="db",response_code="404"} %d
        envoy_cluster_upstream_rq_total{cluster_name="x"} 5
        """
                .formatted(good, bad, 10 * good);
    }

    private static String histogram(int five, int fifty, int all) {
        var text = new StringBuilder();
        Map.of("5", five, "50", fifty, "+Inf", all)
                .forEach((le, count) ->
                        text.append(
                                "istio_request_duration_milliseconds_bucket{reporter=\"destination\",le=\""
                                        + le
                                        + "\"} "
                                        + count
                                        + "\n"));
        return text.toString();
    }

    private Resource pod(String name, String address) {
        return api.create(
                MemoryApi.resource(
                        Kinds.POD,
                        """
                        {'metadata':{'name':'%s','labels':{'app':'web'}},
                         'spec':{'containers':[{'name':'c'},{'name':'istio-proxy'}]},
                         'status':{'phase':'Running','podIP':'%s'}}
                        """
                                .formatted(name, address)));
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }
}
