package dev.serin.proxy;

import static dev.serin.testkit.Eventually.eventually;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;

import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// What happens to the connections of a listener that changes.
@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class ListenerLifeTest {
    private final FakeTime time = new FakeTime();

    private Rig rig() {
        return new Rig(new ScriptedDraws(2), time, time, 2);
    }

    private static String to(String cluster) {
        return "- match: {prefix: \"/\"}\n  route: {cluster: " + cluster + ", timeout: 0s}\n";
    }

    private static Listener changed(Consumer<HttpConnectionManager.Builder> change) {
        var listener = Rig.http().toBuilder();
        var filter = listener.getFilterChainsBuilder(0).getFiltersBuilder(0);
        try {
            var manager = filter.getTypedConfig().unpack(HttpConnectionManager.class).toBuilder();
            change.accept(manager);
            filter.setTypedConfig(Any.pack(manager.build()));
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        return listener.build();
    }

    private static boolean closed(Wire wire) {
        try {
            wire.socket.setSoTimeout(20);
            return wire.in.read() == -1;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (java.io.IOException e) {
            return true;
        }
    }

    @Test
    void logsChangeOnOpenConnectionsAndDrainNothing() {
        try (var one = Origin.answering("one");
                var rig = rig()) {
            rig.apply(Rig.cluster("one", one.port()), Rig.routes(to("one")), Rig.http());
            try (var client = Wire.to(rig.port("main"))) {
                assertNull(client.get("/").header("connection"));
                rig.apply(
                        changed(m ->
                                m.setStatPrefix("other")
                                        .addAccessLogBuilder()
                                        .setName("log")
                                        .setTypedConfig(
                                                Any.pack(
                                                        io.envoyproxy.envoy.extensions
                                                                .access_loggers.file.v3
                                                                .FileAccessLog.newBuilder()
                                                                .setPath("x")
                                                                .build()))));
                time.advance(Duration.ofSeconds(50));
                assertNull(client.get("/").header("connection"));
                eventually(Duration.ofSeconds(5), "a line", () -> rig.log.streams.size() == 1);
            }
        }
    }

    @Test
    void routesChangeAndDrainNothing() {
        try (var one = Origin.answering("one");
                var two = Origin.answering("two");
                var rig = rig()) {
            rig.apply(
                    Rig.cluster("one", one.port()),
                    Rig.cluster("two", two.port()),
                    Rig.routes(to("one")),
                    Rig.http());
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("one", client.get("/").body());
                rig.apply(Rig.routes(to("two")));
                assertEquals("two", client.get("/").body());
            }
        }
    }

    @Test
    void connectionsOfAGoneChainEndOneAfterTheOther() {
        try (var one = Origin.answering("one");
                var rig = rig()) {
            rig.apply(Rig.cluster("one", one.port()), Rig.routes(to("one")), Rig.http());
            var clients = new ArrayList<Wire>();
            for (var i = 0; i < 20; i++) {
                var client = Wire.to(rig.port("main"));
                clients.add(client);
                assertEquals("one", client.get("/").body());
            }
            rig.apply(changed(m -> m.setServerName("other")));
            for (var step = 0; step < 16; step++) {
                time.advance(Duration.ofMillis(45_000 / 32));
                rig.plane.addresses("main"); // the owner has done what came before
            }
            eventually(
                    Duration.ofSeconds(5),
                    "about half have ended",
                    () -> Math.abs(rig.plane.connections() - 10) <= 2);
            try (var fresh = Wire.to(rig.port("main"))) {
                assertEquals("other", fresh.get("/").header("server"));
                time.advance(Duration.ofSeconds(30));
                eventually(
                        Duration.ofSeconds(5),
                        "only the new one is left",
                        () -> {
                            // each is told, and from then on has its own time to end
                            time.advance(Duration.ofMillis(100));
                            return rig.plane.connections() == 1;
                        });
                assertEquals("other", fresh.get("/").header("server"));
            }
            clients.forEach(Wire::close);
        }
    }

    @Test
    void aNewConnectionStillHasItsFirstRequestAnsweredInADrain() {
        try (var one = Origin.answering("one");
                var rig = rig()) {
            rig.apply(Rig.cluster("one", one.port()), Rig.routes(to("one")), Rig.http());
            try (var client = Wire.to(rig.port("main"));
                    var quiet = Wire.to(rig.port("main"))) {
                eventually(
                        Duration.ofSeconds(5),
                        "both are accepted",
                        () -> rig.plane.connections() == 2);
                var drained = rig.plane.drain();
                var answer = client.get("/");
                assertEquals("one", answer.body());
                assertEquals("close", answer.header("connection"));
                assertTrue(eventuallyClosed(client));
                assertFalse(closed(quiet));
                eventually(
                        Duration.ofSeconds(5),
                        "the quiet one is waited for no longer",
                        () -> {
                            time.advance(Duration.ofSeconds(6));
                            return closed(quiet);
                        });
                drained.join();
            }
        }
    }

    @Test
    void tcpIsClosedAtTheEndOfTheDrain() {
        try (var echo = Origin.answering("one");
                var rig = rig()) {
            rig.apply(
                    Rig.cluster("one", echo.port()),
                    Yaml.listener(
                            """
                            name: tcp
                            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                            filter_chains:
                            - filters:
                              - name: tcp
                                typed_config:
                                  "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                                  stat_prefix: tcp
                                  cluster: one
                            """));
            try (var client = Wire.to(rig.port("tcp"))) {
                assertEquals("one", client.get("/").body());
                rig.remove(ConfigUpdate.LISTENER, "tcp");
                time.advance(Duration.ofSeconds(44));
                assertEquals("one", client.get("/").body());
                time.advance(Duration.ofSeconds(2));
                assertTrue(eventuallyClosed(client));
            }
        }
    }

    private static boolean eventuallyClosed(Wire client) {
        eventually(Duration.ofSeconds(5), "the connection is closed", () -> closed(client));
        return true;
    }

    @Test
    void listenersWithTheSameChainDrainByThemselves() {
        try (var one = Origin.answering("one");
                var rig = rig()) {
            var other = Rig.http().toBuilder().setName("other").build();
            rig.apply(Rig.cluster("one", one.port()), Rig.routes(to("one")), Rig.http(), other);
            try (var client = Wire.to(rig.port("other"))) {
                assertEquals("one", client.get("/").body());
                rig.remove(ConfigUpdate.LISTENER, "main");
                time.advance(Duration.ofSeconds(60));
                assertNull(client.get("/").header("connection"));
            }
        }
    }

    @Test
    void aNewAddressIsBoundBeforeTheOldOneIsClosed() throws Exception {
        try (var one = Origin.answering("one");
                var rig = rig();
                var taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            rig.apply(Rig.cluster("one", one.port()), Rig.routes(to("one")), Rig.http());
            rig.failures = new ArrayList<>();
            rig.apply(at(taken.getLocalPort()));
            assertEquals(1, rig.failures.size());
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("one", client.get("/").body());
            }
            var old = rig.port("main");
            int free;
            try (var socket = new ServerSocket(0)) {
                free = socket.getLocalPort();
            }
            rig.apply(at(free));
            assertEquals(free, rig.port("main"));
            assertTrue(old != free);
        }
    }

    private static Listener at(int port) {
        var listener = Rig.http().toBuilder();
        listener.getAddressBuilder().getSocketAddressBuilder().setPortValue(port);
        return listener.build();
    }

    @Test
    void chainsThatAskForTheSameAreRefused() {
        try (var rig = rig()) {
            var twice = Rig.http().toBuilder();
            twice.addFilterChains(twice.getFilterChains(0));
            twice.getFilterChainsBuilder(0)
                    .getFilterChainMatchBuilder()
                    .addAllServerNames(List.of("a.example", "b.example"));
            twice.getFilterChainsBuilder(1)
                    .getFilterChainMatchBuilder()
                    .addAllServerNames(List.of("c.example", "B.example"));
            var rejected = rig.apply(twice.build());
            assertEquals("filter_chains[1].filter_chain_match", rejected.getFirst().field());
            twice.getFilterChainsBuilder(1).getFilterChainMatchBuilder().setServerNames(1, "*d.x");
            assertTrue(rig.apply(twice.build()).getFirst().reason().contains("wildcard"));
        }
    }

    @Test
    void socketsAreMadeAsAsked() {
        try (var one = Origin.answering("one");
                var rig = rig()) {
            rig.apply(
                    Rig.cluster("one", one.port()),
                    Rig.routes(to("one")),
                    Rig.http().toBuilder()
                            .mergeFrom(
                                    Yaml.listener(
                                            """
                                            tcp_backlog_size: 7
                                            max_connections_to_accept_per_socket_event: 1
                                            per_connection_buffer_limit_bytes: 32768
                                            freebind: true
                                            additional_addresses:
                                            - address: {socket_address: {address: "::1", port_value: 0}}
                                            socket_options:
                                            - {level: 1, name: 9, int_value: 1, state: STATE_PREBIND}
                                            """))
                            .build());
            assertEquals(2, rig.plane.addresses("main").size());
            for (var address : rig.plane.addresses("main")) {
                try (var client = Wire.to(address)) {
                    assertEquals("one", client.get("/").body());
                }
            }
        }
    }
}
