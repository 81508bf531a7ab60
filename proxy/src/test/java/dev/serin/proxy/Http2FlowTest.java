package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// What the windows of HTTP/2 let through, and that whoever waits for one goes on.
@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class Http2FlowTest {
    private static Rig rig(com.google.protobuf.Message cluster) {
        var rig = new Rig(new ScriptedDraws(1));
        var routes = "- match: {prefix: \"/\"}\n  route: {cluster: one}\n";
        assertEquals("[]", rig.apply(cluster).toString());
        assertEquals("[]", rig.apply(Rig.routes(routes), Rig.http()).toString());
        return rig;
    }

    /// Returns when the proxy has read all that was sent before.
    private static void readAll(FrameWire wire) throws IOException {
        wire.send(FrameWire.PING, 0, 0, Unpooled.buffer().writeLong(1));
        assertNotNull(wire.next(FrameWire.PING));
    }

    private static void sendBody(FrameWire wire, int octets) throws IOException {
        for (var sent = 0; sent < octets; sent += 10_000) {
            wire.data(1, "z".repeat(10_000), false);
        }
    }

    /// A client was paused since its host took nothing; a part that was on its way comes when a
    /// part of what waits is gone. Then the host takes all, and the client has to be told.
    @Test
    void pausedClientGoesOnThoughItsBodyStillCame() throws Exception {
        var hosts = new ArrayBlockingQueue<FrameWire>(1);
        var over = new CompletableFuture<Void>();
        try (var origin =
                        new Origin(raw -> {
                            hosts.add(FrameWire.of(raw, 4, 0)); // INITIAL_WINDOW_SIZE 0
                            over.join();
                        });
                var rig = rig(Rig.cluster("one", Http2PathTest.HTTP2, origin.port()));
                var client = FrameWire.to(rig.port("main"))) {
            client.request(1, false, "POST", "/");
            var host = hosts.poll(10, TimeUnit.SECONDS);
            assertNotNull(host);
            assertNotNull(host.next(FrameWire.HEADERS));
            readAll(host); // the settings too
            sendBody(client, 80_000);
            readAll(client);
            host.number(FrameWire.WINDOW_UPDATE, 1, 40_000);
            readAll(host);
            sendBody(client, 10_000);
            readAll(client);
            host.number(FrameWire.WINDOW_UPDATE, 0, 1_000_000);
            host.number(FrameWire.WINDOW_UPDATE, 1, 1_000_000);
            readAll(host);
            sendBody(client, 50_000); // more than half of what it has leave for
            assertEquals(1, client.next(FrameWire.WINDOW_UPDATE).stream());
            over.complete(null);
        }
    }

    @Test
    void windowsAreKept() throws Exception {
        var body = "x".repeat(100_000);
        try (var origin = Origin.answering(body);
                var rig = rig(Rig.cluster("one", origin.port()));
                var client = FrameWire.to(rig.port("main"), 4, 10)) { // INITIAL_WINDOW_SIZE 10
            client.get(1, "/");
            assertEquals("200", client.next(FrameWire.HEADERS).fields().get(":status"));
            assertEquals(10, client.next(FrameWire.DATA).payload().length);
            client.number(FrameWire.WINDOW_UPDATE, 1, 5);
            assertEquals(5, client.next(FrameWire.DATA).payload().length);
            client.settings(4, 20); // 10 more for streams that are open
            assertEquals(FrameWire.SETTINGS, client.any().type(), "the settings are taken first");
            assertEquals(10, client.next(FrameWire.DATA).payload().length);
            client.number(FrameWire.WINDOW_UPDATE, 1, 200_000);
            var got = 25;
            while (got < 65_535) { // the connection's window
                got += client.next(FrameWire.DATA).payload().length;
            }
            assertEquals(65_535, got);
            client.number(FrameWire.WINDOW_UPDATE, 0, 200_000);
            while (got < body.length()) {
                got += client.next(FrameWire.DATA).payload().length;
            }
            assertEquals(body.length(), got);
        }
    }

    @Test
    void slowReadersStopTheHost() throws Exception {
        var written = new AtomicInteger();
        var stop = new CountDownLatch(1);
        try (var origin =
                        new Origin(wire -> {
                            wire.request();
                            wire.write("HTTP/1.1 200 OK\r\ncontent-length: 20000000\r\n\r\n");
                            var part = "y".repeat(10_000);
                            while (stop.getCount() > 0) {
                                wire.write(part);
                                written.addAndGet(part.length());
                            }
                        });
                var rig = rig(Rig.cluster("one", origin.port()));
                var client = FrameWire.to(rig.port("main"))) {
            client.get(1, "/");
            assertNotNull(client.next(FrameWire.DATA));
            var before = -1;
            while (before != written.get()) { // until no more goes through
                before = written.get();
                new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS);
            }
            assertTrue(before < 20_000_000, "octets that are somewhere: " + before);
            stop.countDown();
        }
    }
}
