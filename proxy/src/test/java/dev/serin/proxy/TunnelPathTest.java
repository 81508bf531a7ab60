package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.envoyproxy.envoy.config.listener.v3.Listener;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Streams that become tunnels: WebSocket and CONNECT, in both versions of HTTP and between them.
@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class TunnelPathTest {
    private static final String ROUTES =
            """
            - match: {connect_matcher: {}}
              route:
                cluster: tcp
                upgrade_configs: [{upgrade_type: CONNECT, connect_config: {}}]
            - match: {prefix: "/no"}
              route:
                cluster: one
                upgrade_configs: [{upgrade_type: websocket, enabled: false}]
            - match: {prefix: "/two"}
              route: {cluster: two}
            - match: {prefix: "/"}
              route: {cluster: one}
            """;
    private static final String UPGRADE =
            " HTTP/1.1\r\nhost: t\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";

    /// HTTP/1.1: agrees to an upgrade and says every line again.
    private static Origin one() {
        return new Origin(wire -> {
            var head = wire.head();
            if (head == null) {
                return;
            }
            assertTrue(head.contains("upgrade: websocket"), head);
            wire.write(
                    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
                            + "connection: upgrade\r\nsec-websocket-accept: x\r\n\r\n");
            wire.write("echo " + wire.line() + "\n");
        });
    }

    /// HTTP/2: agrees to an extended CONNECT and sends what comes back.
    private static Origin two() {
        return new Origin(raw -> {
            var wire = FrameWire.of(raw, 8, 1);
            for (var head = wire.next(FrameWire.HEADERS);
                    head != null;
                    head = wire.next(FrameWire.HEADERS)) {
                assertEquals("CONNECT", head.fields().get(":method"));
                assertEquals("websocket", head.fields().get(":protocol"));
                assertNull(head.fields().get("upgrade"));
                wire.headers(head.stream(), false, ":status: 200", "sec-websocket-accept: y");
                wire.data(head.stream(), "echo " + wire.next(FrameWire.DATA).text(), false);
            }
        });
    }

    private static Rig rig(Origin one, Origin two, Origin tcp) {
        var rig = new Rig(new ScriptedDraws(1));
        assertEquals(
                "[]",
                rig.apply(
                                Rig.cluster("one", one.port()),
                                Rig.cluster("two", Http2PathTest.HTTP2, two.port()),
                                Rig.cluster("tcp", tcp.port()))
                        .toString());
        assertEquals("[]", rig.apply(Rig.routes(ROUTES), listener()).toString());
        return rig;
    }

    private static Listener listener() {
        var listener = Rig.http().toBuilder();
        var filter = listener.getFilterChainsBuilder(0).getFiltersBuilder(0);
        try {
            var manager =
                    filter
                            .getTypedConfig()
                            .unpack(
                                    io.envoyproxy.envoy.extensions.filters.network
                                            .http_connection_manager.v3.HttpConnectionManager.class)
                            .toBuilder();
            manager.getHttp2ProtocolOptionsBuilder().setAllowConnect(true);
            filter.setTypedConfig(com.google.protobuf.Any.pack(manager.build()));
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
        return listener.build();
    }

    private static Origin tcp() {
        return new Origin(wire -> {
            wire.write("banner\n");
            wire.write("echo " + wire.line() + "\n");
        });
    }

    @Test
    void webSocketsPassInAndBetweenBothVersions() throws Exception {
        try (var one = one();
                var two = two();
                var tcp = tcp();
                var rig = rig(one, two, tcp)) {
            for (var path : new String[] {"/", "/two"}) {
                try (var client = Origin.Wire.to(rig.port("main"))) {
                    client.write("GET " + path + UPGRADE);
                    var head = client.head();
                    assertTrue(head.startsWith("HTTP/1.1 101 "), head);
                    assertTrue(head.contains("upgrade: websocket\r\n"), head);
                    assertTrue(head.contains("sec-websocket-accept: "), head);
                    client.write("hi\n");
                    assertEquals("echo hi", client.line());
                }
                try (var client = FrameWire.to(rig.port("main"))) {
                    client.request(1, false, "CONNECT", path, ":protocol: websocket");
                    var head = client.next(FrameWire.HEADERS);
                    assertEquals("200", head.fields().get(":status"));
                    assertNull(head.fields().get("upgrade"));
                    client.data(1, "hi\n", false);
                    assertEquals("echo hi\n", client.next(FrameWire.DATA).text());
                }
            }
        }
    }

    @Test
    void upgradesThatNobodyAllowsAreForbidden() throws Exception {
        try (var one = Origin.answering("plain");
                var two = two();
                var tcp = tcp();
                var rig = rig(one, two, tcp)) {
            var refused = asked(rig, "GET /no" + UPGRADE);
            assertEquals(403, refused.status());
            assertEquals("close", refused.header("connection"));
            assertEquals("upgrade_failed", rig.end().details());
            assertEquals(403, asked(rig, "GET /" + UPGRADE.replace("websocket", "other")).status());
            assertEquals("plain", asked(rig, "GET /" + UPGRADE.replace("websocket", "h2c")).body());
            assertEquals(1, one.accepted.get());
        }
    }

    private static Origin.Message asked(Rig rig, String request) throws Exception {
        try (var client = Origin.Wire.to(rig.port("main"))) {
            client.write(request);
            return client.message();
        }
    }

    @Test
    void connectEndsHereAndGoesOnAsTcp() throws Exception {
        try (var one = one();
                var two = two();
                var tcp = tcp();
                var rig = rig(one, two, tcp)) {
            try (var client = Origin.Wire.to(rig.port("main"))) {
                client.write("CONNECT db:5432 HTTP/1.1\r\nhost: db:5432\r\n\r\n");
                var head = client.head();
                assertTrue(head.startsWith("HTTP/1.1 200 OK\r\n"), head);
                assertTrue(!head.contains("transfer-encoding"), head);
                assertEquals("banner", client.line());
                client.write("hi\n");
                assertEquals("echo hi", client.line());
                assertEquals(-1, client.in.read());
            }
            try (var client = FrameWire.to(rig.port("main"))) {
                client.headers(1, false, ":method: CONNECT", ":authority: db:5432");
                assertEquals("200", client.next(FrameWire.HEADERS).fields().get(":status"));
                assertEquals("banner\n", client.next(FrameWire.DATA).text());
                client.data(1, "hi\n", false);
                var rest = new StringBuilder();
                FrameWire.Frame frame;
                do {
                    frame = client.next(FrameWire.DATA);
                    rest.append(frame.text());
                } while (!frame.ends());
                assertEquals("echo hi\n", rest.toString());
            }
        }
    }
}
