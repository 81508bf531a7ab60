package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
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

@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class HttpPathTest {
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
    void weightedRouteFollowsTheDraws() {
        draws.script("weighted-cluster", 0, 89, 90, 99);
        try (var v1 = Origin.answering("v1");
                var v2 = Origin.answering("v2");
                var rig =
                        rig(
                                """
                                - match: {prefix: "/"}
                                  route:
                                    weighted_clusters:
                                      clusters: [{name: c1, weight: 90}, {name: c2, weight: 10}]
                                """,
                                Rig.cluster("c1", v1.port()),
                                Rig.cluster("c2", v2.port()))) {
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("v1", client.get("/a").body());
                assertEquals("v1", client.get("/a").body());
                assertEquals("v2", client.get("/a").body());
                assertEquals("v2", client.get("/a").body());
            }
            assertEquals(1, v1.accepted.get(), "connections of the worker to v1");
            var end = rig.end();
            assertEquals(200, end.status());
            assertEquals("via_upstream", end.details());
            assertEquals("c1", end.upstream().cluster());
            assertTrue(end.timing().durationNanos() > 0);
        }
    }

    @Test
    void headerRulesChooseTheRoute() {
        try (var chrome = Origin.answering("chrome");
                var other = Origin.answering("other");
                var rig =
                        rig(
                                """
                                - match:
                                    prefix: "/"
                                    headers:
                                    - name: User-Agent
                                      string_match: {safe_regex: {regex: ".*chrome.*"}}
                                    - name: x-not
                                      present_match: true
                                      invert_match: true
                                  route: {cluster: c}
                                - match: {prefix: "/"}
                                  route: {cluster: o}
                                """,
                                Rig.cluster("c", chrome.port()),
                                Rig.cluster("o", other.port()));
                var client = Wire.to(rig.port("main"))) {
            assertEquals("chrome", client.get("/", "user-agent: a chrome b").body());
            assertEquals("other", client.get("/", "user-agent: firefox").body());
            assertEquals("other", client.get("/", "user-agent: chrome", "x-not: 1").body());
        }
    }

    @Test
    void requestAndResponseCarryTheHeadersOfTheProxy() throws Exception {
        var seen = new ArrayBlockingQueue<Origin.Message>(4);
        try (var origin =
                        new Origin(wire -> {
                            seen.add(wire.request());
                            wire.write(
                                    "HTTP/1.1 200 OK\r\n"
                                            + "server: own\r\n"
                                            + "Connection: x-hop\r\n"
                                            + "x-hop: 1\r\n"
                                            + "transfer-encoding: chunked\r\n\r\n"
                                            + "3\r\n"
                                            + "abc\r\n"
                                            + "0\r\n"
                                            + "x-trailer: t\r\n\r\n");
                            wire.request();
                        });
                var rig =
                        rig(
                                """
                                - match: {prefix: "/api/"}
                                  route: {cluster: one, prefix_rewrite: "/"}
                                  request_headers_to_add:
                                  - header: {key: X-From, value: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"}
                                  request_headers_to_remove: [x-secret]
                                  response_headers_to_add:
                                  - header: {key: x-by, value: "route"}
                                """,
                                Rig.cluster("one", origin.port()));
                var client = Wire.to(rig.port("main"))) {
            var answer =
                    client.get(
                            "/api/x?q=1",
                            "x-secret: s",
                            "connection: keep-alive, x-mine",
                            "x-mine: 1");
            var request = seen.poll(5, TimeUnit.SECONDS);
            assertTrue(request.head().startsWith("GET /x?q=1 HTTP/1.1\r\n"), request.head());
            assertEquals("test", request.header("host"));
            assertEquals("127.0.0.1", request.header("x-from"));
            assertEquals("127.0.0.1", request.header("x-forwarded-for"));
            assertEquals("http", request.header("x-forwarded-proto"));
            assertEquals("/api/x?q=1", request.header("x-envoy-original-path"));
            assertEquals("15000", request.header("x-envoy-expected-rq-timeout-ms"));
            assertEquals(36, request.header("x-request-id").length());
            assertNull(request.header("x-secret"));
            assertNull(request.header("x-mine"));
            assertEquals("abc|trailer", answer.body());
            assertEquals("istio-envoy", answer.header("server"));
            assertEquals("route", answer.header("x-by"));
            assertNotNull(answer.header("x-envoy-upstream-service-time"));
            assertNotNull(answer.header("date"));
            assertNull(answer.header("x-hop"));
            var end = rig.end();
            assertEquals(3, end.traffic().sent());
            assertEquals("t", end.responseTrailers().get("x-trailer"));
        }
    }

    @Test
    void localRepliesAreThoseOfEnvoy() throws Exception {
        try (var cut = new Origin(wire -> wire.head());
                var rig =
                        rig(
                                """
                                - match: {path: "/none"}
                                  route: {cluster: nowhere}
                                - match: {path: "/empty"}
                                  route: {cluster: empty}
                                - match: {path: "/refused"}
                                  route: {cluster: refused}
                                - match: {path: "/cut"}
                                  route: {cluster: cut}
                                - match: {path: "/direct"}
                                  direct_response: {status: 418, body: {inline_string: "tea"}}
                                - match: {path: "/old"}
                                  redirect: {path_redirect: "/new", response_code: FOUND}
                                """,
                                Rig.cluster("empty"),
                                Rig.cluster("refused", Origin.refusing()),
                                Rig.cluster("cut", cut.port()));
                var client = Wire.to(rig.port("main"))) {
            reply(rig, client, "/nothing", 404, "", "NR", "route_not_found");
            reply(rig, client, "/none", 503, "", "NC", "cluster_not_found");
            reply(rig, client, "/empty", 503, "no healthy upstream", "UH", "no_healthy_upstream");
            reply(
                    rig,
                    client,
                    "/refused",
                    503,
                    "upstream connect error or disconnect/reset before headers. reset reason:"
                            + " remote connection failure",
                    "UF",
                    "upstream_reset_before_response_started{remote_connection_failure|"
                            + "delayed_connect_error:_Connection_refused}");
            reply(
                    rig,
                    client,
                    "/cut",
                    503,
                    "upstream connect error or disconnect/reset before headers. reset reason:"
                            + " connection termination",
                    "UC",
                    "upstream_reset_before_response_started{connection_termination}");
            reply(rig, client, "/direct", 418, "tea", "-", "direct_response");
            assertEquals("http://test/new", client.get("/old").header("location"));
        }
    }

    private static void reply(
            Rig rig,
            Wire client,
            String path,
            int status,
            String body,
            String flags,
            String details) {
        var answer = client.get(path);
        var end = rig.end();
        assertEquals(status, answer.status(), path);
        assertEquals(body, answer.body(), path);
        assertEquals(flags, ResponseFlag.shown(end.flags()), path);
        assertEquals(details, end.details(), path);
        assertEquals(status, end.status(), path);
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
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        try (var origin =
                        new Origin(wire -> {
                            for (var got = wire.request(); got != null; got = wire.request()) {
                                var path = got.head().split(" ")[1];
                                wire.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n" + path);
                            }
                        });
                var rig = rig(TO_ONE, Rig.cluster("one", origin.port()));
                var client = Wire.to(rig.port("main"))) {
            client.write(
                    "GET /1 HTTP/1.1\r\nhost: t\r\n\r\nGET /2 HTTP/1.1\r\nhost: t\r\n\r\n"
                            + "POST /3 HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n"
                            + "2\r\nab\r\n0\r\n\r\nGET /4 HTTP/1.1\r\nhost: t\r\n\r\n");
            for (var i = 1; i <= 4; i++) {
                assertEquals("/" + i, client.message().body());
            }
        }
    }

    @Test
    void whatIsNotHttpIsRefused() throws Exception {
        try (var origin = Origin.answering("x");
                var rig = rig(TO_ONE, Rig.cluster("one", origin.port()))) {
            refused(rig, "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400);
            refused(rig, "GET / HTTP/1.1\r\n\r\n", 400);
            refused(rig, "GET / HTTP/1.1\r\nhost : a\r\n\r\n", 400);
            refused(rig, "GET / HTTP/1.1\r\nhost: a\r\n folded: 1\r\n\r\n", 400);
            refused(
                    rig,
                    "POST / HTTP/1.1\r\n"
                            + "host: a\r\n"
                            + "content-length: 3\r\n"
                            + "transfer-encoding: chunked\r\n\r\n",
                    400);
            refused(rig, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1, 2\r\n\r\n", 400);
            refused(rig, "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n", 501);
            refused(rig, "GET / HTTP/1.0\r\n\r\n", 426);
            refused(rig, "GET / HTTP/1.1\r\nhost: a\r\nx: " + "y".repeat(70_000) + "\r\n\r\n", 431);
            refused(rig, "GET / HTTP/1.1\r\nhost: a\r\n" + "x: y\r\n".repeat(101) + "\r\n", 431);
            assertTrue(rig.end().has(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR));
            assertEquals(0, origin.accepted.get());
        }
    }

    private static void refused(Rig rig, String octets, int status) throws IOException {
        try (var client = Wire.to(rig.port("main"))) {
            client.write(octets);
            var answer = client.message();
            assertEquals(
                    status, answer.status(), octets.substring(0, Math.min(80, octets.length())));
            assertEquals("close", answer.header("connection"));
            assertEquals(-1, client.in.read());
        }
    }

    @Test
    void expectationIsAnsweredByTheProxy() throws Exception {
        try (var origin =
                        new Origin(wire -> {
                            var got = wire.request();
                            wire.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n" + got.body());
                        });
                var rig = rig(TO_ONE, Rig.cluster("one", origin.port()));
                var client = Wire.to(rig.port("main"))) {
            client.write(
                    "POST / HTTP/1.1\r\n"
                            + "host: t\r\n"
                            + "content-length: 2\r\n"
                            + "expect: 100-continue\r\n\r\n");
            assertTrue(client.head().startsWith("HTTP/1.1 100 Continue"));
            client.write("ok");
            assertEquals("ok", client.message().body());
        }
    }

    @Test
    void headAndNotModifiedHaveNoBody() throws Exception {
        try (var origin =
                        new Origin(wire -> {
                            wire.request();
                            wire.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n");
                            wire.request();
                            wire.write("HTTP/1.1 304 Not Modified\r\netag: 1\r\n\r\n");
                            wire.request();
                            wire.write("HTTP/1.1 204 No Content\r\n\r\n");
                            wire.request();
                        });
                var rig = rig(TO_ONE, Rig.cluster("one", origin.port()));
                var client = Wire.to(rig.port("main"))) {
            client.write("HEAD / HTTP/1.1\r\nhost: t\r\n\r\n");
            assertTrue(client.head().contains("content-length: 10"));
            assertEquals(304, client.get("/").status());
            assertEquals(204, client.get("/").status());
            assertEquals(1, origin.accepted.get());
        }
    }

    @Test
    void upgradedConnectionsAreTunnels() throws Exception {
        try (var origin =
                        new Origin(wire -> {
                            wire.head();
                            wire.write(
                                    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
                                            + "connection: upgrade\r\n\r\n");
                            wire.write("echo " + wire.line() + "\n");
                        });
                var rig = rig(TO_ONE, Rig.cluster("one", origin.port()));
                var client = Wire.to(rig.port("main"))) {
            client.write(
                    "GET / HTTP/1.1\r\n"
                            + "host: t\r\n"
                            + "connection: Upgrade\r\n"
                            + "upgrade: websocket\r\n\r\n");
            assertTrue(client.head().startsWith("HTTP/1.1 101 "));
            client.write("one\n");
            assertEquals("echo one", client.line());
            assertEquals(-1, client.in.read());
            assertEquals(101, rig.end().status());
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
            reply(rig, client, "/", 504, "upstream request timeout", "UT", "response_timeout");
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
            reply(
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
