package dev.serin.proxy.telemetry.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

class MetricsTest {
    @Test
    void printsPrometheusText() {
        var metrics = new Metrics(10);
        metrics.counters("b_total", List.of("code", "who")).of("200", "a\"b\\c\nd").add(3);
        metrics.gauge("a_up", () -> 1);
        var times = metrics.histograms("c_ms", List.of("who"), 0.5, 1, 10).of("x");
        times.observe(0.5);
        times.observe(0.7);
        times.observe(100);

        assertEquals(
                """
                # TYPE a_up gauge
                a_up 1
                # TYPE b_total counter
                b_total{code="200",who="a\\"b\\\\c\\nd"} 3
                # TYPE c_ms histogram
                c_ms_bucket{who="x",le="0.5"} 1
                c_ms_bucket{who="x",le="1"} 2
                c_ms_bucket{who="x",le="10"} 2
                c_ms_bucket{who="x",le="+Inf"} 3
                c_ms_sum{who="x"} 101.2
                c_ms_count{who="x"} 3
                """,
                metrics.text());
        var quantiles = times.quantiles();
        assertEquals(0, quantiles[0]);
        assertEquals(0.375, quantiles[1]);
        assertEquals(0.75, quantiles[2]);
        assertEquals(3, times.count());
        assertEquals(
                "# TYPE b_total counter\nb_total{code=\"200\",who=\"a\\\"b\\\\c\\nd\"} 3\n",
                metrics.text(s -> s.name().startsWith("b"), false));
        var summary = metrics.text(s -> s.name().startsWith("c"), true);
        assertTrue(summary.contains("c_ms{who=\"x\",quantile=\"0.25\"} 0.375\n"), summary);
    }

    @Test
    void onePlaceASeries() {
        var metrics = new Metrics(10);
        var first = metrics.counters("a_total", List.of("l")).of("x");
        assertSame(first, metrics.counters("a_total", List.of("l")).of("x"));
        assertThrows(
                IllegalArgumentException.class,
                () -> metrics.histograms("a_total", List.of("l"), 1));
    }

    @Test
    void aNameMayHaveOtherLabelsElsewhere() {
        var metrics = new Metrics(10);
        metrics.counters("a_total", List.of("l")).of("x").increment();
        metrics.counters("a_total", List.of("l", "m")).of("x", "y").increment();
        assertEquals(
                """
                # TYPE a_total counter
                a_total{l="x"} 1
                a_total{l="x",m="y"} 1
                """,
                metrics.text());
    }

    @Test
    void envoysStatisticsHaveTheirWholeNameAndTheirTags() {
        var metrics = new Metrics(10);
        var classes = StatName.of("cluster.{envoy_cluster_name}.rq_{envoy_response_code_class}xx");
        metrics.counters(classes).of("out|80||web.shop", "2").increment();
        var codes = StatName.of("cluster.{envoy_cluster_name}.rq_{envoy_response_code}");
        metrics.counters(codes).of("c", "200").increment();
        var active = metrics.gauges(StatName.of("http.{envoy_http_conn_manager_prefix}.active"));
        active.of("in").increment();
        assertEquals(
                """
                # TYPE envoy_cluster_rq counter
                envoy_cluster_rq{envoy_cluster_name="c",envoy_response_code="200"} 1
                # TYPE envoy_cluster_rq_xx counter
                envoy_cluster_rq_xx{envoy_cluster_name="out|80||web.shop",envoy_response_code_class="2"} 1
                # TYPE envoy_http_active gauge
                envoy_http_active{envoy_http_conn_manager_prefix="in"} 1
                """,
                metrics.text());
        assertEquals(
                "{cluster.c.rq_200=1, cluster.out|80||web.shop.rq_2xx=1, http.in.active=1}",
                plain(metrics).toString());
        metrics.reset();
        assertEquals(0, plain(metrics).get("cluster.c.rq_200"));
        assertEquals(1, plain(metrics).get("http.in.active"));
    }

    private static Map<String, Long> plain(Metrics metrics) {
        var plain = new TreeMap<String, Long>();
        metrics.stats().forEach(s -> plain.put(s.name(), s.value()));
        return plain;
    }

    @Test
    void aPeerCannotMakeSeriesWithoutEnd() {
        var metrics = new Metrics(5);
        var family = metrics.counters("a_total", List.of("who"));
        for (var i = 0; i < 100; i++) {
            family.of("peer-" + i).increment();
        }
        assertEquals(95, family.of("overflow").sum());
        assertTrue(metrics.text().lines().count() <= 8, metrics.text());
    }
}
