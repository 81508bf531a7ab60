package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.envoyproxy.envoy.config.listener.v3.Listener;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class TcpPathTest {
    private static final String TCP =
            """
            - filters:
              - name: tcp
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                  stat_prefix: t
                  cluster: tcp
                  access_log:
                  - name: log
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: /dev/null}
            """;
    private static final String DETECTED =
            """
            - filter_chain_match: {application_protocols: ["http/1.0", "http/1.1", "h2c"]}
              filters:
              - name: hcm
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: h
                  route_config:
                    virtual_hosts:
                    - {name: all, domains: ["*"], routes: [{match: {prefix: "/"}, direct_response: {status: 200, body: {inline_string: http}}}]}
                  http_filters:
                  - name: router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
            """;

    private final Rig rig = new Rig(new ScriptedDraws(3));

    private static Listener listener(String more, String chains) {
        return Yaml.listener(
                "name: main\naddress: {socket_address: {address: 127.0.0.1, port_value: 0}}\n"
                        + more
                        + "filter_chains:\n"
                        + chains);
    }

    private static Listener detecting() {
        return listener(
                """
                listener_filters_timeout: 0.1s
                continue_on_listener_filters_timeout: true
                listener_filters:
                - name: tls
                  typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector}
                - name: http
                  typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.http_inspector.v3.HttpInspector}
                """,
                DETECTED + TCP);
    }

    @Test
    void halfClosedConnectionsCarryTheAnswer() throws Exception {
        try (rig;
                var origin =
                        new Origin(wire -> {
                            var all = wire.in.readAllBytes();
                            wire.write("got " + all.length);
                        })) {
            assertEquals(
                    "[]",
                    rig.apply(Rig.cluster("tcp", origin.port()), listener("", TCP)).toString());
            try (var client = Wire.to(rig.port("main"))) {
                client.write("hello");
                client.socket.shutdownOutput();
                assertEquals("got 5", new String(client.in.readAllBytes(), StandardCharsets.UTF_8));
            }
            var end = rig.log.connections.poll(5, TimeUnit.SECONDS);
            assertEquals(5, end.traffic().received());
            assertEquals(5, end.traffic().sent());
            assertEquals(0, end.flags());
            assertEquals("tcp", end.upstream().cluster());
        }
    }

    /// One direction has ended, the other is held up: what waits must still go out.
    @Test
    void muchPassesAfterOneSideHasEnded() throws Exception {
        var octets = 20_000_000;
        var sent = new AtomicInteger();
        var received = new CompletableFuture<Integer>();
        var mayRead = new CompletableFuture<Void>();
        try (rig;
                var origin =
                        new Origin(wire -> {
                            if (wire.in.read() == 'd') {
                                wire.in.readAllBytes();
                                send(wire, octets, sent);
                            } else {
                                wire.socket.shutdownOutput();
                                mayRead.join();
                                received.complete(wire.in.readAllBytes().length);
                            }
                        })) {
            assertEquals(
                    "[]",
                    rig.apply(Rig.cluster("tcp", origin.port()), listener("", TCP)).toString());
            try (var client = Wire.to(rig.port("main"))) {
                client.write("down");
                client.socket.shutdownOutput();
                atRest(sent);
                assertEquals(octets, client.in.readAllBytes().length);
            }
            try (var client = Wire.to(rig.port("main"))) {
                client.write("u");
                assertEquals(-1, client.in.read());
                sent.set(0);
                var sending = CompletableFuture.runAsync(() -> send(client, octets, sent));
                atRest(sent);
                mayRead.complete(null);
                sending.join();
                client.socket.shutdownOutput();
                assertEquals(octets, received.get(20, TimeUnit.SECONDS));
            }
        }
    }

    private static void send(Wire wire, int octets, AtomicInteger sent) {
        try {
            for (var part = new byte[10_000]; sent.get() < octets; sent.addAndGet(part.length)) {
                wire.socket.getOutputStream().write(part);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Until no more goes through: the same count twice, some time apart.
    private static void atRest(AtomicInteger sent) {
        var before = new AtomicInteger();
        Eventually.eventually(
                Duration.ofSeconds(20),
                "no more goes through",
                () -> {
                    LockSupport.parkNanos(200_000_000);
                    var now = sent.get();
                    return now > 0 && before.getAndSet(now) == now;
                });
    }

    @Test
    void whoMayNotConnectIsTurnedAwayBeforeAHostIsAsked() throws Exception {
        var rbac =
                """
                - filters:
                  - name: rbac
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC
                      stat_prefix: tcp.
                      rules:
                        action: DENY
                        policies:
                          ns[foo] policy:
                            permissions: [{destination_port_range: {start: 1, end: 65536}}]
                            principals: [{direct_remote_ip: {address_prefix: 127.0.0.1, prefix_len: 32}}]
                """;
        try (var origin = Origin.answering("never");
                rig) {
            var chains = TCP.replace("- filters:\n", rbac);
            assertEquals(
                    "[]",
                    rig.apply(Rig.cluster("tcp", origin.port()), listener("", chains)).toString());
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals(-1, client.in.read());
            }
            var end = rig.log.connections.poll(5, TimeUnit.SECONDS);
            assertEquals("rbac_access_denied_matched_policy[ns[foo]_policy]", end.details());
            assertEquals(0, end.flags());
            assertEquals(0, origin.accepted.get());
            assertEquals(1, rig.counts.get("tcp.rbac.denied"));
            rig.apply(
                    listener("", chains.replace("127.0.0.1, prefix_len", "127.0.0.9, prefix_len")));
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("never", client.get("/").body());
            }
        }
    }

    @Test
    void unreachableHostIsFlagged() throws Exception {
        try (rig) {
            rig.apply(Rig.cluster("tcp", Origin.refusing()), listener("", TCP));
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals(-1, client.in.read());
            }
            var end = rig.log.connections.poll(5, TimeUnit.SECONDS);
            assertEquals("UF,URX", ResponseFlag.shown(end.flags()));
        }
    }

    @Test
    void protocolIsDetected() throws Exception {
        try (rig;
                var origin =
                        new Origin(wire -> {
                            wire.write("220 hello\n"); // server first
                            wire.write(wire.line());
                        })) {
            assertEquals(
                    "[]", rig.apply(Rig.cluster("tcp", origin.port()), detecting()).toString());
            try (var http = Wire.to(rig.port("main"))) {
                http.write("GE"); // in pieces
                http.write("T / HTTP/1.1\r\nhost: t\r\n\r\n");
                assertEquals("http", http.message().body());
            }
            try (var silent = Wire.to(rig.port("main"))) {
                assertEquals("220 hello", silent.line());
                silent.write("abc\n");
                assertEquals("abc", new String(silent.in.readAllBytes(), StandardCharsets.UTF_8));
            }
            try (var binary = Wire.to(rig.port("main"))) {
                binary.write("\u0001\u0002\n");
                assertEquals("220 hello", binary.line());
                assertArrayEquals(new byte[] {1, 2}, binary.in.readAllBytes());
            }
        }
    }

    @Test
    void slowReadersHoldTheirHostBack() throws Exception {
        var size = 50 * 1024 * 1024;
        var chunk = new byte[64 * 1024];
        try (rig;
                var origin =
                        new Origin(wire -> {
                            wire.head();
                            wire.write("HTTP/1.1 200 OK\r\ncontent-length: " + size + "\r\n\r\n");
                            for (var sent = 0; sent < size; sent += chunk.length) {
                                wire.out.write(chunk);
                            }
                        })) {
            rig.apply(
                    Rig.cluster("one", origin.port()),
                    Rig.routes("- match: {prefix: \"/\"}\n  route: {cluster: one, timeout: 0s}\n"),
                    Rig.http());
            try (var client = Wire.to(rig.port("main"))) {
                client.write("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
                client.head();
                var most = 0L;
                var got = 0L;
                while (got < size) {
                    got += client.in.skip(Math.min(512 * 1024, size - got));
                    most = Math.max(most, direct());
                }
                assertEquals(size, got);
                assertTrue(most < 24L * 1024 * 1024, "direct memory: " + most);
            }
            assertEquals(size, rig.end().traffic().sent());
        }
    }

    @Test
    void slowHostsHoldTheirClientBack() throws Exception {
        var size = 20 * 1024 * 1024;
        try (rig;
                var origin =
                        new Origin(wire -> {
                            wire.head();
                            var got = 0L;
                            while (got < size) {
                                got += wire.in.skip(Math.min(256 * 1024, size - got));
                            }
                            wire.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
                        })) {
            rig.apply(
                    Rig.cluster("one", origin.port()),
                    Rig.routes("- match: {prefix: \"/\"}\n  route: {cluster: one, timeout: 0s}\n"),
                    Rig.http());
            try (var client = Wire.to(rig.port("main"))) {
                client.write("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: " + size + "\r\n\r\n");
                var part = new byte[64 * 1024];
                for (var sent = 0; sent < size; sent += part.length) {
                    client.out.write(part);
                }
                assertEquals("ok", client.message().body());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            assertEquals(size, rig.end().traffic().received());
        }
    }

    private static long direct() {
        return io.netty.buffer.PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }
}
