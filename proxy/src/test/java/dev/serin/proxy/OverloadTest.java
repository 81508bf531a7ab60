package dev.serin.proxy;

import static dev.serin.testkit.Eventually.eventually;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.netty.buffer.PooledByteBufAllocator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What is given up when memory is short, and that it is bounded before that.
@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class OverloadTest {
    private static final int LARGE = 24 * 1024 * 1024;
    private static final int SLOW = 10;
    private static final byte[] PART = new byte[64 * 1024];

    private static Rig rig(Origin origin) {
        var rig = new Rig(new ScriptedDraws(2));
        assertEquals(
                List.of(),
                rig.apply(
                        Rig.cluster("one", origin.port()),
                        Rig.routes("- match: {prefix: \"/\"}\n  route: {cluster: one}\n"),
                        Rig.http()));
        return rig;
    }

    private static Origin endless() {
        return new Origin(wire -> {
            while (wire.request() != null) {
                wire.write("HTTP/1.1 200 OK\r\ncontent-length: " + LARGE + "\r\n\r\n");
                for (var i = 0; i < LARGE; i += PART.length) {
                    wire.out.write(PART);
                }
            }
        });
    }

    @Test
    void oneThingAfterTheOtherIsGivenUp() {
        try (var one = Origin.answering("one");
                var rig = rig(one);
                var first = Wire.to(rig.port("main"));
                var second = Wire.to(rig.port("main"))) {
            assertNull(first.get("/").header("connection"));
            set(rig, 0.85);
            assertEquals("close", first.get("/").header("connection"));
            set(rig, 0.93);
            var refused = second.get("/");
            assertEquals(503, refused.status());
            assertEquals("envoy overloaded", refused.body());
            eventually(
                    Duration.ofSeconds(5),
                    "the flag",
                    () -> rig.ends.stream().anyMatch(e -> e.details().equals("overload")));
            set(rig, 0.96);
            try (var third = Wire.to(rig.port("main"))) {
                assertEquals(-1, read(third));
            }
            set(rig, 0);
            try (var fourth = Wire.to(rig.port("main"))) {
                assertEquals(200, fourth.get("/").status());
            }
        }
    }

    @Test
    void noMoreConnectionsThanAllowed() {
        try (var one = Origin.answering("one");
                var rig = rig(one)) {
            rig.plane.admission().limit(2, Map.of());
            try (var first = Wire.to(rig.port("main"));
                    var second = Wire.to(rig.port("main"))) {
                assertEquals(200, first.get("/").status());
                assertEquals(200, second.get("/").status());
                try (var third = Wire.to(rig.port("main"))) {
                    assertEquals(-1, read(third));
                }
                assertEquals(200, first.get("/").status());
            }
            eventually(Duration.ofSeconds(5), "they are gone", () -> rig.plane.connections() == 0);
            rig.plane.admission().limit(10, Map.of("main", 1));
            try (var first = Wire.to(rig.port("main"));
                    var second = Wire.to(rig.port("main"))) {
                assertEquals(200, first.get("/").status());
                assertEquals(-1, read(second));
            }
            assertEquals(
                    1L,
                    rig.counts.keySet().stream()
                            .filter(n -> n.endsWith(".downstream_global_cx_overflow"))
                            .count());
            assertTrue(
                    rig.counts.keySet().stream()
                            .anyMatch(n -> n.endsWith(".downstream_cx_overflow")));
        }
    }

    private static void set(Rig rig, double memory) {
        rig.memory = memory;
        var until = System.nanoTime() + 20_000_000; // what was measured is fresh that long
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
    }

    private static int read(Wire wire) {
        try {
            return wire.in.read();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void slowReadersHoldNoMoreThanTheirBuffersAndAreResetWhenMemoryIsShort() throws IOException {
        var before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
        var clients = new ArrayList<Wire>();
        try (var one = endless();
                var rig = rig(one)) {
            for (var i = 0; i < SLOW; i++) {
                clients.add(slow(rig));
            }
            eventually(Duration.ofSeconds(10), "all are asked", () -> one.accepted.get() == SLOW);
            settle();
            var held = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before;
            assertTrue(held > 0 && held < SLOW * 768L * 1024, "octets held: " + held);
            set(rig, 0.89);
            clients.add(slow(rig));
            eventually(
                    Duration.ofSeconds(10),
                    "one more is asked",
                    () -> one.accepted.get() == SLOW + 1);
            eventually(
                    Duration.ofSeconds(10),
                    "and one is reset",
                    () -> rig.plane.connections() <= SLOW);
            clients.forEach(Wire::close);
            eventually(
                    Duration.ofSeconds(10), "all have ended", () -> rig.plane.connections() == 0);
        }
    }

    private static Wire slow(Rig rig) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(16 * 1024);
        socket.connect(rig.plane.addresses("main").getFirst());
        var client = new Wire(socket);
        client.write("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
        return client;
    }

    /// Until the octets held stay the same.
    private static void settle() {
        var last = new long[1];
        eventually(
                Duration.ofSeconds(10),
                "buffers fill up no more",
                () -> {
                    var now = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
                    var same = now == last[0] && now > 0;
                    last[0] = now;
                    return same;
                });
    }

    @Test
    void thousandsOfIdleConnectionsCostLittle() throws IOException {
        var idle = new ArrayList<Wire>();
        try (var one = Origin.answering("one");
                var rig = rig(one)) {
            for (var i = 0; i < 50; i++) {
                idle.add(warm(rig));
            }
            var heap = heap();
            var buffers = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
            for (var i = 0; i < 300; i++) {
                idle.add(warm(rig));
            }
            var each = (heap() - heap) / 300;
            // the client's end of each is of this process too, with a read buffer of 64 KiB
            assertTrue(each < 65_536 + 16_384, "octets of heap a connection: " + each);
            var more = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - buffers;
            assertTrue(more < 4L * 1024 * 1024, "octets of buffers: " + more);
            idle.forEach(Wire::close);
            eventually(
                    Duration.ofSeconds(10), "all have ended", () -> rig.plane.connections() == 0);
        }
    }

    private static Wire warm(Rig rig) {
        var wire = Wire.to(rig.port("main"));
        wire.get("/");
        return wire;
    }

    private static long heap() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    void connectionsOfAChainAreCounted() {
        try (var one = Origin.answering("one");
                var rig = rig(one)) {
            var limited = Rig.http().toBuilder();
            limited.getFilterChainsBuilder(0)
                    .addFilters(
                            0,
                            Yaml.listener(
                                            """
                                            filter_chains:
                                            - filters:
                                              - name: limit
                                                typed_config:
                                                  "@type": type.googleapis.com/envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit
                                                  stat_prefix: edge
                                                  max_connections: 2
                                            """)
                                    .getFilterChains(0)
                                    .getFilters(0));
            assertEquals(List.of(), rig.apply(limited.build()));
            try (var first = Wire.to(rig.port("main"));
                    var second = Wire.to(rig.port("main"))) {
                assertEquals(200, first.get("/").status());
                assertEquals(200, second.get("/").status());
                try (var third = Wire.to(rig.port("main"))) {
                    assertEquals(-1, read(third));
                }
            }
            eventually(
                    Duration.ofSeconds(5),
                    "there is room again",
                    () -> {
                        try (var later = Wire.to(rig.port("main"))) {
                            return later.get("/") != null;
                        } catch (IllegalStateException e) {
                            return false;
                        }
                    });
        }
    }
}
