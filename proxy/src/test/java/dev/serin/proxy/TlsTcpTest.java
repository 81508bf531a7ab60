package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;

import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.testkit.Authority;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.envoyproxy.envoy.config.listener.v3.Listener;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// TLS at one end or both ends of a TCP proxy.
@ExtendWith(NothingLeft.class)
class TlsTcpTest {
    private static final Authority MESH = Pki.authority("mesh");
    private static final Authority.Issued SERVER =
            MESH.issue("server", "URI:spiffe://cluster.local/ns/n/sa/server", "DNS:server.test");

    private final Rig rig = new Rig(new ScriptedDraws(6));

    private void apply(Message... messages) {
        assertEquals("[]", rig.apply(messages).toString());
    }

    static Listener tcp(String name, String cluster) {
        return Yaml.listener(
                """
                name: NAME
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                filter_chains:
                - filters:
                  - name: tcp
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: t
                      cluster: CLUSTER
                      access_log:
                      - name: log
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: /dev/null}
                """
                        .replace("NAME", name)
                        .replace("CLUSTER", cluster));
    }

    private static Listener secure(Listener plain) {
        return secure(plain, "");
    }

    /// @param more of the context
    private static Listener secure(Listener plain, String more) {
        var secure = plain.toBuilder();
        secure.getFilterChainsBuilder(0)
                .setTransportSocket(
                        Yaml.socket(
                                "tls",
                                "DownstreamTlsContext",
                                "common_tls_context: {tls_certificates: ["
                                        + Pki.certificate(SERVER)
                                        + "]"
                                        + more
                                        + "}"));
        return secure.build();
    }

    private static Message secure(io.envoyproxy.envoy.config.cluster.v3.Cluster plain) {
        return plain.toBuilder()
                .setTransportSocket(
                        Yaml.socket(
                                "tls",
                                "UpstreamTlsContext",
                                "sni: server.test, common_tls_context: {validation_context:"
                                        + " {trusted_ca: "
                                        + Pki.inline(MESH.pem())
                                        + "}}"))
                .build();
    }

