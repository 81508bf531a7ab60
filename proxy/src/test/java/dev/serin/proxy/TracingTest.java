package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.tracing.Span;
import dev.serin.testkit.NothingLeft;

import io.envoyproxy.envoy.config.listener.v3.Listener;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// Traces on the wire.
@ExtendWith(NothingLeft.class)
class TracingTest {
    private static final String ZIPKIN =
            """
            tracing:
              random_sampling: {value: SHARE}
              spawn_upstream_span: false
              custom_tags:
              - {tag: kind, literal: {value: test}}
              - {tag: who, request_header: {name: x-who, default_value: nobody}}
              provider:
                name: envoy.tracers.zipkin
                typed_config:
                  "@type": type.googleapis.com/envoy.config.trace.v3.ZipkinConfig
                  collector_cluster: zipkin
                  collector_endpoint: /api/v2/spans
                  trace_id_128bit: true
            """;
    private static final String OTEL =
            """
            tracing:
              random_sampling: {value: SHARE}
              spawn_upstream_span: true
              provider:
                name: envoy.tracers.opentelemetry
                typed_config:
                  "@type": type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig
                  service_name: me
            """;

    private static Rig rig() {
        return new Rig(Draws.system());
    }

    private static Listener http(String tracing, int share) {
        return Rig.managed(tracing.replace("SHARE", Integer.toString(share)));
    }

    /// Answers with the head that it was sent.
    private static Origin mirror() {
        return new Origin(wire -> {
            for (var ask = wire.request(); ask != null; ask = wire.request()) {
                var head = ask.head().strip();
                wire.write(
                        String.join(
                                "\r\n",
                                "HTTP/1.1 200 OK",
                                "content-length: " + head.length(),
                                "",
                                head));
            }
        });
    }

    private static String sent(String head, String header) {
        return new Origin.Message(head.replace("\n", "\r\n").replace("\r\r", "\r"), "")
                .header(header);
    }

    private static Rig serving(Origin origin, Listener listener) throws IOException {
        var rig = rig();
        rig.apply(
                Rig.cluster("one", origin.port()),
                Rig.routes("- match: {prefix: /}\n  route: {cluster: one}\n"));
        assertEquals("[]", rig.apply(listener).toString());
        return rig;
    }

    private static Span span(Rig rig) throws InterruptedException {
        var span = rig.spans.poll(5, TimeUnit.SECONDS);
        assertTrue(span != null, "no span");
        return span;
    }

    @Test
    void goesOnWithACallersTraceAsB3() throws Exception {
        try (var origin = mirror();
                var rig = serving(origin, http(ZIPKIN, 0));
                var client = Wire.to(rig.port("main"))) {
            var head =
                    client.get(
                                    "/",
                                    "x-b3-traceid: 00000000000000010000000000000002",
                                    "x-b3-spanid: 0000000000000003",
                                    "x-b3-sampled: 1",
                                    "x-who: me")
                            .body();
            assertEquals("00000000000000010000000000000002", sent(head, "x-b3-traceid"));
            assertEquals("1", sent(head, "x-b3-sampled"));
            var span = span(rig);
            assertTrue(span.shared());
            assertEquals("0000000000000003", span.context().spanId());
            assertEquals("me", span.tags().get("who"));
            assertEquals("test", span.tags().get("kind"));
            assertEquals("200", span.tags().get("http.status_code"));
            assertEquals("ingress", span.name());
        }
    }

    @Test
    void theRequestsIdTellsTheOthersWhatWasDecided() throws Exception {
        try (var origin = mirror();
                var rig = serving(origin, http(ZIPKIN, 100));
                var client = Wire.to(rig.port("main"))) {
            var head = client.get("/").body();
            assertEquals('9', sent(head, "x-request-id").charAt(14));
            assertEquals("1", sent(head, "x-b3-sampled"));
            assertEquals(32, sent(head, "x-b3-traceid").length());
            span(rig);
        }
        try (var origin = mirror();
                var rig = serving(origin, http(ZIPKIN, 0));
                var client = Wire.to(rig.port("main"))) {
            var head = client.get("/").body();
            assertEquals('4', sent(head, "x-request-id").charAt(14));
            assertEquals("0", sent(head, "x-b3-sampled"));
            var forced = client.get("/", "x-client-trace-id: 1").body();
            assertEquals('b', sent(forced, "x-request-id").charAt(14));
            span(rig);
            assertNull(rig.spans.poll());
        }
    }

