package dev.serin.proxy;

import static dev.serin.testkit.Eventually.eventually;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// What holds when an event loop finds many events at once.
@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class BusyLoopTest {
    private static final int CANCEL = 8;
    private static final int GONE = 10;

    /// More than there are descriptors of those that are gone: both ends of each.
    private static final int OTHERS = 50;

    @Test
    void aNewConnectionHearsNothingOfTheOneThatHadItsDescriptor() throws Exception {
        var held = new CountDownLatch(GONE);
        var others = new ArrayList<Wire>();
        try (var origin = new Origin(wire -> serve(wire, held));
                var rig = new Rig(new ScriptedDraws(2))) {
            rig.apply(
                    Rig.cluster("one", origin.port()),
                    Rig.routes("- match: {prefix: \"/\"}\n  route: {cluster: one}\n"),
                    Rig.http());
            var resetting = FrameWire.to(rig.port("main"));
            for (var i = 0; i < GONE; i++) {
                resetting.get(2 * i + 1, "/held");
            }
            for (var i = 0; i < OTHERS; i++) {
                others.add(Wire.to(rig.port("main")));
            }
            assertTrue(held.await(10, TimeUnit.SECONDS));
            eventually(
                    Duration.ofSeconds(10),
                    "all are accepted",
                    () -> rig.plane.connections() == 1 + OTHERS);
            var busy = new CompletableFuture<Void>();
            rig.workers.all().getFirst().loop().execute(busy::join);
            // In this order: requests that are given up, whose connections to the host end with
            // them; some that need new ones; and what the old ones' descriptors are told.
            for (var i = 0; i < GONE; i++) {
                resetting.number(FrameWire.RST_STREAM, 2 * i + 1, CANCEL);
            }
            for (var wire : others) {
                wire.write("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
            }
            origin.hangUp();
            busy.complete(null);
            var statuses = new ArrayList<Integer>();
            for (var wire : others) {
                statuses.add(wire.message().status());
                wire.close();
            }
            resetting.close();
            assertEquals(List.of(200), statuses.stream().distinct().toList());
        }
    }

    private static void serve(Wire wire, CountDownLatch held) throws java.io.IOException {
        for (var request = wire.request(); request != null; request = wire.request()) {
            if (request.head().startsWith("GET /held ")) {
                held.countDown();
            } else {
                wire.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
            }
        }
    }
}
