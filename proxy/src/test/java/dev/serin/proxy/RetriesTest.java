package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;

import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/// What is tried again, how long things are waited for, and what is told of it, as real Envoy 1.40
/// did the same.
@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class RetriesTest {
    private final ScriptedDraws draws = new ScriptedDraws(1);
    private final ConcurrentLinkedQueue<Origin.Message> seen = new ConcurrentLinkedQueue<>();

    /// Answers by the request's `x-say`: words by turns `STATUS`, `reset`, `silent`, and what
    /// stands in `x-also` as a header more.
    private Origin origin() {
        return new Origin(wire -> {
            for (var got = wire.request(); got != null; got = wire.request()) {
                var turn = seen.size();
                seen.add(got);
                var words = List.of(got.header("x-say").split(","));
                var word = words.get(Math.min(turn, words.size() - 1));
                if (word.equals("reset")) {
                    return;
                }
                if (word.equals("silent")) {
                    wire.in.read();
                    return;
                }
                var also = got.header("x-also");
                wire.write(
                        "HTTP/1.1 "
                                + word
                                + " So\r\n"
                                + (also == null ? "" : also + "\r\n")
                                + "content-length: 0\r\n\r\n");
            }
        });
    }

    private Rig rig(Origin origin, String policy) {
        return routes(
                origin,
                """
                - match: {prefix: "/"}
                  route:
                    cluster: one
                    retry_policy: {POLICY, retry_back_off: {base_interval: 0.001s}}
                """
                        .replace("POLICY", policy));
    }

    private Rig routes(Origin origin, String routes) {
        var rig = new Rig(draws);
        assertEquals("[]", rig.apply(Rig.cluster("one", origin.port())).toString());
        var config =
                """
                name: routes
                virtual_hosts:
                - name: all
                  domains: ["*"]
                  include_request_attempt_count: true
                  include_attempt_count_in_response: true
                  include_is_timeout_retry_header: true
                  response_headers_to_add: [{header: {key: x-vh, value: "1"}}]
                  routes:
                """
                        + routes.indent(2);
        assertEquals("[]", rig.apply(Yaml.route(config), Rig.http()).toString());
        return rig;
    }

    /// `STATUS attempts flags`.
    private String ask(Rig rig, String... headers) {
        seen.clear();
        try (var client = Wire.to(rig.port("main"))) {
            var answer = client.get("/", headers);
            assertEquals("1", answer.header("x-vh"), "headers of the route");
            var end = rig.end();
            var told = answer.header("x-envoy-attempt-count");
            assertEquals(told, Integer.toString(end.upstream().attempts()));
            return answer.status() + " " + told + " " + ResponseFlag.shown(end.flags());
        }
    }

    @Test
    void everyWordIsTriedAgain() {
        var rows =
                new String[][] {
                    {"5xx", "500,200", "200 2 -"},
                    {"5xx", "reset,200", "200 2 -"},
                    {"5xx", "404,200", "404 1 -"},
                    {"gateway-error", "500,200", "500 1 -"},
                    {"gateway-error", "502,504,200", "200 3 -"},
                    {"gateway-error", "503", "503 3 URX"},
                    {"reset", "reset,503,200", "503 2 -"},
                    {"reset", "reset", "503 3 UC,URX"},
                    {"reset-before-request", "reset,200", "503 1 UC"},
                    {"connect-failure", "reset,200", "503 1 UC"},
                    {"retriable-4xx", "409,200", "200 2 -"},
                    {"retriable-4xx", "404,200", "404 1 -"},
                    {"refused-stream", "reset,200", "503 1 UC"},
                };
        for (var row : rows) {
            try (var origin = origin();
                    var rig = rig(origin, "num_retries: 2, retry_on: \"" + row[0] + "\"")) {
                assertEquals(row[2], ask(rig, "x-say: " + row[1]), row[0] + " of " + row[1]);
            }
        }
    }

    @Test
    void codesAndHeadersAndGrpc() {
        try (var origin = origin();
                var rig =
                        rig(
                                origin,
                                "retry_on:"
                                    + " \"retriable-status-codes,retriable-headers,unavailable\","
                                    + " num_retries: 1, retriable_status_codes: [418],"
                                    + " retriable_headers: [{name: x-again, string_match: {exact:"
                                    + " \"yes\"}}]")) {
            assertEquals("200 2 -", ask(rig, "x-say: 418,200"));
            assertEquals("200 2 URX", ask(rig, "x-say: 200", "x-also: x-again: yes"));
            assertEquals("200 1 -", ask(rig, "x-say: 200", "x-also: x-again: no"));
            assertEquals("200 2 URX", ask(rig, "x-say: 200", "x-also: grpc-status: 14"));
            assertEquals("200 1 -", ask(rig, "x-say: 200", "x-also: grpc-status: 13"));
        }
    }

    @Test
    void noRetryLeftIsStillTold() {
        try (var origin = origin();
                var rig = rig(origin, "retry_on: 5xx, num_retries: 0")) {
            assertEquals("500 1 URX", ask(rig, "x-say: 500"));
        }
    }

    @Test
    void aRateLimitedAnswerNeedsItsOwnWord() {
        try (var origin = origin();
                var rig = rig(origin, "retry_on: 5xx")) {
            assertEquals("503 1 -", ask(rig, "x-say: 503", "x-also: x-envoy-ratelimited: true"));
        }
        try (var origin = origin();
                var rig = rig(origin, "retry_on: envoy-ratelimited")) {
            assertEquals("503 2 URX", ask(rig, "x-say: 503", "x-also: x-envoy-ratelimited: true"));
        }
    }

    @Test
    void onlyRequestsWithTheHeaderAreRetried() {
        try (var origin = origin();
                var rig = rig(origin, "retry_on: 5xx, retriable_request_headers: [{name: x-go}]")) {
            assertEquals("503 1 -", ask(rig, "x-say: 503"));
            assertEquals("503 2 URX", ask(rig, "x-say: 503", "x-go: 1"));
        }
    }

    @Test
    void theHostSaysWhenToComeAgain() {
        draws.script("retry-backoff", 7);
        try (var origin = origin();
                var rig =
                        rig(
                                origin,
                                "retry_on: 5xx, rate_limited_retry_back_off: {reset_headers:"
                                        + " [{name: x-wait, format: SECONDS}, {name: retry-after,"
                                        + " format: SECONDS}], max_interval: 5s}")) {
            var start = System.nanoTime();
            assertEquals("200 2 -", ask(rig, "x-say: 503,200", "x-also: retry-after: 1"));
            assertTrue(System.nanoTime() - start >= 1_000_000_000L, "waited for a second");
            assertEquals("200 2 -", ask(rig, "x-say: 503,200", "x-also: retry-after: 60"));
        }
    }

    @Test
    void aRequestMayAskByItsOwnHeaders() {
        try (var origin = origin();
                var rig = routes(origin, "- {match: {prefix: /}, route: {cluster: one}}\n")) {
            // the rig's connection manager is an edge, and this client is outside of the mesh
            assertEquals("500 1 -", ask(rig, "x-say: 500", "x-envoy-retry-on: 5xx"));
            assertEquals("[]", rig.apply(inside()).toString());
            Eventually.eventually(
                    Duration.ofSeconds(5),
                    "the listener believes its clients",
                    () -> ask(rig, "x-say: 500", "x-envoy-retry-on: 5xx").equals("500 2 URX"));
            assertNull(seen.peek().header("x-envoy-retry-on"), "not for hosts");
            assertEquals(
                    "500 4 URX",
                    ask(rig, "x-say: 500", "x-envoy-retry-on: 5xx", "x-envoy-max-retries: 3"));
            var codes = "x-envoy-retriable-status-codes: 418,419";
            assertEquals(
                    "200 2 -",
                    ask(rig, "x-say: 419,200", "x-envoy-retry-on: retriable-status-codes", codes));
            assertEquals(
                    "504 1 UT", ask(rig, "x-say: silent", "x-envoy-upstream-rq-timeout-ms: 50"));
            assertEquals("50", seen.peek().header("x-envoy-expected-rq-timeout-ms"));
        }
    }

    /// The listener of the rig, whose clients are of the mesh.
    private static com.google.protobuf.Message inside() {
        var yaml = Rig.http().toBuilder();
        var filter = yaml.getFilterChainsBuilder(0).getFiltersBuilder(0);
        try {
            var manager = filter.getTypedConfig().unpack(HttpConnectionManager.class).toBuilder();
            manager.getInternalAddressConfigBuilder()
                    .addCidrRangesBuilder()
                    .setAddressPrefix("127.0.0.1")
                    .setPrefixLen(com.google.protobuf.UInt32Value.of(32));
            filter.setTypedConfig(com.google.protobuf.Any.pack(manager.build()));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        return yaml.build();
    }

    @Test
    void timeOutsOfAnAttempt() {
        try (var origin = origin();
                var rig = rig(origin, "retry_on: reset, num_retries: 1, per_try_timeout: 0.05s")) {
            assertEquals("200 2 -", ask(rig, "x-say: silent,200"));
            var second = seen.stream().skip(1).findFirst().orElseThrow();
            assertEquals("true", second.header("x-envoy-is-timeout-retry"));
            assertEquals("2", second.header("x-envoy-attempt-count"));
            assertEquals("50", second.header("x-envoy-expected-rq-timeout-ms"));
            assertNull(seen.peek().header("x-envoy-is-timeout-retry"));
            assertEquals("504 2 UT,URX", ask(rig, "x-say: silent"));
        }
        try (var origin = origin();
                var rig = rig(origin, "retry_on: connect-failure, per_try_idle_timeout: 0.05s")) {
            seen.clear();
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals(504, client.get("/", "x-say: silent").status());
            }
            assertEquals("upstream_per_try_idle_timeout", rig.end().details());
        }
    }

    @Test
    void bodiesBeyondTheLimitAreNotKept() throws Exception {
        try (var origin = origin();
                var rig =
                        routes(
                                origin,
                                """
                                - match: {prefix: /}
                                  per_request_buffer_limit_bytes: 10
                                  route: {cluster: one, retry_policy: {retry_on: 5xx}}
                                """);
                var client = Wire.to(rig.port("main"))) {
            client.write(
                    "POST / HTTP/1.1\r\nhost: h\r\nx-say: 503\r\ncontent-length: 100\r\n\r\n"
                            + "x".repeat(100));
            assertEquals(503, client.message().status());
            var end = rig.end();
            assertEquals(1, end.upstream().attempts());
            assertFalse(end.has(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED));
        }
    }

    @Test
    void aStreamIsLimitedAsAWholeAndInItsIdleness() throws Exception {
        try (var origin = origin();
                var rig =
                        routes(
                                origin,
                                """
                                - match: {prefix: /whole}
                                  route: {cluster: one, max_stream_duration: {max_stream_duration: 0.05s}}
                                - match: {prefix: /grpc}
                                  route: {cluster: one, max_stream_duration: {grpc_timeout_header_max: 0.05s}}
                                - match: {prefix: /idle}
                                  route: {cluster: one, timeout: 0s, idle_timeout: 0.05s}
                                - match: {prefix: /old}
                                  route: {cluster: one, timeout: 9s, max_grpc_timeout: 0.05s}
                                """)) {
            var rows =
                    new String[][] {
                        {"/whole", "504", "max_duration_timeout", "-"},
                        {"/grpc", "504", "max_duration_timeout", "-"},
                        {"/idle", "504", "stream_idle_timeout", "SI"},
                    };
            for (var row : rows) {
                try (var client = Wire.to(rig.port("main"))) {
                    var answer = client.get(row[0], "x-say: silent", "grpc-timeout: 1H");
                    assertEquals(row[1], Integer.toString(answer.status()), row[0]);
                }
                var end = rig.end();
                assertEquals(row[2], end.details());
                assertEquals(row[3], ResponseFlag.shown(end.flags()));
            }
            try (var client = Wire.to(rig.port("main"))) {
                var grpc = "content-type: application/grpc";
                var answer = client.get("/old", "x-say: silent", grpc, "grpc-timeout: 1S");
                assertEquals("14", answer.header("grpc-status"));
            }
            assertEquals("response_timeout", rig.end().details());
            assertEquals("50m", seen.stream().reduce((a, b) -> b).get().header("grpc-timeout"));
        }
    }

    @Test
    void anotherHostIsTriedAndOneMoreRequestFitsTheBreaker() throws Exception {
        var out = new CountDownLatch(1);
        try (var bad =
                        new Origin(wire -> {
                            wire.request();
                            out.countDown();
                        });
                var good = Origin.answering("good");
                var rig = new Rig(draws)) {
            assertEquals("[]", rig.apply(Rig.cluster("one", bad.port(), good.port())).toString());
            rig.apply(
                    Rig.routes(
                            """
                            - match: {prefix: /}
                              route:
                                cluster: one
                                retry_policy:
                                  retry_on: reset
                                  num_retries: 1
                                  retry_back_off: {base_interval: 0.001s}
                                  host_selection_retry_max_attempts: 5
                                  retry_host_predicate:
                                  - name: envoy.retry_host_predicates.previous_hosts
                                    typed_config: {"@type": type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate}
                            """),
                    Rig.http());
            for (var i = 0; i < 4; i++) {
                try (var client = Wire.to(rig.port("main"))) {
                    assertEquals("good", client.get("/").body());
                }
            }
            assertEquals(0, out.getCount(), "the bad host was asked");
        }
    }
}
