package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class Http2PathTest {
    static final String HTTP2 =
            """
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config: {http2_protocol_options: {}}
            """;
    private static final String TO_ONE =
            """
            - match: {prefix: "/"}
              route: {cluster: one}
            """;
    private static final int ENHANCE_YOUR_CALM = 11;

    private final ScriptedDraws draws = new ScriptedDraws(1);

    private Rig rig(com.google.protobuf.Message... clusters) {
        return rig(TO_ONE, clusters);
    }

    private Rig rig(String routes, com.google.protobuf.Message... clusters) {
        var rig = new Rig(draws);
        assertEquals("[]", rig.apply(clusters).toString());
        assertEquals("[]", rig.apply(Rig.routes(routes), Rig.http()).toString());
        return rig;
    }

    /// An HTTP/2 server that answers each request with its path and body, in HEADERS and DATA.
    private static Origin echo() {
        return new Origin(raw -> {
            var wire = FrameWire.of(raw);
            for (var got = wire.message(); got != null; got = wire.message()) {
                wire.headers(got.stream(), false, ":status: 200", "x-seen: " + got.get(":path"));
                wire.data(got.stream(), got.get(":path") + got.body(), true);
            }
        });
    }

    @Test
    void requestsOfOneVersionReachHostsOfTheOther() throws Exception {
        var seen = new ArrayBlockingQueue<Object>(4);
        try (var old =
                        new Origin(wire -> {
                            seen.add(wire.request());
                            wire.write(
                                    "HTTP/1.1 200 OK\r\n"
                                            + "transfer-encoding: chunked\r\n"
                                            + "keep-alive: 1\r\n\r\n"
                                            + "3\r\n"
                                            + "abc\r\n"
                                            + "0\r\n"
                                            + "x-trailer: t\r\n\r\n");
                            wire.request();
                        });
                var young =
                        new Origin(raw -> {
                            var wire = FrameWire.of(raw);
                            var got = wire.message();
                            seen.add(got);
                            wire.headers(got.stream(), false, ":status: 200", "content-length: 3");
                            wire.data(got.stream(), "def", false);
                            wire.headers(got.stream(), true, "x-trailer: u");
                            wire.any();
                        });
                var rig =
                        rig(
                                """
                                - match: {prefix: "/old"}
                                  route: {cluster: old}
                                - match: {prefix: "/"}
                                  route: {cluster: young}
                                """,
                                Rig.cluster("old", old.port()),
                                Rig.cluster("young", HTTP2, young.port()));
                var two = FrameWire.to(rig.port("main"));
                var one = Origin.Wire.to(rig.port("main"))) {
            two.get(1, "/old/x", "cookie: a=1", "cookie: b=2", "te: trailers", "x-mine: 1");
            var down = two.message();
            var up = (Origin.Message) seen.poll(5, TimeUnit.SECONDS);
            assertTrue(up.head().startsWith("GET /old/x HTTP/1.1\r\nhost: test\r\n"), up.head());
            assertEquals("a=1; b=2", up.header("cookie"));
            assertEquals("1", up.header("x-mine"));
            assertEquals("http", up.header("x-forwarded-proto"));
            assertEquals("200", down.get(":status"));
            assertEquals("abc", down.body());
            assertEquals("t", down.trailers().get("x-trailer"));
            assertEquals("istio-envoy", down.get("server"));
            assertNull(down.get("transfer-encoding"));
            assertNull(down.get("keep-alive"));

            var answer = one.get("/young", "connection: x-hop", "x-hop: 1", "x-mine: 2");
            var got = (FrameWire.Whole) seen.poll(5, TimeUnit.SECONDS);
            assertEquals("GET", got.get(":method"));
            assertEquals("/young", got.get(":path"));
            assertEquals("test", got.get(":authority"));
            assertEquals("http", got.get(":scheme"));
            assertEquals("2", got.get("x-mine"));
            assertNull(got.get("host"));
            assertNull(got.get("x-hop"));
            assertNull(got.get("connection"));
            assertEquals(200, answer.status());
            assertEquals("def", answer.body());
            assertEquals("HTTP/2", rig.end().request().protocol().shown());
            assertEquals("u", rig.end().responseTrailers().get("x-trailer"));
        }
    }

    @Test
    void manyStreamsShareOneConnection() throws Exception {
        try (var origin = echo();
                var rig = rig(Rig.cluster("one", HTTP2, origin.port()));
                var client = FrameWire.to(rig.port("main"))) {
            for (var i = 0; i < 50; i++) {
                client.request(1 + 2 * i, false, "POST", "/" + i);
                client.data(1 + 2 * i, "-b", true);
            }
            for (var i = 0; i < 50; i++) {
                var answer = client.message();
                assertEquals("/" + (answer.stream() / 2) + "-b", answer.body());
            }
            assertEquals(1, origin.accepted.get());
        }
    }

    @Test
    void hostsLimitOfStreamsIsKept() throws Exception {
        var most = new AtomicInteger();
        try (var origin =
                        new Origin(raw -> {
                            var wire = FrameWire.of(raw, 3, 2); // MAX_CONCURRENT_STREAMS 2
                            var open = 0;
                            for (var got = wire.next(FrameWire.HEADERS);
                                    got != null;
                                    got = wire.next(FrameWire.HEADERS)) {
                                open++;
                                most.accumulateAndGet(open, Math::max);
                                if (open == 2 || got.fields().get(":path").equals("/first")) {
                                    for (; open > 0; open--) {
                                        wire.headers(
                                                got.stream() - 2 * (open - 1),
                                                true,
                                                ":status: 204");
                                    }
                                }
                            }
                        });
                var rig = rig(Rig.cluster("one", HTTP2, origin.port()));
                var client = FrameWire.to(rig.port("main"))) {
            client.get(1, "/first"); // after it the limit is known
            assertEquals("204", client.message().get(":status"));
            for (var i = 1; i <= 6; i++) {
                client.get(1 + 2 * i, "/" + i);
            }
            for (var i = 1; i <= 6; i++) {
                assertEquals("204", client.message().get(":status"));
            }
            assertTrue(most.get() <= 2, "streams at once: " + most);
        }
    }

    @Test
    void requestsThatAHostRefusedAreAskedAgain() throws Exception {
        var connections = new AtomicInteger();
        try (var origin =
                        new Origin(raw -> {
                            var wire = FrameWire.of(raw);
                            var n = connections.incrementAndGet();
                            var got = wire.message();
                            if (n == 1) { // the connection is going away, the stream was not seen
                                wire.send(
                                        FrameWire.GOAWAY,
                                        0,
                                        0,
                                        Unpooled.buffer().writeInt(0).writeInt(0));
                                wire.any();
                                return;
                            }
                            wire.number(FrameWire.RST_STREAM, got.stream(), 7); // REFUSED_STREAM
                            got = wire.message();
                            wire.headers(got.stream(), true, ":status: 200");
                            got = wire.message();
                            if (got != null) {
                                wire.number(FrameWire.RST_STREAM, got.stream(), 2);
                                wire.any();
                            }
                        });
                var rig = rig(Rig.cluster("one", HTTP2, origin.port()));
                var client = FrameWire.to(rig.port("main"))) {
            client.get(1, "/goaway");
            assertEquals("503", client.message().get(":status"), "refused twice");
            assertEquals(2, connections.get());
            client.get(3, "/");
            assertEquals("200", client.message().get(":status"));
            client.get(5, "/"); // INTERNAL_ERROR: nobody knows what the host has done
            var answer = client.message();
            assertEquals("503", answer.get(":status"));
            assertTrue(answer.body().endsWith("reset reason: remote reset"), answer.body());
            rig.end();
            rig.end();
            assertTrue(rig.end().has(ResponseFlag.UPSTREAM_REMOTE_RESET));
        }
    }

    @Test
    void floodsEndTheConnection() throws Exception {
        try (var origin = echo();
                var rig = rig(Rig.cluster("one", HTTP2, origin.port()))) {
            flood(
                    rig,
                    wire -> {
                        for (var i = 0; i < 20_000; i++) { // answers nobody reads
                            wire.send(FrameWire.PING, 0, 0, Unpooled.buffer().writeLong(i));
                        }
                    });
            flood(
                    rig,
                    wire -> {
                        wire.request(1, false, "POST", "/");
                        wire.data(1, "", false);
                        wire.data(1, "", false);
                    });
            flood(
                    rig,
                    wire -> {
                        for (var i = 0; i < 300; i++) {
                            wire.send(
                                    FrameWire.PRIORITY,
                                    0,
                                    3,
                                    Unpooled.buffer().writeInt(1).writeByte(1));
                        }
                    });
            flood(
                    rig,
                    wire -> {
                        for (var i = 0; i < 100; i++) {
                            wire.number(FrameWire.WINDOW_UPDATE, 0, 1);
                        }
                    });
            flood(
                    rig,
                    wire -> {
                        for (var i = 1; i < 1400; i += 2) { // CVE-2023-44487
                            wire.get(i, "/");
                            wire.number(FrameWire.RST_STREAM, i, 8);
                        }
                    });
        }
    }

    /// What a client does.
    private interface Doing {
        void to(FrameWire wire) throws IOException;
    }

    private static void flood(Rig rig, Doing what) throws IOException {
        try (var client = FrameWire.to(rig.port("main"))) {
            try {
                what.to(client);
            } catch (IOException e) {
                return; // closed before all was written
            }
            var goAway = client.next(FrameWire.GOAWAY);
            assertNotNull(goAway);
            assertEquals(ENHANCE_YOUR_CALM, goAway.number(4));
            assertNull(client.next(FrameWire.GOAWAY), "closed");
        } catch (java.net.SocketException e) {
            // reset while we wrote: closed as well
        }
    }

    @Test
    void malformedRequestsReachNoHost() throws Exception {
        try (var origin = echo();
                var rig = rig(Rig.cluster("one", HTTP2, origin.port()))) {
            for (var field :
                    new String[] {
                        "connection: close",
                        "transfer-encoding: chunked",
                        "te: gzip",
                        ":unknown: x",
                        "content-length: 1",
                        "x-cr: a\rb",
                        "X-Upper: 1",
                        "x y: 1"
                    }) {
                try (var client = FrameWire.to(rig.port("main"))) {
                    client.get(1, "/", field);
                    var goAway = client.next(FrameWire.GOAWAY);
                    assertNotNull(goAway, field);
                    assertEquals(1, goAway.number(4), field);
                }
            }
            try (var client = FrameWire.to(rig.port("main"))) {
                client.get(1, "/", "x-large: " + "z".repeat(7_000), "x: " + "z".repeat(8_000));
                assertEquals("200", client.message().get(":status"));
            }
            assertEquals(1, origin.accepted.get());
        }
    }

    @Test
    void clientsThatResetAreToldOfInTheLog() throws Exception {
        var gone = new CountDownLatch(1);
        var come = new CountDownLatch(1);
        try (var origin =
                        new Origin(raw -> {
                            var wire = FrameWire.of(raw);
                            wire.next(FrameWire.HEADERS);
                            come.countDown();
                            assertEquals(8, wire.next(FrameWire.RST_STREAM).number(0));
                            gone.countDown();
                            wire.any();
                        });
                var rig = rig(Rig.cluster("one", HTTP2, origin.port()));
                var client = FrameWire.to(rig.port("main"))) {
            client.request(1, false, "POST", "/");
            assertTrue(come.await(5, TimeUnit.SECONDS));
            client.number(FrameWire.RST_STREAM, 1, 8);
            var end = rig.end();
            assertTrue(end.has(ResponseFlag.DOWNSTREAM_REMOTE_RESET));
            assertEquals("http2.remote_reset", end.details());
            assertTrue(gone.await(5, TimeUnit.SECONDS));
        }
    }

    @Test
    void drainingConnectionsSayGoAway() throws Exception {
        try (var origin = echo();
                var rig = rig(Rig.cluster("one", HTTP2, origin.port()));
                var client = FrameWire.to(rig.port("main"))) {
            client.get(1, "/a");
            assertEquals("/a", client.message().body());
            client.request(3, false, "POST", "/b");
            client.send(FrameWire.PING, 0, 0, Unpooled.buffer().writeLong(1));
            assertNotNull(client.next(FrameWire.PING)); // so that the request is under way
            rig.plane.drain();
            assertEquals(Integer.MAX_VALUE, client.next(FrameWire.GOAWAY).number(0));
            client.data(3, "", true);
            FrameWire.Frame frame;
            var answered = false;
            var told = false;
            while ((frame = client.any()) != null) {
                answered |= frame.stream() == 3 && frame.ends();
                told |= frame.type() == FrameWire.GOAWAY;
            }
            assertTrue(told);
            assertTrue(answered);
        }
    }

    @Test
    void expectationIsAnsweredByTheProxy() throws Exception {
        try (var origin = echo();
                var rig = rig(Rig.cluster("one", HTTP2, origin.port()));
                var client = FrameWire.to(rig.port("main"))) {
            client.request(1, false, "POST", "/", "expect: 100-continue");
            assertEquals("100", client.next(FrameWire.HEADERS).fields().get(":status"));
            client.data(1, "ok", true);
            assertEquals("/ok", client.message().body());
        }
    }

    @Test
    void largeBodiesPassBothWays() throws Exception {
        try (var origin =
                        new Origin(raw -> {
                            var wire = FrameWire.of(raw);
                            var sum = 0;
                            var frame = wire.next(FrameWire.HEADERS);
                            while (!frame.ends()) {
                                frame = wire.any();
                                if (frame.type() == FrameWire.DATA) {
                                    sum += frame.payload().length;
                                    wire.number(FrameWire.WINDOW_UPDATE, 0, 16_384);
                                    wire.number(FrameWire.WINDOW_UPDATE, 1, 16_384);
                                }
                            }
                            wire.headers(1, false, ":status: 200");
                            wire.data(1, "sum " + sum, true);
                            wire.any();
                        });
                var rig = rig(Rig.cluster("one", HTTP2, origin.port()));
                var client = FrameWire.to(rig.port("main"))) {
            client.request(1, false, "POST", "/", "content-length: 200000");
            for (var i = 0; i < 20; i++) {
                client.data(1, "z".repeat(10_000), i == 19);
            }
            assertEquals("sum 200000", client.message().body());
        }
    }
}
