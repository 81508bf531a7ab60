package dev.serin.cli.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.testkit.FakeTime;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

final class LastRequestsTest {
    private static final String PAGE =
            """
            # TYPE envoy_cluster_upstream_rq_active gauge
            envoy_cluster_upstream_rq_active{envoy_cluster_name="outbound|80||other.default"} 7
            envoy_cluster_upstream_rq_active{envoy_cluster_name="inbound|8000||"} %d
            envoy_cluster_upstream_rq_total{envoy_cluster_name="inbound|8000||"} 12
            envoy_cluster_upstream_rq_pending_active{envoy_cluster_name="inbound|8000||"} %d
            """;

    private final FakeTime time = new FakeTime();
    private final CompletableFuture<Void> heard = new CompletableFuture<>();
    private String page = "";

    private LastRequests last() {
        return new LastRequests(_ -> heard, _ -> page, time, Runnable::run);
    }

    @Test
    void waitsForCallersAndThenForTheirRequests() {
        page = PAGE.formatted(1, 0);
        var over = last().to("10.244.0.7");
        time.advance(Duration.ofSeconds(1));
        heard.complete(null);
        time.advance(Duration.ofMillis(500));
        assertFalse(over.isDone(), "one is in it");
        page = PAGE.formatted(0, 2);
        time.advance(Duration.ofMillis(100));
        assertFalse(over.isDone(), "two wait for a connection");
        page = PAGE.formatted(0, 0);
        time.advance(Duration.ofMillis(50));
        assertFalse(over.isDone(), "one may be on its way still");
        time.advance(Duration.ofMillis(50));
        assertTrue(over.isDone());
    }

    @Test
    void aPodWithoutASidecarIsAskedTwiceOnly() {
        var asked = new AtomicInteger();
        var over =
                new LastRequests(
                                _ -> heard,
                                _ -> {
                                    asked.incrementAndGet();
                                    throw new IOException("refused");
                                },
                                time,
                                Runnable::run)
                        .to("10.244.0.7");
        heard.complete(null);
        time.advance(Duration.ofMillis(50));
        assertTrue(over.isDone());
        assertEquals(2, asked.get());
    }

    @Test
    void aRequestThatDoesNotEndIsNotLookedAfterForEver() {
        page = PAGE.formatted(1, 0);
        heard.complete(null);
        var over = last().to("10.244.0.7");
        time.advance(Duration.ofSeconds(10));
        assertTrue(over.isDone());
    }
}
