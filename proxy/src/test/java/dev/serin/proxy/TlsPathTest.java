package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.Message;

import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.Authority;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.envoyproxy.envoy.config.listener.v3.Listener;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

@ExtendWith(NothingLeft.class)
class TlsPathTest {
    private static final Authority MESH = Pki.authority("mesh");
    private static final Authority.Issued SERVER =
            MESH.issue("server", "URI:spiffe://cluster.local/ns/n/sa/server", "DNS:server.test");
    private static final Authority.Issued CLIENT =
            MESH.issue("client", "URI:spiffe://cluster.local/ns/n/sa/client", "DNS:client.test");

    private final Rig rig = new Rig(new ScriptedDraws(4));

    /// @param context of DownstreamTlsContext, as YAML in its short form
    static Listener listener(String name, String context) {
        var plain = Rig.http().toBuilder().setName(name);
        plain.getFilterChainsBuilder(0)
                .setTransportSocket(
                        Yaml.socket(
                                "envoy.transport_sockets.tls", "DownstreamTlsContext", context));
        return plain.build();
    }

    static String server(String more) {
        return "common_tls_context: {tls_certificates: ["
                + Pki.certificate(SERVER)
                + "], validation_context: {trusted_ca: "
                + Pki.inline(MESH.pem())
                + "}"
                + more
                + "}";
    }

    private void apply(Message... messages) {
        assertEquals("[]", rig.apply(messages).toString());
    }

    private static final String NAMED =
            "match_typed_subject_alt_names: [{san_type: URI, matcher: {exact:"
                    + " \"spiffe://cluster.local/ns/n/sa/%s\"}}]";

    private static final String OUT =
            """
            name: out
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains:
            - filters:
              - name: hcm
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: out
                  rds: {route_config_name: outer, config_source: {ads: {}}}
                  http_filters:
                  - name: router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
            """;

    private static final String ALL = "- match: {prefix: \"/\"}\n  route: {cluster: one}\n";

    @Test
    void clientsOfTheMeshAreKnownByTheirCertificate() throws Exception {
        try (rig;
                var origin = Origin.answering("hello")) {
            apply(
                    Rig.cluster("one", origin.port()),
                    Rig.routes(ALL),
                    listener(
                            "main",
                            server(", alpn_protocols: [http/1.1]")
                                    + ", require_client_certificate: true"));
            try (var socket =
                            Pki.connect(
                                    Pki.context(MESH.pem(), CLIENT),
                                    rig.port("main"),
                                    "server.test",
                                    "http/1.1");
                    var client = new Wire(socket)) {
                assertEquals("hello", client.get("/").body());
                assertEquals("http/1.1", socket.getApplicationProtocol());
            }
            var tls = rig.end().downstream().tls();
            assertNotNull(tls);
            assertEquals("TLSv1.3", tls.version());
            assertTrue(tls.cipher().startsWith("TLS_AES_"), tls.cipher());
            assertEquals("server.test", tls.serverName());
            assertEquals("http/1.1", tls.alpn());
            assertEquals("spiffe://cluster.local/ns/n/sa/client", tls.peerIdentity());
            assertEquals("CN=client", tls.peer().subject());
            assertEquals("CN=mesh", tls.peer().issuer());
            assertEquals(Long.toHexString(CLIENT.serial()), tls.peer().serial());
            assertEquals("[client.test]", tls.peer().dnsSans().toString());
            assertEquals(
                    "[spiffe://cluster.local/ns/n/sa/server]", tls.local().uriSans().toString());
        }
    }

