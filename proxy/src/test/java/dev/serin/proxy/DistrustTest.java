package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;

import dev.serin.base.time.Ticker;
import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.Authority;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// Connections that are busy when their peer's certificate is revoked: they may end what they are
/// at, but not for longer than was stated.
@ExtendWith(NothingLeft.class)
class DistrustTest {
    private static final Authority MESH = Pki.authority("mesh");
    private static final Authority.Issued CLIENT =
            MESH.issue("client", "URI:spiffe://t/ns/n/sa/client");
    private static final String CONTEXT =
            """
            common_tls_context: {alpn_protocols: [h2, http/1.1], \
            tls_certificate_sds_secret_configs: [{name: own, sds_config: {ads: {}}}], \
            validation_context_sds_secret_config: {name: roots, sds_config: {ads: {}}}}, \
            require_client_certificate: true\
            """;

    private final Rig rig = new Rig(new ScriptedDraws(5), Ticker.system(), new FakeTime(), 1);

    private void apply(Message... messages) {
        assertEquals("[]", rig.apply(messages).toString());
    }

    private static Message roots(long... revoked) {
        return Yaml.secret(
                "name: roots\nvalidation_context: {trusted_ca: "
                        + Pki.inline(MESH.pem())
                        + ", crl: "
                        + Pki.inline(MESH.revoked(revoked))
                        + "}");
    }

    private static Message tcp() {
        var plain = TlsTcpTest.tcp("tcp", "one").toBuilder();
        plain.getFilterChainsBuilder(0)
                .setTransportSocket(Yaml.socket("tls", "DownstreamTlsContext", CONTEXT));
        return plain.build();
    }

    /// Whether nothing more comes, however the connection ended.
    private static boolean ended(Wire wire) {
        try {
            wire.in.readAllBytes();
            return true;
        } catch (IOException e) {
            return true;
        }
    }

    private static boolean ended(FrameWire wire) {
        try {
            return wire.next(FrameWire.HEADERS) == null;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void busyConnectionsOfARevokedCertificateEnd() throws Exception {
        var waiting = new AtomicInteger();
        try (rig;
                var origin =
                        new Origin(wire -> {
                            waiting.incrementAndGet();
                            wire.in.readAllBytes(); // and never answers
                        })) {
            apply(
                    Rig.cluster("one", origin.port()),
                    Rig.routes("- match: {prefix: \"/\"}\n  route: {cluster: one, timeout: 0s}\n"),
                    TlsPathTest.listener("main", CONTEXT),
                    tcp(),
                    Yaml.secret(
                            "name: own\ntls_certificate: "
                                    + Pki.certificate(MESH.issue("own", "DNS:own"))),
                    roots());
            var context = Pki.context(MESH.pem(), CLIENT);
            try (var http1 = new Wire(Pki.connect(context, rig.port("main"), null, "http/1.1"));
                    var http2 = FrameWire.over(Pki.connect(context, rig.port("main"), null, "h2"));
                    var tcp = new Wire(Pki.connect(context, rig.port("tcp"), null))) {
                http1.write("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
                http2.get(1, "/");
                tcp.write("x");
                Eventually.eventually(
                        Duration.ofSeconds(10), "all are at it", () -> waiting.get() == 3);

                apply(roots(CLIENT.serial()));
                assertNotNull(http2.next(FrameWire.GOAWAY), "no new streams");
                assertTrue(
                        ended(http1) && ended(tcp), "each of them within the time that was stated");
                assertTrue(ended(http2));
            }
        }
    }

    private static final String HOST =
            """
            common_tls_context: {validation_context_sds_secret_config: {name: roots, sds_config: {ads: {}}}}\
            """;

    /// The other direction: hosts whose certificate is revoked while they are being asked.
    @Test
    void busyConnectionsToARevokedHostEnd() throws Exception {
        var host = MESH.issue("host", "URI:spiffe://t/ns/n/sa/host");
        var waiting = new AtomicInteger();
        try (rig;
                var origin =
                        new Origin(wire -> {
                            waiting.incrementAndGet();
                            wire.in.readAllBytes(); // and never answers
                        })) {
            var inner = TlsTcpTest.tcp("inner", "one").toBuilder();
            inner.getFilterChainsBuilder(0)
                    .setTransportSocket(
                            Yaml.socket(
                                    "tls",
                                    "DownstreamTlsContext",
                                    "common_tls_context: {tls_certificates: ["
                                            + Pki.certificate(host)
                                            + "]}"));
            apply(Rig.cluster("one", origin.port()), inner.build(), roots());
            apply(
                    Rig.cluster("secure", rig.port("inner")).toBuilder()
                            .setTransportSocket(Yaml.socket("tls", "UpstreamTlsContext", HOST))
                            .build(),
                    Rig.routes(
                            "- match: {prefix: \"/\"}\n  route: {cluster: secure, timeout: 0s}\n"),
                    Rig.http(),
                    TlsTcpTest.tcp("tcp", "secure"));
            try (var http1 = Wire.to(rig.port("main"));
                    var tcp = Wire.to(rig.port("tcp"))) {
                http1.write("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
                tcp.write("x");
                Eventually.eventually(
                        Duration.ofSeconds(10), "both are at it", () -> waiting.get() == 2);
                apply(roots(host.serial()));
                assertEquals(503, http1.message().status(), "within the time that was stated");
                assertTrue(ended(tcp));
            }
        }
    }
}
