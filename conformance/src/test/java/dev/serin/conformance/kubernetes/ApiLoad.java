package dev.serin.conformance.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.testkit.Trust;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// What the API takes: five thousand objects written by eight clients at once while ten watch, then
/// listed. On the local API and on a real kube-apiserver, whose writes are on the disk too when
/// they are answered, one after the other and twice. Not part of `verify`: `benchmarks/run api`
/// starts it.
@Tag("kubernetes")
class ApiLoad {
    private static final int OBJECTS = 5000;
    private static final int CLIENTS = 8;
    private static final int WATCHERS = 10;
    private static final int ROUNDS = 2;
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    @Test
    void fiveThousandObjects(@TempDir Path folder) throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            try (var local = new LocalProcess(folder.resolve("local" + round))) {
                System.out.println(run("local", local.url(), local.rootPem()));
            }
            try (var real = RealKubernetes.durable(folder.resolve("real" + round))) {
                System.out.println(run("real", real.url(), real.rootPem()));
            }
        }
    }

    private static String run(String name, String url, String rootPem) throws Exception {
        try (var client = client(rootPem);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // 1. Warm: classes are loaded, the namespace is there.
            write(client, url, "warm", 500, new long[500]);
            // 2. The watchers, each of which must see every object.
            var seen = new CountDownLatch(OBJECTS * WATCHERS);
            var watching = new CountDownLatch(WATCHERS);
            for (var i = 0; i < WATCHERS; i++) {
                threads.submit(() -> watch(client, url, watching, seen));
            }
            assertTrue(watching.await(20, TimeUnit.SECONDS), "the watches are open");
            // 3. Five thousand writes.
            var took = new long[OBJECTS];
            var begun = System.nanoTime();
            write(client, url, "load", OBJECTS, took);
            var written = seconds(begun);
            assertTrue(seen.await(60, TimeUnit.SECONDS), "every watcher sees every object");
            var watched = seconds(begun);
            // 4. The list of all.
            var lists = new long[10];
            for (var i = 0; i < lists.length; i++) {
                var from = System.nanoTime();
                assertEquals(200, send(client, request(url + MAPS).build()).statusCode());
                lists[i] = System.nanoTime() - from;
            }
            threads.shutdownNow();
            return "api %s creates_per_s=%.0f create_p50_ms=%.1f create_p99_ms=%.1f events_per_s=%.0f list_ms=%.0f"
                    .formatted(
                            name,
                            OBJECTS / written,
                            percentile(took, 50),
                            percentile(took, 99),
                            (double) OBJECTS * WATCHERS / watched,
                            percentile(lists, 50));
        }
    }

    private static void write(HttpClient client, String url, String name, int count, long[] took)
            throws Exception {
        var next = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(CLIENTS)) {
            var ends = new ArrayList<Future<?>>();
            for (var c = 0; c < CLIENTS; c++) {
                ends.add(
                        threads.submit(() -> {
                            for (var n = next.getAndIncrement();
                                    n < count;
                                    n = next.getAndIncrement()) {
                                var body =
                                        "{\"metadata\":{\"name\":\"%s-%d\"},\"data\":{\"key\":\"%s\"}}"
                                                .formatted(name, n, "value ".repeat(40));
                                var from = System.nanoTime();
                                var answer =
                                        send(
                                                client,
                                                request(url + MAPS)
                                                        .header("content-type", "application/json")
                                                        .POST(
                                                                HttpRequest.BodyPublishers.ofString(
                                                                        body))
                                                        .build());
                                took[n] = System.nanoTime() - from;
                                assertEquals(201, answer.statusCode(), answer.body());
                            }
                            return null;
                        }));
            }
            for (var end : ends) {
                end.get();
            }
        }
    }

    private static Void watch(
            HttpClient client, String url, CountDownLatch watching, CountDownLatch seen)
            throws Exception {
        var request = request(url + MAPS + "?watch=true&resourceVersion=0").build();
        try (var lines = client.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
            watching.countDown();
            // What was there before comes first.
            lines.filter(line -> line.contains("\"name\":\"load-")).forEach(_ -> seen.countDown());
        }
        return null;
    }

    private static HttpClient client(String rootPem) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(Trust.context(rootPem))
                .build();
    }

    private static HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("authorization", "Bearer " + Kubernetes.TOKEN)
                .header("accept", "application/json");
    }

    private static HttpResponse<String> send(HttpClient client, HttpRequest request)
            throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static double seconds(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }

    /// In milliseconds.
    private static double percentile(long[] nanos, int percent) {
        var sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1e6;
    }
}
