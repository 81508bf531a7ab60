package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.envoyproxy.envoy.config.core.v3.TrafficDirection;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;

/// Two sidecars between a caller and a workload that can't be connected to: the workload's own says
/// that the request was never seen, the caller's sends it to another host.
@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class NotProcessedTest {
    private static final String WORD = "x-serin-not-processed";
    private static final String PLAIN =
            """
            - match: {prefix: "/"}
              route: {cluster: one}
            """;
    private static final String RETRYING =
            """
            - match: {prefix: "/"}
              route:
                cluster: one
                retry_policy:
                  retry_on: connect-failure
                  num_retries: 2
                  retry_host_predicate:
                  - name: envoy.retry_host_predicates.previous_hosts
            """;

    /// The sidecar of a workload at `port`.
    private static Rig inbound(int port) {
        return rig(TrafficDirection.INBOUND, PLAIN, port);
    }

    /// The sidecar of a caller of the workloads at `ports`.
    private static Rig outbound(String routes, int... ports) {
        return rig(TrafficDirection.OUTBOUND, routes, ports);
    }

    private static Rig rig(TrafficDirection direction, String routes, int... ports) {
        var rig = new Rig(new ScriptedDraws(1));
        var listener = Rig.http().toBuilder().setTrafficDirection(direction).build();
        var rejected = rig.apply(Rig.cluster("one", ports), Rig.routes(routes), listener);
        assertEquals("[]", rejected.toString());
        return rig;
    }

    private static Origin.Message post(Rig rig) throws IOException {
        try (var client = Wire.to(rig.port("main"))) {
            client.write("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 5\r\n\r\nhello");
            return client.message();
        }
    }

    /// A workload that notes what it gets and answers each time the same.
    private static Origin workload(ArrayBlockingQueue<String> seen, String answer) {
        return new Origin(wire -> {
            for (var got = wire.request(); got != null; got = wire.request()) {
                seen.add(got.body());
                wire.write(answer);
            }
        });
    }

    @Test
    void theWorkloadsOwnSidecarSaysThatItWasNeverReached() throws Exception {
        try (var sidecar = inbound(Origin.refusing())) {
            var answer = post(sidecar);
            assertEquals(503, answer.status());
            assertEquals("connect-failure", answer.header(WORD));
        }
    }

    @Test
    void whoIsNotTheWorkloadsSidecarNeverSaysIt() throws Exception {
        try (var sidecar = outbound(PLAIN, Origin.refusing())) {
            var answer = post(sidecar);
            assertEquals(503, answer.status());
            assertNull(answer.header(WORD));
        }
    }

    @Test
    void theCallersSidecarTriesAnotherHostWithTheBodyWhateverTheMethod() throws Exception {
        var seen = new ArrayBlockingQueue<String>(10);
        try (var good = workload(seen, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
                var dead = inbound(Origin.refusing());
                var alive = inbound(good.port());
                var caller = outbound(RETRYING, dead.port("main"), alive.port("main"))) {
            var attempts = 0;
            for (var i = 0; i < 4; i++) {
                var answer = post(caller);
                assertEquals("200 ok", answer.status() + " " + answer.body());
                assertNull(answer.header(WORD));
                attempts += caller.end().upstream().attempts();
            }
            assertEquals("[hello, hello, hello, hello]", seen.toString());
            assertTrue(attempts > 4, "some of the four met the dead one first: " + attempts);
        }
    }

    @Test
    void theWordIsTakenOutWhereNobodyTriesAgain() throws Exception {
        try (var dead = inbound(Origin.refusing());
                var caller = outbound(PLAIN, dead.port("main"))) {
            var answer = post(caller);
            assertEquals(503, answer.status());
            assertNull(answer.header(WORD));
            assertEquals(1, caller.end().upstream().attempts());
        }
    }

    @Test
    void theWordIsTakenOutOfTheLastAnswerWhenEveryHostIsDead() throws Exception {
        try (var one = inbound(Origin.refusing());
                var other = inbound(Origin.refusing());
                var caller = outbound(RETRYING, one.port("main"), other.port("main"))) {
            var answer = post(caller);
            assertEquals(503, answer.status());
            assertNull(answer.header(WORD));
            assertEquals(3, caller.end().upstream().attempts());
        }
    }

    @Test
    void aWorkloadCannotSayIt() throws Exception {
        var seen = new ArrayBlockingQueue<String>(10);
        var lie = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n" + WORD + ": connect-failure\r\n\r\n";
        try (var liar = workload(seen, lie);
                var sidecar = inbound(liar.port());
                var caller = outbound(RETRYING, sidecar.port("main"))) {
            var answer = post(caller);
            assertEquals(503, answer.status());
            assertNull(answer.header(WORD));
            assertEquals("[hello]", seen.toString(), "processed, so sent once");
        }
    }

    @Test
    void aRequestThatMayHaveBeenSeenIsNotSentAgain() throws Exception {
        try (var cut = new Origin(wire -> assertFalse(wire.head().isEmpty()));
                var sidecar = inbound(cut.port());
                var caller = outbound(RETRYING, sidecar.port("main"))) {
            var answer = post(caller);
            assertEquals(503, answer.status());
            assertNull(answer.header(WORD));
            assertEquals(1, caller.end().upstream().attempts());
        }
    }
}
