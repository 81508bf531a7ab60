package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Message;

import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.envoyproxy.envoy.config.listener.v3.Listener;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/// PROXY headers from clients and to hosts.
@ExtendWith(NothingLeft.class)
class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    private final Rig rig = new Rig(new ScriptedDraws(7));

    private void apply(Message... messages) {
        assertEquals("[]", rig.apply(messages).toString());
    }

    private static Listener listener(String rules) {
        return Yaml.listener(
                """
                name: main
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                listener_filters:
                - name: proxy
                  typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocolRULES}
                filter_chains:
                - filters:
                  - name: tcp
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: t
                      cluster: tcp
                      access_log:
                      - name: log
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: /dev/null}
                """
                        .replace("RULES", rules));
    }

    private static Message announcing(int port, String config) {
        var socket =
                """
                name: proxy
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport
                  config: {CONFIG}
                  transport_socket: {name: raw, typed_config: {"@type": type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer}}
                """
                        .replace("CONFIG", config);
        return Rig.cluster("tcp", "transport_socket:\n" + socket.indent(2), port);
    }

    /// What the host sees of a client that begins so.
    private byte[] seen(String config, String rules, byte[]... sent) throws Exception {
        var got = new java.util.concurrent.LinkedBlockingQueue<byte[]>();
        try (rig;
                var origin = new Origin(wire -> got.add(wire.in.readAllBytes()))) {
            apply(announcing(origin.port(), config), listener(rules));
            try (var client = Wire.to(rig.port("main"))) {
                for (var part : sent) {
                    client.out.write(part);
                    client.out.flush();
                }
                client.socket.shutdownOutput();
                var seen = got.poll(5, TimeUnit.SECONDS);
                client.in.readAllBytes();
                return seen;
            }
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    @Test
    void textGoesInAndOut() throws Exception {
        var header = "PROXY TCP4 1.2.3.4 5.6.7.8 1111 2222\r\n";
        assertEquals(
                header + "hello",
                new String(
                        seen(
                                "version: V1",
                                "",
                                ascii("PROX"),
                                ascii(header.substring(4) + "hel"),
                                ascii("lo")),
                        java.nio.charset.StandardCharsets.US_ASCII));
        assertEquals(
                "1.2.3.4",
                rig.log
                        .connections
                        .poll(5, TimeUnit.SECONDS)
                        .downstream()
                        .remote()
                        .getAddress()
                        .getHostAddress());
    }

    @Test
    void binaryGoesInWithItsFurtherFactsAndOut() throws Exception {
        var in =
                HexFormat.of()
                        .parseHex(
                                SIGNATURE
                                        + "2111"
                                        + "0018"
                                        + "01020304"
                                        + "05060708"
                                        + "0457"
                                        + "08ae"
                                        + "ea0003"
                                        + "616263"
                                        + "e10003"
                                        + "787878");
        var out =
                HexFormat.of()
                        .parseHex(
                                SIGNATURE
                                        + "2111"
                                        + "0018"
                                        + "01020304"
                                        + "05060708"
                                        + "0457"
                                        + "08ae"
                                        + "e20003"
                                        + "716171"
                                        + "ea0003"
                                        + "616263");
        assertArrayEquals(
                out,
                seen(
                        "version: V2, added_tlvs: [{type: 226, value: cWFx}], pass_through_tlvs:"
                                + " {match_type: INCLUDE, tlv_type: [234]}",
                        ", pass_through_tlvs: {match_type: INCLUDE_ALL}",
                        in));
    }

    @Test
    void whoHasNoHeaderIsTurnedAwayUnlessThatIsAllowed() throws Exception {
        try (rig;
                var origin =
                        new Origin(wire -> {
                            wire.write("hello");
                            wire.in.readAllBytes();
                        })) {
            apply(Rig.cluster("tcp", origin.port()), listener(""));
            for (var bad :
                    new String[] {"GET / HTTP/1.1\r\n", "PROXY TCP4 a b c d\r\n", "PROXY x\r\n"}) {
                try (var client = Wire.to(rig.port("main"))) {
                    client.write(bad);
                    assertEquals(-1, client.in.read(), bad);
                } catch (java.net.SocketException e) {
                    // reset, since its octets were not read
                }
            }
            assertEquals(0, origin.accepted.get());
            apply(listener(", allow_requests_without_proxy_protocol: true"));
            try (var client = Wire.to(rig.port("main"))) {
                client.write("plain");
                assertEquals('h', client.in.read());
            }
        }
    }
}
