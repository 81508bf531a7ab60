package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.http.GrpcMessages;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.UpstreamAlpn;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;

/// HTTP filters on the wire.
@ExtendWith(NothingLeft.class)
class HttpFiltersTest {
    private static final String CORS =
            """
            - name: envoy.filters.http.cors
              typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors}
            """;
    private static final String FAULT =
            """
            - name: envoy.filters.http.fault
              typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault}
            """;

    private static Rig rig() {
        return new Rig(Draws.system());
    }

    private static void ask(Wire wire, String... lines) throws java.io.IOException {
        wire.write(String.join("\r\n", lines) + "\r\n\r\n");
    }

    private static String route(String more) {
        return """
        - name: one
          match: {prefix: /}
          route: {cluster: one}
        """
                + more.indent(2);
    }

    private static String perRoute(String filter, String type, String fields) {
        return """
        typed_per_filter_config:
          FILTER:
            "@type": type.googleapis.com/TYPE
        """
                        .replace("FILTER", filter)
                        .replace("TYPE", type)
                + fields.indent(4);
    }

    private static String cors(String fields) {
        return perRoute(
                "envoy.filters.http.cors",
                "envoy.extensions.filters.http.cors.v3.CorsPolicy",
                fields);
    }

    private static String fault(String fields) {
        return perRoute(
                "envoy.filters.http.fault",
                "envoy.extensions.filters.http.fault.v3.HTTPFault",
                fields);
    }

    @Test
    void answersPreflightsAndMarksResponsesOfAllowedOrigins() throws Exception {
        try (var one = Origin.answering("ok");
                var rig = rig()) {
            rig.apply(
                    Rig.cluster("one", one.port()),
                    Rig.routes(
                            route(
                                    cors(
                                            """
                                            allow_origin_string_match: [{suffix: .good.test}]
                                            allow_methods: GET,PUT
                                            allow_headers: x-a
                                            expose_headers: x-b
                                            max_age: "600"
                                            allow_credentials: true
                                            allow_private_network_access: true
                                            forward_not_matching_preflights: false
                                            """))),
                    Rig.http(CORS));
            try (var client = Wire.to(rig.port("main"))) {
                ask(
                        client,
                        "OPTIONS / HTTP/1.1",
                        "host: t",
                        "origin: https://a.good.test",
                        "access-control-request-method: PUT",
                        "access-control-request-private-network: true");
                var preflight = client.message();
                assertEquals(200, preflight.status());
                assertEquals(
                        "https://a.good.test", preflight.header("access-control-allow-origin"));
                assertEquals("GET,PUT", preflight.header("access-control-allow-methods"));
                assertEquals("x-a", preflight.header("access-control-allow-headers"));
                assertEquals("600", preflight.header("access-control-max-age"));
                assertEquals("true", preflight.header("access-control-allow-credentials"));
                assertEquals("true", preflight.header("access-control-allow-private-network"));
                assertEquals("cors_response", rig.end().details());

                var good = client.get("/", "origin: https://a.good.test");
                assertEquals("ok", good.body());
                assertEquals("https://a.good.test", good.header("access-control-allow-origin"));
                assertEquals("x-b", good.header("access-control-expose-headers"));
                rig.end();

                var bad = client.get("/", "origin: https://bad.test");
                assertEquals("ok", bad.body());
                assertNull(bad.header("access-control-allow-origin"));
                rig.end();

                ask(
                        client,
                        "OPTIONS / HTTP/1.1",
                        "host: t",
                        "origin: https://bad.test",
                        "access-control-request-method: PUT");
                assertNull(client.message().header("access-control-allow-origin"));
                assertEquals("cors_response", rig.end().details());
            }
        }
    }

