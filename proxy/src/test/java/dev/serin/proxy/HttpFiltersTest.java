package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;

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
                rig.apply(Rig.routes(route(off.replace("disabled: true", "disabled: false"))));
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
}
