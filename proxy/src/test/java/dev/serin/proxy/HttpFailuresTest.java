package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Hosts that fail, clients that go, and what the proxy makes of it.
@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class HttpFailuresTest {
    private static final String TO_ONE =
            """
            - match: {prefix: "/"}
              name: first
              route: {cluster: one}
            """;

    private final ScriptedDraws draws = new ScriptedDraws(1);

    private Rig rig(String routes, com.google.protobuf.Message... clusters) {
        var rig = new Rig(draws);
        assertEquals("[]", rig.apply(clusters).toString());
        assertEquals("[]", rig.apply(Rig.routes(routes), Rig.http()).toString());
        return rig;
    }

    @Test
    void connectFailureIsRetriedOnAnotherHostWithTheBody() throws Exception {
        try (var good =
                        new Origin(wire -> {
                            for (var got = wire.request(); got != null; got = wire.request()) {
                                wire.write(
                                        "HTTP/1.1 200 OK\r\ncontent-length: "
                                                + got.body().length()
                                                + "\r\n\r\n"
                                                + got.body());
                            }
                        });
                var rig =
                        rig(
                                """
                                - match: {prefix: "/"}
                                  route:
                                    cluster: one
                                    retry_policy:
                                      retry_on: connect-failure
                                      num_retries: 2
                                      retry_host_predicate:
                                      - name: envoy.retry_host_predicates.previous_hosts
                                """,
                                Rig.cluster("one", Origin.refusing(), good.port()));
                var client = Wire.to(rig.port("main"))) {
            for (var i = 0; i < 4; i++) {
                client.write("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 5\r\n\r\nhello");
                assertEquals("hello", client.message().body());
            }
            assertEquals(2, rig.end().upstream().attempts() + rig.end().upstream().attempts() - 1);
        }
    }

    @Test
    void serverErrorsAreRetriedUpToTheLimit() {
        var tries = new ArrayBlockingQueue<String>(10);
        try (var origin =
                        new Origin(wire -> {
                            for (var got = wire.request(); got != null; got = wire.request()) {
                                tries.add(got.body());
                                wire.write("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n");
                            }
                        });
                var rig =
                        rig(
                                """
                                - match: {prefix: "/"}
                                  route:
                                    cluster: one
                                    retry_policy: {retry_on: "5xx", num_retries: 2, retry_back_off: {base_interval: 0.001s}}
                                """,
                                Rig.cluster("one", origin.port()));
                var client = Wire.to(rig.port("main"))) {
            client.write("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 2\r\n\r\nhi");
            assertEquals(503, client.message().status());
            assertEquals(3, tries.size());
            assertTrue(tries.stream().allMatch("hi"::equals), tries.toString());
            assertTrue(rig.end().has(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aReusedConnectionThatTheHostClosedCostsNoRequest() throws Exception {
        try (var origin =
                        new Origin(wire -> {
                            wire.request();
                            wire.write("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1");
                            wire.request(); // and away
                        });
                var rig = rig(TO_ONE, Rig.cluster("one", origin.port()));
                var client = Wire.to(rig.port("main"))) {
            assertEquals(200, client.get("/").status());
            assertEquals(200, client.get("/").status());
            assertEquals(2, origin.accepted.get());
        }
    }

    @Test
    void aHostThatBreaksOffInTheBodyBreaksTheClientOff() throws Exception {
        try (var origin =
                        new Origin(wire -> {
                            wire.request();
                            wire.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc");
                        });
                var rig = rig(TO_ONE, Rig.cluster("one", origin.port()));
                var client = Wire.to(rig.port("main"))) {
            client.write("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
            client.head();
            assertEquals("abc", new String(client.in.readAllBytes(), StandardCharsets.UTF_8));
            var end = rig.end();
            assertTrue(end.has(ResponseFlag.UPSTREAM_PROTOCOL_ERROR));
            assertEquals("upstream_reset_after_response_started{protocol_error}", end.details());
        }
    }

    @Test
    void aClientThatGoesIsNoted() throws Exception {
        var asked = new CountDownLatch(1);
        try (var origin =
                        new Origin(wire -> {
                            wire.head();
                            asked.countDown();
                            wire.in.read();
                        });
                var rig = rig(TO_ONE, Rig.cluster("one", origin.port()))) {
            try (var client = Wire.to(rig.port("main"))) {
                client.write("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
                assertTrue(asked.await(5, TimeUnit.SECONDS));
            }
            var end = rig.end();
            assertTrue(end.has(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION));
            assertEquals("downstream_remote_disconnect", end.details());
            assertEquals(0, end.status());
        }
    }

    @Test
    void slowHostTimesOut() {
        try (var origin = new Origin(wire -> wire.socket.getInputStream().readAllBytes());
                var rig =
                        rig(
                                """
                                - match: {prefix: "/"}
                                  route: {cluster: one, timeout: 0.05s}
                                """,
                                Rig.cluster("one", origin.port()));
                var client = Wire.to(rig.port("main"))) {
            HttpPathTest.reply(
                    rig, client, "/", 504, "upstream request timeout", "UT", "response_timeout");
        }
    }

    @Test
    void openBreakerOverflows() throws Exception {
        var asked = new CountDownLatch(1);
        try (var origin =
                        new Origin(wire -> {
                            wire.head();
                            asked.countDown();
                            wire.in.read();
                        });
                var rig =
                        rig(
                                TO_ONE,
                                Rig.cluster(
                                        "one",
                                        "circuit_breakers: {thresholds: [{max_requests: 1}]}\n",
                                        origin.port()));
                var first = Wire.to(rig.port("main"));
                var second = Wire.to(rig.port("main"))) {
            first.write("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
            assertTrue(asked.await(5, TimeUnit.SECONDS));
            HttpPathTest.reply(
                    rig,
                    second,
                    "/",
                    503,
                    "upstream connect error or disconnect/reset before headers. reset reason:"
                            + " overflow",
                    "UO",
                    "upstream_reset_before_response_started{overflow}");
        }
    }

    @Test
    void faultsDelayAndFail() {
        draws.script("fault-abort", 5, 95);
        try (var origin = Origin.answering("x");
                var rig = new Rig(draws)) {
            var rejected =
                    rig.apply(
                            Rig.cluster("one", origin.port()),
                            Rig.routes(TO_ONE),
                            Rig.http(
                                    """
                                    - name: envoy.filters.http.fault
                                      typed_config:
                                        "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault
                                        delay: {fixed_delay: 0.02s, percentage: {numerator: 100}}
                                        abort: {http_status: 555, percentage: {numerator: 50}}
                                    """));
            assertEquals("[]", rejected.toString());
            try (var client = Wire.to(rig.port("main"))) {
                var failed = client.get("/");
                assertEquals("555 fault filter abort", failed.status() + " " + failed.body());
                var end = rig.end();
                assertEquals("DI,FI", ResponseFlag.shown(end.flags()));
                assertTrue(end.timing().durationMillis() >= 20);
                assertEquals("x", client.get("/").body());
                assertEquals("DI", ResponseFlag.shown(rig.end().flags()));
            }
        }
    }
}