    @Test
    void aDisabledFilterIsLeftOutAndAnotherRouteEnablesIt() throws Exception {
        var off =
                """
                typed_per_filter_config:
                  envoy.filters.http.fault:
                    "@type": type.googleapis.com/envoy.config.route.v3.FilterConfig
                    disabled: true
                """;
        var always =
                FAULT.replace(
                        "HTTPFault}",
                        "HTTPFault, abort: {http_status: 418, percentage: {numerator: 100}}}");
        try (var one = Origin.answering("ok");
                var rig = rig()) {
            rig.apply(Rig.cluster("one", one.port()), Rig.routes(route(off)), Rig.http(always));
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals(200, client.get("/").status());
                rig.apply(Rig.routes(route("")));
                assertEquals(418, client.get("/").status());
            }
            rig.apply(Rig.http(always.replace("typed_config", "disabled: true\n  typed_config")));
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals(200, client.get("/").status());
                rig.apply(Rig.routes(route(off.replace("disabled: true", "config: {}"))));
                assertEquals(418, client.get("/").status());
            }
        }
    }

    @Test
    void abortsGrpcWithItsStatusAndHttpWithAHeadersStatus() throws Exception {
        try (var one = Origin.answering("ok");
                var rig = rig()) {
            rig.apply(
                    Rig.cluster("one", one.port()),
                    Rig.routes(
                            route(fault("abort: {grpc_status: 14, percentage: {numerator: 100}}"))),
                    Rig.http(FAULT));
            try (var client = Wire.to(rig.port("main"))) {
                var grpc = client.get("/", "content-type: application/grpc");
                assertEquals(200, grpc.status());
                assertEquals("14", grpc.header("grpc-status"));
                assertEquals("fault filter abort", grpc.header("grpc-message"));
                assertEquals("fault_filter_abort", rig.end().details());

                rig.apply(
                        Rig.routes(
                                route(
                                        fault(
                                                "abort: {header_abort: {}, percentage: {numerator:"
                                                        + " 100}}"))));
                assertEquals(200, client.get("/").status());
                var http = client.get("/", "x-envoy-fault-abort-request: 429");
                assertEquals(429, http.status());
                var none =
                        client.get(
                                "/",
                                "x-envoy-fault-abort-request: 429",
                                "x-envoy-fault-abort-request-percentage: 0");
                assertEquals(200, none.status());
            }
        }
    }

    @Test
    void delaysAsTheHeaderSaysAndNotMoreThanAllowedAtOnce() throws Exception {
        try (var one = Origin.answering("ok");
                var rig = rig()) {
            rig.apply(
                    Rig.cluster("one", one.port()),
                    Rig.routes(
                            route(
                                    fault(
                                            """
                                            delay: {header_delay: {}, percentage: {numerator: 100}}
                                            max_active_faults: 1
                                            """))),
                    Rig.http(FAULT));
            try (var slow = Wire.to(rig.port("main"));
                    var second = Wire.to(rig.port("main"))) {
                ask(slow, "GET / HTTP/1.1", "host: t", "x-envoy-fault-delay-request: 30000");
                Eventually.eventually(
                        Duration.ofSeconds(5),
                        "the first waits",
                        () -> rig.counts.getOrDefault("main.fault.delays_injected", 0) == 1);
                assertEquals(200, second.get("/", "x-envoy-fault-delay-request: 30000").status());
                assertEquals(1, rig.counts.get("main.fault.faults_overflow"));
            }
        }
    }

    @Test
    void refusesWhatItCannotDoByName() {
        try (var rig = rig()) {
            var rejected = rig.apply(Rig.routes(route(fault("response_rate_limit: {}"))));
            assertTrue(
                    rejected.getFirst().toString().contains("response_rate_limit"),
                    rejected.toString());
        }
    }

    // ---- the others

    private static String filter(String name, String type, String fields) {
        return """
        - name: NAME
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.http.TYPE
        """
                        .replace("NAME", name)
                        .replace("TYPE", type)
                + fields.indent(4);
    }

    @Test
    void holdsARequestUntilItIsWholeAndRefusesALargerOne() throws Exception {
        var echo =
                new Origin(wire -> {
                    for (var ask = wire.request(); ask != null; ask = wire.request()) {
                        var said = ask.header("content-length") + ":" + ask.body();
                        wire.write(
                                String.join(
                                        "\r\n",
                                        "HTTP/1.1 200 OK",
                                        "content-length: " + said.length(),
                                        "",
                                        said));
                    }
                });
        try (echo;
                var rig = rig()) {
            rig.apply(
                    Rig.cluster("one", echo.port()),
                    Rig.routes(route("")),
                    Rig.http(filter("buffer", "buffer.v3.Buffer", "max_request_bytes: 10")));
            try (var client = Wire.to(rig.port("main"))) {
                ask(client, "POST / HTTP/1.1", "host: t", "transfer-encoding: chunked");
                client.write(String.join("\r\n", "4", "abcd", "3", "efg", "0", "", ""));
                assertEquals("7:abcdefg", client.message().body());
                rig.end();
                ask(client, "POST / HTTP/1.1", "host: t", "content-length: 11");
                client.write("12345678901");
                assertEquals(413, client.message().status());
                assertEquals("request_payload_too_large", rig.end().details());
            }
        }
    }

    @Test
    void turnsGrpcWebIntoGrpcAndBack() throws Exception {
        var grpc =
                new Origin(wire -> {
                    var ask = wire.request();
                    wire.write(
                            String.join(
                                    "\r\n",
                                    "HTTP/1.1 200 OK",
                                    "content-type: " + ask.header("content-type"),
                                    "x-te: " + ask.header("te"),
                                    "x-body: " + ask.body(),
                                    "transfer-encoding: chunked",
                                    "",
                                    "4",
                                    "wxyz",
                                    "0",
                                    "grpc-status: 0",
                                    "",
                                    ""));
                });
        try (grpc;
                var rig = rig()) {
            rig.apply(
                    Rig.cluster("one", grpc.port()),
                    Rig.routes(route("")),
                    Rig.http(filter("web", "grpc_web.v3.GrpcWeb", "")));
            try (var client = Wire.to(rig.port("main"))) {
                ask(
                        client,
                        "POST / HTTP/1.1",
                        "host: t",
                        "content-type: application/grpc-web-text+proto",
                        "content-length: 8");
                client.write("YWJjZA==");
                var answer = client.message();
                assertEquals("application/grpc-web-text+proto", answer.header("content-type"));
                assertEquals("trailers", answer.header("x-te"));
                assertEquals("abcd", answer.header("x-body"));
                assertEquals(
                        "wxyz" + (char) 0x80 + "\0\0\0" + (char) 15 + "grpc-status:0\r\n",
                        decoded(answer.body()));
            }
        }
    }

    /// Base64 whose parts may each be padded.
    private static String decoded(String text) {
        var out = new StringBuilder();
        for (var at = 0; at < text.length(); at += 4) {
            out.append(
                    new String(
                            java.util.Base64.getDecoder().decode(text.substring(at, at + 4)),
                            java.nio.charset.StandardCharsets.ISO_8859_1));
        }
        return out.toString();
    }

    @Test
    void limitsTheRateAndChangesHeaders() throws Exception {
        var filters =
                filter(
                                "limit",
                                "local_ratelimit.v3.LocalRateLimit",
                                """
                                stat_prefix: mine
                                token_bucket: {max_tokens: 1, tokens_per_fill: 1, fill_interval: 1000s}
                                filter_enabled: {default_value: {numerator: 100}}
                                filter_enforced: {default_value: {numerator: 100}}
                                response_headers_to_add: [{header: {key: x-limited, value: "true"}}]
                                """)
                        + filter(
                                "change",
                                "header_mutation.v3.HeaderMutation",
                                """
                                mutations:
                                  response_mutations:
                                  - remove: x-away
                                  - append: {header: {key: x-new, value: "%RESPONSE_CODE%"}}
                                """);
        try (var one = Origin.answering("ok");
                var rig = rig()) {
            rig.apply(Rig.cluster("one", one.port()), Rig.routes(route("")), Rig.http(filters));
            try (var client = Wire.to(rig.port("main"))) {
                var first = client.get("/");
                assertEquals("200", first.header("x-new"));
                rig.end();
                var second = client.get("/");
                assertEquals(429, second.status());
                assertEquals("local_rate_limited", second.body());
                assertEquals("true", second.header("x-limited"));
                assertEquals("RL", ResponseFlag.shown(rig.end().flags()));
                assertEquals(1, rig.counts.get("mine.http_local_rate_limit.enforced"));
            }
        }
    }

    @Test
    void countsGrpcMessagesAndOffersAlpn() throws Exception {
        var filters =
                filter("stats", "grpc_stats.v3.FilterConfig", "emit_filter_state: true")
                        + """
                        - name: istio.alpn
                          typed_config:
                            "@type": type.googleapis.com/udpa.type.v1.TypedStruct
                            type_url: type.googleapis.com/istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig
                            value: {alpn_override: [{alpn_override: ["istio-http/1.1", istio], upstream_protocol: HTTP11}]}
                        """;
        try (var one = Origin.answering(new String(new char[] {0, 0, 0, 0, 0}));
                var rig = rig()) {
            assertEquals(
                    "[]",
                    rig.apply(
                                    Rig.cluster("one", one.port()),
                                    Rig.routes(route("")),
                                    Rig.http(filters))
                            .toString());
            try (var client = Wire.to(rig.port("main"))) {
                ask(
                        client,
                        "POST / HTTP/1.1",
                        "host: t",
                        "content-type: application/grpc",
                        "content-length: 13");
                client.write(new String(new char[] {0, 0, 0, 0, 3, 'a', 'b', 'c'}));
                client.write(new String(new char[] {0, 0, 0, 0, 0}));
                client.message();
                var slots = rig.end().slots();
                assertEquals(2, slots.get(GrpcMessages.SLOT).requests());
                assertEquals(1, slots.get(GrpcMessages.SLOT).responses());
                assertEquals(
                        List.of("istio-http/1.1", "istio"),
                        slots.get(UpstreamAlpn.SLOT).protocols());
            }
        }
    }
}