    @Test
    void tagsComeFromMetadataAndTheEnvironmentToo() throws Exception {
        var tags =
                """
                - {tag: text, literal: {value: t}}
                - {tag: home, environment: {name: PATH, default_value: none}}
                - {tag: unset, environment: {name: SERIN_NO_SUCH_VARIABLE, default_value: none}}
                """
                        + metadata("route", "route")
                        + metadata("cluster", "cluster")
                        + metadata("host", "host")
                        + metadata("request", "request");
        var listener =
                http(ZIPKIN.replace("  custom_tags:\n", "  custom_tags:\n" + tags.indent(2)), 100);
        var cluster = "metadata: {filter_metadata: {m: {a: {b: of-cluster}}}}\n";
        try (var origin = mirror();
                var rig = rig()) {
            var one = Rig.cluster("one", cluster, origin.port()).toBuilder();
            one.getLoadAssignmentBuilder()
                    .getEndpointsBuilder(0)
                    .getLbEndpointsBuilder(0)
                    .setMetadata(
                            Yaml.cluster(cluster.replace("of-cluster", "of-host")).getMetadata());
            rig.apply(
                    one.build(),
                    Rig.routes(
                            "- match: {prefix: /}\n  route: {cluster: one}\n  "
                                    + cluster.replace("of-cluster", "of-route")));
            assertEquals("[]", rig.apply(listener).toString());
            try (var client = Wire.to(rig.port("main"))) {
                client.get("/");
            }
            var told = span(rig).tags();
            assertEquals("t", told.get("text"));
            assertEquals(System.getenv("PATH"), told.get("home"));
            assertEquals("none", told.get("unset"));
            assertEquals("of-route", told.get("route"));
            assertEquals("of-cluster", told.get("cluster"));
            assertEquals("of-host", told.get("host"));
            assertEquals("nothing", told.get("request"));
        }
    }

    private static String metadata(String tag, String kind) {
        return "- {tag: %s, metadata: {kind: {%s: {}}, default_value: nothing, metadata_key: {key: m, path: [{key: a}, {key: b}]}}}\n"
                .formatted(tag, kind);
    }

    @Test
    void aSpanIsTheCallersNoMoreIfSharedSpansAreOff() throws Exception {
        var own = ZIPKIN.replace("trace_id_128bit: true", "shared_span_context: false");
        try (var origin = mirror();
                var rig = serving(origin, http(own, 0));
                var client = Wire.to(rig.port("main"))) {
            client.get(
                    "/",
                    "x-b3-traceid: 0000000000000002",
                    "x-b3-spanid: 0000000000000003",
                    "x-b3-sampled: 1");
            var span = span(rig);
            assertEquals(false, span.shared());
            assertEquals(3, span.context().parent());
        }
    }

    /// How many of 40 requests with an id of the lower half are traced at 50 %.
    private static long traced(String extension) throws Exception {
        try (var origin = mirror();
                var rig = serving(origin, http(extension + ZIPKIN, 50));
                var client = Wire.to(rig.port("main"))) {
            var traced = 0;
            for (var i = 0; i < 40; i++) {
                var head = client.get("/", "x-request-id: 00000001-0123-4123-8123-012345678901");
                traced += sent(head.body(), "x-b3-sampled").equals("1") ? 1 : 0;
            }
            return traced;
        }
    }

    @Test
    void theRequestsIdDecidesUnlessItIsNotAsked() throws Exception {
        var extension =
                """
                preserve_external_request_id: true
                request_id_extension:
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig
                    pack_trace_reason: false
                    use_request_id_for_trace_sampling: ASKED
                """;
        assertEquals(40, traced(extension.replace("ASKED", "true")));
        assertTrue(traced(extension.replace("ASKED", "false")) < 40);
    }

    @Test
    void w3cHasASpanOfItsOwnForTheHost() throws Exception {
        try (var origin = mirror();
                var rig = serving(origin, http(OTEL, 0));
                var client = Wire.to(rig.port("main"))) {
            var head =
                    client.get(
                                    "/",
                                    "traceparent:"
                                        + " 00-0000000000000001000000000000000a-000000000000000b-01",
                                    "tracestate: a=1")
                            .body();
            var child = span(rig);
            var own = span(rig);
            assertEquals(
                    "00-0000000000000001000000000000000a-" + child.context().spanId() + "-01",
                    sent(head, "traceparent"));
            assertEquals("a=1", sent(head, "tracestate"));
            assertEquals(own.context().span(), child.context().parent());
            assertEquals(11, own.context().parent());
            assertEquals(Span.Kind.CLIENT, child.kind());
            assertEquals(Span.Kind.SERVER, own.kind());
        }
    }
}