    @Test
    void strangersAreTurnedAway() throws Exception {
        var stranger = Pki.authority("other").issue("client", "URI:spiffe://x/ns/n/sa/client");
        try (rig;
                var origin = Origin.answering("hello")) {
            apply(
                    Rig.cluster("one", origin.port()),
                    Rig.routes(ALL),
                    listener("main", server("") + ", require_client_certificate: true"));
            for (var own : new Authority.Issued[] {null, stranger}) {
                assertThrows(
                        IOException.class,
                        () -> {
                            try (var socket =
                                            Pki.connect(
                                                    Pki.context(MESH.pem(), own),
                                                    rig.port("main"),
                                                    "server.test");
                                    var client = new Wire(socket)) {
                                client.write("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
                                assertTrue(client.in.read() >= 0);
                                throw new AssertionError("let in");
                            }
                        });
            }
            assertEquals(0, origin.accepted.get());
        }
    }

    @Test
    void hostsAreReachedByMutualTls() throws Exception {
        try (rig;
                var origin = Origin.answering("hello")) {
            apply(
                    Rig.cluster("inner", origin.port()),
                    Rig.routes(ALL.replace("one", "inner")),
                    listener("main", server("") + ", require_client_certificate: true"));
            var port = rig.port("main");
            apply(
                    secured("one", port, NAMED.formatted("server")),
                    secured("wrong", port, NAMED.formatted("other")),
                    Yaml.route(
                            """
                            name: outer
                            virtual_hosts:
                            - name: all
                              domains: ["*"]
                              routes:
                              - {match: {prefix: /wrong}, route: {cluster: wrong}}
                              - {match: {prefix: /}, route: {cluster: one}}
                            """),
                    Yaml.listener(OUT));
            try (var client = Wire.to(rig.port("out"))) {
                assertEquals("hello", client.get("/").body());
                assertEquals("hello", client.get("/").body());
                assertEquals(503, client.get("/wrong").status());
            }
            var ends = new java.util.ArrayList<dev.serin.proxy.stream.StreamEnd>();
            for (var i = 0; i < 5; i++) {
                ends.add(rig.end());
            }
            var wrong = ends.stream().filter(e -> e.status() == 503).findFirst().orElseThrow();
            assertEquals(
                    "TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:"
                            + "verify_cert_failed:_SAN_matcher,_certificate_SANs_are_"
                            + "[spiffe://cluster.local/ns/n/sa/server,_server.test]:TLS_error_end",
                    wrong.upstream().transportFailure());
            var outer =
                    ends.stream()
                            .filter(e -> e.upstream().cluster().equals("one"))
                            .findFirst()
                            .orElseThrow();
            assertEquals("server.test", outer.upstream().tls().serverName());
            assertEquals("CN=server", outer.upstream().tls().peer().subject());
            assertEquals("CN=client", outer.upstream().tls().local().subject());
        }
    }

    private static Message secured(String name, int port, String validation) {
        return Rig.cluster(name, port).toBuilder()
                .setTransportSocket(
                        Yaml.socket(
                                "envoy.transport_sockets.tls",
                                "UpstreamTlsContext",
                                "sni: server.test, common_tls_context: {tls_certificates: ["
                                        + Pki.certificate(CLIENT)
                                        + "], validation_context: {trusted_ca: "
                                        + Pki.inline(MESH.pem())
                                        + ", "
                                        + validation
                                        + "}}"))
                .build();
    }

    /// As a client's first words come where they are longer than a packet.
    @Test
    void firstWordsMayComeInPieces() throws Exception {
        try (rig;
                var origin = Origin.answering("hello");
                var plain = new Dripping()) {
            var listener =
                    listener("main", server("")).toBuilder()
                            .addListenerFilters(Yaml.listener(INSPECTED).getListenerFilters(0));
            apply(Rig.cluster("one", origin.port()), Rig.routes(ALL), listener.build());
            plain.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), rig.port("main")));
            var socket =
                    (SSLSocket)
                            Pki.context(MESH.pem(), MESH.issue("client"))
                                    .getSocketFactory()
                                    .createSocket(plain, "server", rig.port("main"), true);
            socket.startHandshake();
            socket.getOutputStream()
                    .write(
                            "GET / HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n"
                                    .getBytes(US_ASCII));
            assertTrue(
                    new String(socket.getInputStream().readAllBytes(), US_ASCII).contains("hello"));
        }
    }

    private static final String INSPECTED =
            """
            listener_filters:
            - name: tls
              typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector}
            """;

    /// A packet every few octets.
    private static final class Dripping extends Socket {
        @Override
        public OutputStream getOutputStream() throws IOException {
            setTcpNoDelay(true);
            return new FilterOutputStream(super.getOutputStream()) {
                @Override
                public void write(byte[] octets, int from, int length) throws IOException {
                    for (var at = from; at < from + length; at += 60) {
                        out.write(octets, at, Math.min(60, from + length - at));
                        out.flush();
                    }
                }
            };
        }
    }

    @Test
    void plainOctetsAreNoHandshake() throws Exception {
        try (rig) {
            apply(Rig.routes(ALL), listener("main", server("")));
            try (var client = Wire.to(rig.port("main"))) {
                client.write("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
                client.in.readAllBytes();
            } catch (SSLException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void thoseBehindAreToldOfTheClientsCertificate() throws Exception {
        var told = new java.util.concurrent.LinkedBlockingQueue<String>();
        try (rig;
                var origin =
                        new Origin(wire -> {
                            for (var asked = wire.request();
                                    asked != null;
                                    asked = wire.request()) {
                                told.add(String.valueOf(asked.header("x-forwarded-client-cert")));
                                told.add(asked.header("x-forwarded-proto"));
                                wire.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
                            }
                        })) {
            apply(Rig.cluster("one", origin.port()), Rig.routes(ALL));
            var own =
                    "By=spiffe://cluster.local/ns/n/sa/server;Hash=HASH;Subject=\"CN=client\";"
                            + "URI=spiffe://cluster.local/ns/n/sa/client;DNS=client.test";
            var cases =
                    java.util.Map.of(
                            "SANITIZE", "null",
                            "FORWARD_ONLY", "old",
                            "APPEND_FORWARD", "old," + own,
                            "SANITIZE_SET", own,
                            "ALWAYS_FORWARD_ONLY", "old");
            for (var one : cases.entrySet()) {
                apply(telling(one.getKey()));
                try (var client =
                        new Wire(
                                Pki.connect(
                                        Pki.context(MESH.pem(), CLIENT),
                                        rig.port("main"),
                                        "server.test"))) {
                    client.get("/", "x-forwarded-client-cert: old");
                }
                assertEquals(
                        one.getValue(),
                        told.poll(5, java.util.concurrent.TimeUnit.SECONDS)
                                .replaceFirst("Hash=[0-9a-f]{64}", "Hash=HASH"),
                        one.getKey());
                assertEquals("https", told.poll(5, java.util.concurrent.TimeUnit.SECONDS));
            }
        }
    }

    private static Listener telling(String how) {
        var listener = listener("main", server("")).toBuilder();
        var filter = listener.getFilterChainsBuilder(0).getFiltersBuilder(0);
        try {
            var manager =
                    filter
                            .getTypedConfig()
                            .unpack(
                                    io.envoyproxy.envoy.extensions.filters.network
                                            .http_connection_manager.v3.HttpConnectionManager.class)
                            .toBuilder();
            manager.setForwardClientCertDetails(
                    io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3
                            .HttpConnectionManager.ForwardClientCertDetails.valueOf(how));
            manager.getSetCurrentClientCertDetailsBuilder().setUri(true).setDns(true);
            manager.getSetCurrentClientCertDetailsBuilder()
                    .setSubject(com.google.protobuf.BoolValue.of(true));
            filter.setTypedConfig(com.google.protobuf.Any.pack(manager.build()));
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        return listener.build();
    }
}