    @Test
    void eachDirectionEndsByItself() throws Exception {
        try (rig;
                var origin =
                        new Origin(wire -> {
                            var asked = wire.in.readAllBytes();
                            wire.write("got " + asked.length);
                        })) {
            // plain → TLS → TLS → plain: through this proxy twice
            apply(Rig.cluster("plain", origin.port()), secure(tcp("inner", "plain")));
            apply(secure(Rig.cluster("secure", rig.port("inner"))), tcp("outer", "secure"));
            try (var client = Wire.to(rig.port("outer"))) {
                client.write("x".repeat(300_000));
                client.socket.shutdownOutput();
                assertEquals(
                        "got 300000",
                        new String(
                                client.in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
            }
            for (var i = 0; i < 2; i++) {
                var end = rig.log.connections.poll(5, TimeUnit.SECONDS);
                assertEquals(300_000, end.traffic().received());
                assertEquals(10, end.traffic().sent());
                var inner = end.downstream().tls() != null;
                assertEquals(
                        inner ? null : "server.test",
                        inner ? null : end.upstream().tls().serverName());
            }
        }
    }

    @Test
    void muchIsCarriedBothWays() throws Exception {
        var size = 6_000_000;
        try (rig;
                var origin =
                        new Origin(wire -> {
                            var part = new byte[50_000];
                            var count = 0;
                            while (count < size) {
                                var got = wire.in.read(part);
                                wire.out.write(part, 0, got);
                                count += got;
                            }
                        })) {
            apply(Rig.cluster("plain", origin.port()), secure(tcp("inner", "plain")));
            apply(secure(Rig.cluster("secure", rig.port("inner"))), tcp("outer", "secure"));
            try (var client = Wire.to(rig.port("outer"))) {
                var writer =
                        Thread.ofVirtual()
                                .start(() -> {
                                    try {
                                        var random = new java.util.Random(1);
                                        for (var sent = 0; sent < size; ) {
                                            var part =
                                                    new byte
                                                            [Math.min(
                                                                    size - sent,
                                                                    1 + random.nextInt(70_000))];
                                            java.util.Arrays.fill(part, (byte) (sent % 251));
                                            client.out.write(part);
                                            sent += part.length;
                                        }
                                    } catch (IOException e) {
                                        throw new AssertionError(e);
                                    }
                                });
                var random = new java.util.Random(1);
                for (var got = 0; got < size; ) {
                    var expected = Math.min(size - got, 1 + random.nextInt(70_000));
                    var part = client.in.readNBytes(expected);
                    assertEquals(expected, part.length);
                    var wanted = new byte[expected];
                    java.util.Arrays.fill(wanted, (byte) (got % 251));
                    assertArrayEquals(wanted, part);
                    got += expected;
                }
                writer.join();
            }
        }
    }

    @Test
    void aHostThatSpeaksNoTlsIsAFailureThatSaysSo() throws Exception {
        try (rig;
                var origin =
                        new Origin(wire -> {
                            wire.write("220 hello\r\n");
                            wire.in.readAllBytes();
                        })) {
            apply(secure(Rig.cluster("secure", origin.port())), tcp("outer", "secure"));
            try (var client = Wire.to(rig.port("outer"))) {
                assertEquals(-1, client.in.read());
            }
            var end = rig.log.connections.poll(5, TimeUnit.SECONDS);
            assertEquals("UF,URX", ResponseFlag.shown(end.flags()));
            assertEquals(
                    "TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end",
                    end.upstream().transportFailure());
        }
    }

    @Test
    void aHostThatIsSilentIsGivenUp() throws Exception {
        try (rig;
                var origin = new Origin(wire -> wire.in.readAllBytes())) {
            apply(
                    secure(
                            Rig.cluster("secure", origin.port()).toBuilder()
                                    .setConnectTimeout(
                                            com.google.protobuf.util.Durations.fromMillis(100))
                                    .build()),
                    tcp("outer", "secure"));
            try (var client = Wire.to(rig.port("outer"))) {
                assertEquals(-1, client.in.read());
            }
            var end = rig.log.connections.poll(5, TimeUnit.SECONDS);
            assertEquals("UF,URX", ResponseFlag.shown(end.flags()));
        }
    }

    @Test
    void sessionsAreResumed() throws Exception {
        try (rig;
                var origin =
                        new Origin(wire -> {
                            wire.write("hello");
                            wire.in.readAllBytes();
                        })) {
            apply(Rig.cluster("plain", origin.port()), secure(tcp("inner", "plain")));
            apply(secure(Rig.cluster("secure", rig.port("inner"))), tcp("outer", "secure"));
            for (var i = 0; i < 3; i++) {
                try (var client = Wire.to(rig.port("outer"))) {
                    assertEquals(
                            "hello",
                            new String(
                                    client.in.readNBytes(5),
                                    java.nio.charset.StandardCharsets.UTF_8));
                }
                for (var side = 0; side < 2; side++) {
                    var end = rig.log.connections.poll(5, TimeUnit.SECONDS);
                    var tls =
                            end.downstream().tls() == null
                                    ? end.upstream().tls()
                                    : end.downstream().tls();
                    assertEquals(i > 0, tls.resumed(), tls.toString());
                    assertTrue(tls.version().equals("TLSv1.3"));
                }
            }
        }
    }

    /// What a client kept of a configuration that is gone opens a session all the same, or a whole
    /// handshake is made; never does a connection fail, and the new configuration's own resume.
    @Test
    void aChangeOfTheConfigurationFailsNoSession() throws Exception {
        try (rig;
                var origin =
                        new Origin(wire -> {
                            wire.write("hello");
                            wire.in.readAllBytes();
                        })) {
            apply(Rig.cluster("plain", origin.port()), secure(tcp("inner", "plain")));
            apply(secure(Rig.cluster("secure", rig.port("inner"))), tcp("outer", "secure"));
            assertEquals(List.of(false, true), resumed(2));

            // the same context in another listener of that name: another filter, same secrets
            apply(secure(tcp("inner", "plain")).toBuilder().setStatPrefix("other").build());
            assertEquals(List.of(true), resumed(2).subList(1, 2));

            // another context: sessions of before belong to what was verified then
            apply(secure(tcp("inner", "plain"), ", alpn_protocols: [x]"));
            assertEquals(List.of(true), resumed(2).subList(1, 2));

            // another cluster: it knows no sessions yet
            apply(
                    secure(
                            Rig.cluster(
                                    "secure",
                                    "per_connection_buffer_limit_bytes: 65536\n",
                                    rig.port("inner"))));
            assertEquals(List.of(true), resumed(2).subList(1, 2));
        }
    }

    /// Whether each of so many connections resumed a session at its host.
    private List<Boolean> resumed(int connections) throws Exception {
        var resumed = new java.util.ArrayList<Boolean>();
        for (var i = 0; i < connections; i++) {
            try (var client = Wire.to(rig.port("outer"))) {
                assertEquals(
                        "hello",
                        new String(
                                client.in.readNBytes(5), java.nio.charset.StandardCharsets.UTF_8));
            }
            for (var side = 0; side < 2; side++) {
                var end = rig.log.connections.poll(5, TimeUnit.SECONDS);
                if (end.downstream().tls() == null) {
                    resumed.add(end.upstream().tls().resumed());
                }
            }
        }
        return resumed;
    }
}
