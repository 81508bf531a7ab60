package dev.serin.proxy.telemetry.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;

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
        assertEquals("count 3 sum 101.2", metrics.plain().get("c_ms{who=\"x\"}"));
    }

    @Test
    void onePlaceASeries() {
        var metrics = new Metrics(10);
        var first = metrics.counters("a_total", List.of("l")).of("x");
        assertSame(first, metrics.counters("a_total", List.of("l")).of("x"));
        assertThrows(
                IllegalArgumentException.class, () -> metrics.counters("a_total", List.of("m")));
        assertThrows(
                IllegalArgumentException.class,
                () -> metrics.histograms("a_total", List.of("l"), 1));
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
