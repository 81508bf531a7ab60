package dev.serin.proxy;

import static dev.serin.testkit.Eventually.eventually;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;

import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// What a client may ask of a listener, and what becomes of the rest. What Envoy 1.40 answers was
/// asked of it once; where this proxy is stricter, the test says so.
@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class EdgeTest {
    private static Rig rig() {
        return new Rig(new ScriptedDraws(2));
    }

    /// The usual listener with more in its connection manager.
    private static Listener http(String more) {
        var listener = Rig.http().toBuilder();
        var filter = listener.getFilterChainsBuilder(0).getFiltersBuilder(0);
        try {
            var manager = filter.getTypedConfig().unpack(HttpConnectionManager.class).toBuilder();
            filter.setTypedConfig(Any.pack(manager.mergeFrom(Yaml.manager(more)).build()));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        return listener.build();
    }

    private static void start(Rig rig, Origin origin, String more) {
        var rejected =
                rig.apply(
                        Rig.cluster("one", origin.port()),
                        Rig.routes("- match: {prefix: \"/\"}\n  route: {cluster: one}\n"),
                        http(more));
        assertEquals(List.of(), rejected);
    }

    /// Answers each request with its own head.
    private static Origin mirror() {
        return new Origin(wire -> {
            for (var request = wire.request(); request != null; request = wire.request()) {
                var head = request.head();
                wire.write(
                        "HTTP/1.1 200 OK\r\ncontent-length: " + head.length() + "\r\n\r\n" + head);
            }
        });
    }

    private static String path(Wire client, String path) {
        var answer = client.get(path);
        return answer.status() == 200
                ? answer.body().split(" ", 3)[1]
                : answer.status()
                        + (answer.header("location") == null
                                ? ""
                                : " " + answer.header("location"));
    }

    @Test
    void pathsAreBroughtIntoOneForm() {
        try (var one = mirror();
                var rig = rig()) {
            start(rig, one, "{normalize_path: true}");
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("/a//b", path(client, "/a//b"));
                assertEquals("/a/b", path(client, "/a/./b"));
                assertEquals("/b", path(client, "/a/../b"));
                assertEquals("/b", path(client, "/../b"));
                assertEquals("/a%2Fb", path(client, "/a%2Fb"));
                assertEquals("/a/b", path(client, "/a\\b"));
                assertEquals("/b", path(client, "/a/%2e%2E/b"));
                assertEquals("/a../b", path(client, "/a%2e%2e/b"));
                assertEquals("/A~%20x", path(client, "/%41%7e%20x"));
                assertEquals("/a%zz", path(client, "/a%zz"));
                assertEquals("/", path(client, "/a/.."));
                assertEquals("/a/", path(client, "/a/."));
                assertEquals("/b", path(client, "/a;x=1/../b"));
                assertEquals("/%22%3C%3E%60%7B%7D%7C%5E", path(client, "/\"<>`{}|^"));
                assertEquals("/a?b=%2F//..", path(client, "/a?b=%2F//.."));
                var refused = client.get("/a%00b");
                assertEquals(400, refused.status());
                assertEquals("close", refused.header("connection"));
            }
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("400", path(client, "/a#f"));
            }
        }
    }

    @Test
    void escapedSlashesAreKeptRefusedRedirectedOrUnescaped() {
        try (var one = mirror();
                var rig = rig()) {
            start(
                    rig,
                    one,
                    "{normalize_path: true, merge_slashes: true,"
                            + " path_with_escaped_slashes_action: UNESCAPE_AND_FORWARD}");
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("/a/b", path(client, "/a%2Fb"));
                assertEquals("/a/b", path(client, "/a%5cb"));
                assertEquals("/b", path(client, "/%2F..%2Fb"));
                assertEquals("/a/b", path(client, "/a//b"));
            }
            rig.apply(http("{path_with_escaped_slashes_action: REJECT_REQUEST}"));
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("/a/../b", path(client, "/a/../b"));
                assertEquals("400", path(client, "/a%2Fb"));
            }
            rig.apply(
                    http(
                            "{normalize_path: true, path_with_escaped_slashes_action:"
                                    + " UNESCAPE_AND_REDIRECT}"));
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("307 /b?q=%2F", path(client, "/a%2f..%2Fb?q=%2F"));
                var grpc = client.get("/a%2Fb", "content-type: application/grpc");
                assertEquals("13", grpc.header("grpc-status"));
            }
        }
    }

    @Test
    void hostsLosePortsAndDots() throws IOException {
        try (var one = mirror();
                var rig = rig()) {
            start(rig, one, "{strip_matching_host_port: true, strip_trailing_host_dot: true}");
            var port = rig.port("main");
            assertTrue(ask(port, "GET / HTTP/1.1", "host: t:" + port).contains("host: t\r"));
            assertTrue(ask(port, "GET / HTTP/1.1", "host: t.:99").contains("host: t:99\r"));
            rig.apply(http("{strip_any_host_port: true}"));
            assertTrue(ask(port, "GET / HTTP/1.1", "host: t:99").contains("host: t\r"));
            assertTrue(ask(port, "GET / HTTP/1.1", "host: [::1]:9").contains("host: [::1]\r"));
            assertTrue(ask(port, "GET / HTTP/1.1", "host: a<b").startsWith("HTTP/1.1 400"));
        }
    }

    private static String ask(int port, String... lines) throws IOException {
        return send(port, String.join("\r\n", lines) + "\r\n\r\n");
    }

    private static String send(int port, String octets) throws IOException {
        try (var client = Wire.to(port)) {
            client.write(octets);
            var answer = client.message();
            return answer == null ? "" : answer.head() + answer.body();
        }
    }

    private static void refused(Rig rig, int status, String detail, String octets)
            throws IOException {
        var answer = send(rig.port("main"), octets);
        assertTrue(answer.startsWith("HTTP/1.1 " + status), octets + "\n" + answer);
        assertEquals(detail, rig.end().details(), octets);
    }

    @Test
    void whatTwoReadersCouldReadDifferentlyIsRefused() throws IOException {
        try (var one = mirror();
                var rig = rig()) {
            start(rig, one, "{}");
            var start = "POST / HTTP/1.1\r\nhost: t\r\n";
            var codec = "http1.codec_error";
            var characters = "http1.invalid_characters";
            refused(
                    rig,
                    400,
                    "http1.content_length_and_chunked_not_allowed",
                    start + "content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n");
            var length = "http1.codec_error";
            refused(rig, 400, length, start + "content-length: 2\r\ncontent-length: 2\r\n\r\nab");
            refused(rig, 400, length, start + "content-length: 2, 2\r\n\r\nab");
            refused(rig, 400, length, start + "content-length: +2\r\n\r\nab");
            var coding = "http1.invalid_transfer_encoding";
            refused(rig, 501, coding, start + "transfer-encoding: identity\r\n\r\n");
            refused(rig, 501, coding, start + "transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
            refused(rig, 501, coding, start + "transfer-encoding: xchunked\r\n\r\n0\r\n\r\n");
            refused(rig, 400, characters, start + "transfer-encoding: \u000bchunked\r\n\r\n");
            refused(rig, 400, characters, start + "x: a\0b\r\n\r\n");
            refused(rig, 400, characters, start + "x: a\u007fb\r\n\r\n");
            refused(rig, 400, codec, start + "x\0y: a\r\n\r\n");
            refused(rig, 400, codec, start + "x : a\r\n\r\n");
            refused(rig, 400, codec, start + "\r: a\r\n\r\n");
            refused(rig, 400, codec, start + "abc\r\n\r\n");
            // Envoy takes these two: it unfolds the one and drops the CR of the other
            refused(rig, 400, codec, start + "x: a\r\n b\r\n\r\n");
            refused(rig, 400, characters, start + "x: a\rb\r\n\r\n");
            var chunked = start + "transfer-encoding: chunked\r\n\r\n";
            refused(rig, 400, codec, chunked + "0x1\r\nx\r\n0\r\n\r\n");
            refused(rig, 400, codec, chunked + "1\r\nxy0\r\n\r\n");
            refused(rig, 400, codec, chunked + "fffffffffffffffff\r\nx");
            refused(rig, 400, codec, chunked + "1\nx\n0\n\n");
            refused(rig, 400, codec, chunked + "1\r\nx\n0\r\n\r\n");
        }
    }

    @Test
    void whatIsNotHttpAsWeSpeakItIsRefused() throws IOException {
        try (var one = mirror();
                var rig = rig()) {
            start(rig, one, "{}");
            refused(rig, 426, "low_version", "GET / HTTP/1.0\r\nhost: t\r\n\r\n");
            refused(rig, 426, "low_version", "GET / HTTP/1.2\r\nhost: t\r\n\r\n");
            refused(rig, 426, "low_version", "GET /\r\n\r\n");
            refused(rig, 400, "missing_host_header", "GET / HTTP/1.1\r\n\r\n");
            refused(rig, 400, "http1.bad_host", "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n");
            refused(rig, 400, "http1.codec_error", "FOO / HTTP/1.1\r\nhost: t\r\n\r\n");
            refused(rig, 400, "http1.codec_error", "get / HTTP/1.1\r\nhost: t\r\n\r\n");
            refused(rig, 400, "http1.codec_error", "GET x HTTP/1.1\r\nhost: t\r\n\r\n");
            refused(rig, 404, "absolute_path_rejected", "OPTIONS * HTTP/1.1\r\nhost: t\r\n\r\n");
            refused(
                    rig,
                    404,
                    "absolute_path_rejected",
                    "GET http://h?q HTTP/1.1\r\nhost: t\r\n\r\n");
            var absolute =
                    send(rig.port("main"), "GET http://u@h:81/x?y HTTP/1.1\r\nhost: t\r\n\r\n");
            assertTrue(absolute.contains("GET /x?y ") && absolute.contains("host: h:81"), absolute);
            rig.end();
            rig.apply(
                    http(
                            """
                            http_protocol_options:
                              allow_absolute_url: false
                              allow_custom_methods: true
                              allow_chunked_length: true
                              accept_http_10: true
                              default_host_for_http_10: ten.example
                              header_key_format: {proper_case_words: {}}
                            via: here
                            """));
            refused(
                    rig,
                    404,
                    "absolute_path_rejected",
                    "GET http://h/x HTTP/1.1\r\nhost: t\r\n\r\n");
            var port = rig.port("main");
            assertTrue(ask(port, "GET / HTTP/1.0").contains("host: ten.example"));
            var custom = ask(port, "FOO / HTTP/1.1", "host: t", "via: there");
            assertTrue(custom.contains("Content-Length: "), custom);
            assertTrue(custom.contains("\r\nVia: here\r\n"), custom);
            assertTrue(custom.contains("via: there, here\r\n"), custom);
            var both =
                    send(
                            port,
                            "POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 5\r\n"
                                    + "transfer-encoding: chunked\r\n\r\n0\r\n\r\n");
            assertTrue(both.contains("200") && !both.contains("content-length: 5"), both);
        }
    }

    @Test
    void headsAndConnectionsAreLimited() throws IOException {
        try (var one = mirror();
                var rig = rig()) {
            start(
                    rig,
                    one,
                    """
                    max_request_headers_kb: 1
                    common_http_protocol_options:
                      max_headers_count: 3
                      max_requests_per_connection: 2
                      headers_with_underscores_action: REJECT_REQUEST
                    """);
            var get = "GET / HTTP/1.1\r\nhost: t\r\n";
            refused(
                    rig,
                    431,
                    "http1.headers_too_large",
                    get + "a: " + "x".repeat(1500) + "\r\n\r\n");
            refused(rig, 431, "http1.too_many_headers", get + "a: 1\r\nb: 1\r\nc: 1\r\n\r\n");
            refused(rig, 400, "http1.unexpected_underscore", get + "a_b: 1\r\n\r\n");
            try (var client = Wire.to(rig.port("main"))) {
                assertNull(client.get("/").header("connection"));
                assertEquals("close", client.get("/").header("connection"));
                assertEquals(-1, client.in.read());
            }
            rig.apply(
                    http(
                            "common_http_protocol_options: {headers_with_underscores_action:"
                                    + " DROP_HEADER}"));
            var dropped = ask(rig.port("main"), "GET / HTTP/1.1", "host: t", "a_b: 1");
            assertTrue(dropped.contains("200") && !dropped.contains("a_b"), dropped);
        }
    }

    @Test
    void connectionsEndWithTheirTimes() throws IOException {
        try (var one = mirror();
                var rig = rig()) {
            start(rig, one, "{common_http_protocol_options: {idle_timeout: 0.05s}}");
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals(-1, client.in.read());
            }
            rig.apply(http("{common_http_protocol_options: {max_connection_duration: 0.05s}}"));
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals(-1, client.in.read());
            }
            rig.apply(http("{request_headers_timeout: 0.05s}"));
            refused(rig, 408, "request_header_timeout", "GET / HTTP/1.1\r\nhos");
        }
    }

    @Test
    void theAnswerToARequestThatIsStillBeingSentIsRead() throws IOException {
        try (var rig = rig()) {
            rig.apply(
                    Rig.routes("- match: {prefix: \"/\"}\n  direct_response: {status: 403}\n"),
                    http("{delayed_close_timeout: 5s}"));
            try (var client = Wire.to(rig.port("main"))) {
                client.write("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 9000000\r\n\r\n");
                for (var i = 0; i < 30; i++) {
                    client.write("x".repeat(100_000));
                }
                var answer = client.message();
                assertEquals(403, answer.status());
                assertEquals("close", answer.header("connection"));
                assertEquals(-1, client.in.read());
            }
            eventually(Duration.ofSeconds(5), "it is gone", () -> rig.plane.connections() == 0);
        }
    }

    @Test
    void expectationsAreTheHostsToAnswerIfConfigured() throws IOException {
        try (var one =
                        new Origin(wire -> {
                            var head = wire.head();
                            if (head.contains("expect: 100-continue")) {
                                wire.write("HTTP/1.1 100 Continue\r\n\r\n");
                            }
                            wire.in.readNBytes(2);
                            wire.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
                            wire.head();
                        });
                var rig = rig()) {
            start(rig, one, "{proxy_100_continue: true}");
            try (var client = Wire.to(rig.port("main"))) {
                client.write(
                        "POST / HTTP/1.1\r\nhost: t\r\nexpect: 100-continue\r\n"
                                + "content-length: 2\r\n\r\n");
                assertTrue(client.head().startsWith("HTTP/1.1 100 "));
                client.write("ab");
                assertEquals("ok", client.message().body());
            }
        }
    }
}
