package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.netty.buffer.PooledByteBufAllocator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// TCP connections whose octets go into one HTTP request. What goes over the wire is compared with
/// Envoy's by the differential scenarios `tcp/tunnel*`.
@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class TcpTunnelTest {
    private static final String ACCEPTED = "HTTP/1.1 200 OK\r\n\r\n";
    private static final int CHUNK = 64 * 1024;

    /// Beside what it takes, a connection holds what fits into a few buffers.
    private static final long MOST = 24L * 1024 * 1024;

    private final Rig rig = new Rig(new ScriptedDraws(3));

    private static Listener listener(String more) {
        return listener("", more);
    }

    /// @param how the octets are tunnelled, beside where to
    private static Listener listener(String how, String more) {
        return Yaml.listener(
                """
                name: main
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                filter_chains:
                - filters:
                  - name: tcp
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: t
                      cluster: one
                      tunneling_config: {hostname: "far:80"}
                      access_log:
                      - name: log
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: /dev/null}
                """
                                .replace("far:80\"", "far:80\"" + how)
                        + more);
    }

    private void http1(Origin origin, String more) {
        assertEquals("[]", rig.apply(Rig.cluster("one", origin.port()), listener(more)).toString());
    }

    private static long direct() {
        return PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    @Test
    void slowReadersHoldTheirHostBack() throws Exception {
        var size = 50 * 1024 * 1024;
        var chunk = new byte[CHUNK];
        try (rig;
                var origin =
                        new Origin(wire -> {
                            wire.head();
                            wire.write(ACCEPTED);
                            for (var sent = 0; sent < size; sent += chunk.length) {
                                wire.out.write(chunk);
                            }
                        })) {
            http1(origin, "");
            try (var client = Wire.to(rig.port("main"))) {
                var most = 0L;
                var got = 0L;
                while (got < size) {
                    got += client.in.skip(Math.min(512 * 1024, size - got));
                    most = Math.max(most, direct());
                }
                assertEquals(-1, client.in.read());
                assertTrue(most < MOST, "direct memory: " + most);
            }
            assertEquals(size, rig.log.connections.poll(5, TimeUnit.SECONDS).traffic().sent());
        }
    }

    @Test
    void slowHostsHoldTheirClientBack() throws Exception {
        var size = 50 * 1024 * 1024;
        var most = new AtomicLong();
        try (rig;
                var origin =
                        new Origin(wire -> {
                            wire.head();
                            wire.write(ACCEPTED);
                            var got = 0L;
                            while (got < size) {
                                got += wire.in.skip(Math.min(512 * 1024, size - got));
                                most.accumulateAndGet(direct(), Math::max);
                            }
                            wire.write("all\n");
                        })) {
            http1(origin, "");
            try (var client = Wire.to(rig.port("main"))) {
                var part = new byte[CHUNK];
                for (var sent = 0; sent < size; sent += part.length) {
                    client.out.write(part);
                }
                assertEquals("all", client.line());
                assertTrue(most.get() < MOST, "direct memory: " + most);
            }
            assertEquals(size, rig.log.connections.poll(5, TimeUnit.SECONDS).traffic().received());
        }
    }

    @Test
    void hostThatEndsItsDirectionStillListens() throws Exception {
        var later = new CompletableFuture<String>();
        try (rig;
                var origin =
                        new Origin(raw -> {
                            var wire = FrameWire.of(raw, 8, 1);
                            var head = wire.next(FrameWire.HEADERS);
                            wire.headers(head.stream(), false, ":status: 200");
                            wire.data(head.stream(), "bye", true);
                            later.complete(wire.next(FrameWire.DATA).text());
                            wire.next(FrameWire.DATA); // or the connection's end
                        })) {
            assertEquals(
                    "[]",
                    rig.apply(Rig.cluster("one", Http2PathTest.HTTP2, origin.port()), listener(""))
                            .toString());
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("bye", new String(client.in.readAllBytes(), StandardCharsets.UTF_8));
                client.write("later");
                assertEquals("later", later.get(5, TimeUnit.SECONDS));
            }
            var end = rig.log.connections.poll(5, TimeUnit.SECONDS);
            assertEquals(5, end.traffic().received());
            assertEquals(0, end.flags());
        }
    }

    @Test
    void anotherHostIsAskedAfterOneThatRefuses() throws Exception {
        try (rig;
                var no =
                        new Origin(wire -> {
                            wire.head();
                            wire.write("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n");
                            wire.in.read();
                        });
                var yes =
                        new Origin(wire -> {
                            assertTrue(wire.head().startsWith("CONNECT far:80 HTTP/1.1\r\n"));
                            wire.write(ACCEPTED + "hello\n");
                            wire.in.read();
                        })) {
            assertEquals(
                    "[]",
                    rig.apply(
                                    Rig.cluster("one", no.port(), yes.port()),
                                    listener("      max_connect_attempts: 2\n"))
                            .toString());
            for (var i = 0; i < 4; i++) {
                try (var client = Wire.to(rig.port("main"))) {
                    assertEquals("hello", client.line());
                }
                var end = rig.log.connections.poll(5, TimeUnit.SECONDS);
                var failed = end.upstream().attempts() == 2;
                assertEquals(failed ? "UF" : "-", ResponseFlag.shown(end.flags()));
                assertEquals(
                        failed ? "tunnel_response:503" : null, end.upstream().transportFailure());
            }
            assertTrue(no.accepted.get() > 0);
        }
    }

    @Test
    void requestThatIsUnderWayEndsWithItsClient() throws Exception {
        var gone = new CompletableFuture<Integer>();
        var asked = new CompletableFuture<String>();
        try (rig;
                var origin =
                        new Origin(wire -> {
                            asked.complete(wire.head());
                            gone.complete(wire.in.read());
                        })) {
            http1(origin, "");
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals(
                        "CONNECT far:80 HTTP/1.1\r\nhost: far:80\r\n\r\n",
                        asked.get(5, TimeUnit.SECONDS));
                client.socket.setSoLinger(true, 0);
            }
            assertEquals(-1, gone.get(5, TimeUnit.SECONDS));
            var end = rig.log.connections.poll(5, TimeUnit.SECONDS);
            assertEquals("DC", ResponseFlag.shown(end.flags()));
        }
    }

    @Test
    void answerThatIsCompleteEndsTheTunnel() throws Exception {
        try (rig;
                var origin =
                        new Origin(wire -> {
                            assertTrue(wire.head().startsWith("POST /in HTTP/1.1\r\n"));
                            wire.write("HTTP/1.1 201 Made\r\ncontent-length: 5\r\n\r\nhello");
                            wire.in.read();
                        })) {
            assertEquals(
                    "[]",
                    rig.apply(
                                    Rig.cluster("one", origin.port()),
                                    listener(", use_post: true, post_path: /in", ""))
                            .toString());
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("hello", new String(client.in.readAllBytes(), StandardCharsets.UTF_8));
            }
            var end = rig.log.connections.poll(5, TimeUnit.SECONDS);
            assertEquals(5, end.traffic().sent());
            assertEquals(0, end.flags());
        }
    }
}
