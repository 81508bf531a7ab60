package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Copies of requests, which never cost the original anything.
@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class MirrorsTest {
    private final ScriptedDraws draws = new ScriptedDraws(1);
    private final LinkedBlockingQueue<Origin.Message> copies = new LinkedBlockingQueue<>();

    private Origin mirror() {
        return new Origin(wire -> {
            for (var got = wire.request(); got != null; got = wire.request()) {
                copies.add(got);
                wire.write("HTTP/1.1 500 No\r\ncontent-length: 3\r\n\r\nbad");
            }
        });
    }

    private Rig rig(String policies, Origin main, int mirror) {
        var rig = new Rig(draws);
        rig.apply(Rig.cluster("one", main.port()), Rig.cluster("two", mirror));
        assertEquals(
                "[]",
                rig.apply(
                                Rig.routes(
                                        """
                                        - match: {prefix: /}
                                          request_headers_to_add: [{header: {key: x-m, value: "1"}}]
                                          route: {cluster: one, prefix_rewrite: /m, request_mirror_policies: [POLICIES]}
                                        """
                                                .replace("POLICIES", policies)),
                                Rig.http())
                        .toString());
        return rig;
    }

    @Test
    void aCopyIsWhatTheHostGets() throws Exception {
        try (var main = Origin.answering("main");
                var mirror = mirror();
                var rig = rig("{cluster: two}", main, mirror.port());
                var client = Wire.to(rig.port("main"))) {
            client.write("POST /x HTTP/1.1\r\nhost: h:80\r\ncontent-length: 5\r\n\r\nhello");
            assertEquals("main", client.message().body());
            var copy = copies.poll(5, TimeUnit.SECONDS);
            assertNotNull(copy);
            assertTrue(copy.head().startsWith("POST /mx HTTP/1.1\r\n"), copy.head());
            assertEquals("h-shadow:80", copy.header("host"));
            assertEquals("1", copy.header("x-m"));
            assertEquals("true", copy.header("x-envoy-internal"));
            assertEquals("hello", copy.body());
            assertEquals(200, rig.end().status());
        }
    }

    @Test
    void severalByShareAndByHeader() throws Exception {
        draws.script("mirror", 49, 50);
        try (var main = Origin.answering("main");
                var mirror = mirror();
                var rig =
                        rig(
                                "{cluster: two, runtime_fraction: {default_value: {numerator:"
                                        + " 50}}}, {cluster_header: x-to,"
                                        + " disable_shadow_host_suffix_append: true, trace_sampled:"
                                        + " false}",
                                main,
                                mirror.port());
                var client = Wire.to(rig.port("main"))) {
            client.get("/a", "x-to: nowhere");
            assertEquals("test-shadow", copies.poll(5, TimeUnit.SECONDS).header("host"));
            var parent = "traceparent: 00-" + "1".repeat(32) + "-" + "2".repeat(16) + "-01";
            client.get("/b", "x-to: two", parent);
            var copy = copies.poll(5, TimeUnit.SECONDS);
            assertEquals("test", copy.header("host"));
            assertTrue(copy.header("traceparent").endsWith("-00"), copy.head());
            assertNull(copies.poll(), "one copy each");
        }
    }

    @Test
    void aMirrorThatIsDownCostsNothing() {
        try (var main = Origin.answering("main");
                var rig = rig("{cluster: two}, {cluster: nowhere}", main, Origin.refusing());
                var client = Wire.to(rig.port("main"))) {
            for (var i = 0; i < 3; i++) {
                assertEquals("main", client.get("/").body());
            }
        }
    }

    @Test
    void aLargeBodyStreamsToBoth() throws Exception {
        var size = 8 << 20;
        try (var main = counting(size);
                var mirror = mirror();
                var rig = rig("{cluster: two}", main, mirror.port());
                var client = Wire.to(rig.port("main"))) {
            post(client, size);
            assertEquals(200, client.message().status());
            var copy = copies.poll(5, TimeUnit.SECONDS);
            assertTrue(copy == null || copy.body().length() == size, "all of it, or nothing");
        }
    }

    @Test
    void aMirrorThatReadsNothingIsGivenUp() throws Exception {
        var size = 16 << 20;
        var done = new CountDownLatch(1);
        try (var main = counting(size);
                var mirror =
                        new Origin(wire -> {
                            wire.head();
                            awaitQuietly(done);
                        });
                var rig = rig("{cluster: two}", main, mirror.port());
                var client = Wire.to(rig.port("main"))) {
            post(client, size);
            assertEquals(200, client.message().status());
            var two = rig.plane.snapshot().clusters().get("two");
            Eventually.eventually(
                    Duration.ofSeconds(5),
                    "the copy is given up",
                    () -> two.requests().used() == 0);
            done.countDown();
        }
    }

    /// The worker may be told to end at any moment of its round.
    @RepeatedTest(20)
    void aCopyThatIsUnderWayEndsWithItsWorker() {
        try (var main = Origin.answering("main");
                var mirror = Origin.answering("mirror");
                var rig = rig("{cluster: two}", main, mirror.port());
                var client = Wire.to(rig.port("main"))) {
            assertEquals("main", client.get("/a").body());
            assertEquals("main", client.get("/b").body());
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Origin counting(int size) {
        return new Origin(wire -> {
            wire.head();
            wire.in.skipNBytes(size);
            wire.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        });
    }

    private static void post(Wire client, int size) throws Exception {
        client.write("POST / HTTP/1.1\r\nhost: h\r\ncontent-length: " + size + "\r\n\r\n");
        var part = new byte[64 * 1024];
        for (var sent = 0; sent < size; sent += part.length) {
            client.out.write(part);
        }
        client.out.flush();
    }
}
