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
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Requests that go through.
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

    static void reply(
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
}
