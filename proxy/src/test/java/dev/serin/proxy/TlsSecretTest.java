package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;

import dev.serin.base.time.Ticker;
import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.testkit.Authority;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

@ExtendWith(NothingLeft.class)
class TlsSecretTest {
    private static final Authority OLD = Pki.authority("old");
    private static final Authority NEW = Pki.authority("new");
    private static final String NAMED =
            """
            common_tls_context: {tls_certificate_sds_secret_configs: [{name: own, sds_config: {ads: {}}}], \
            combined_validation_context: {default_validation_context: {}, \
            validation_context_sds_secret_config: {name: roots, sds_config: {ads: {}}}}}, \
            require_client_certificate: true\
            """;
    private static final String ALL = "- match: {prefix: \"/\"}\n  route: {cluster: one}\n";

    private final FakeTime time = new FakeTime();
    private final Rig rig = new Rig(new ScriptedDraws(5), Ticker.system(), time, 1);

    private void apply(Message... messages) {
        assertEquals("[]", rig.apply(messages).toString());
    }

    private static Message own(Authority.Issued issued) {
        return Yaml.secret("name: own\ntls_certificate: " + Pki.certificate(issued));
    }

    private static Message roots(String pem) {
        return Yaml.secret(
                "name: roots\nvalidation_context: {trusted_ca: " + Pki.inline(pem) + "}");
    }

    private static SSLContext client(Authority authority) {
        return Pki.context(
                OLD.pem() + NEW.pem(), authority.issue("client", "URI:spiffe://t/ns/n/sa/client"));
    }

    private static String shown(SSLSocket socket) throws IOException {
        var own = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return own.getSubjectX500Principal().getName();
    }

    @Test
    void listenersWaitForTheirSecrets() throws Exception {
        try (rig;
                var origin = Origin.answering("hello")) {
            apply(
                    Rig.cluster("one", origin.port()),
                    Rig.routes(ALL),
                    TlsPathTest.listener("main", NAMED));
            assertTrue(rig.plane.addresses("main").isEmpty(), "held until its secrets come");
            assertEquals(
                    "[own, roots]",
                    new java.util.TreeSet<>(rig.plane.wanted().secrets()).toString());
            apply(own(OLD.issue("first")));
            assertTrue(rig.plane.addresses("main").isEmpty());
            apply(roots(OLD.pem()));
            try (var client = new Wire(Pki.connect(client(OLD), rig.port("main"), null))) {
                assertEquals("hello", client.get("/").body());
            }
        }
    }

    @Test
    void listenersDoNotWaitForEver() throws Exception {
        try (var rig = new Rig(new ScriptedDraws(5), time, time, 1)) {
            assertEquals(
                    "[]",
                    rig.apply(Rig.routes(ALL), TlsPathTest.listener("main", NAMED)).toString());
            time.advance(Duration.ofSeconds(16));
            var port =
                    dev.serin.testkit.Eventually.poll(
                                    Duration.ofSeconds(5),
                                    () -> rig.plane.addresses("main"),
                                    a -> !a.isEmpty())
                            .getFirst()
                            .getPort();
            assertThrows(IOException.class, () -> Pki.connect(client(OLD), port, null).close());
        }
    }

    @Test
    void newCertificatesAreShownToNewConnectionsAndOldOnesGoOn() throws Exception {
        try (rig;
                var origin = Origin.answering("hello")) {
            apply(
                    Rig.cluster("one", origin.port()),
                    Rig.routes(ALL),
                    TlsPathTest.listener("main", NAMED),
                    own(OLD.issue("first")),
                    roots(OLD.pem()));
            var before = Pki.connect(client(OLD), rig.port("main"), null);
            try (before;
                    var old = new Wire(before)) {
                assertEquals("CN=first", shown(before));
                assertEquals("hello", old.get("/").body());
                apply(own(OLD.issue("second")));
                try (var after = Pki.connect(client(OLD), rig.port("main"), null);
                        var fresh = new Wire(after)) {
                    assertEquals("CN=second", shown(after));
                    assertEquals("hello", fresh.get("/").body());
                }
                assertEquals("hello", old.get("/").body());
            }
        }
    }

    @Test
    void connectionsEndWhoseRootIsTrustedNoMore() throws Exception {
        try (rig;
                var origin = Origin.answering("hello")) {
            apply(
                    Rig.cluster("one", origin.port()),
                    Rig.routes(ALL),
                    TlsPathTest.listener("main", NAMED),
                    own(NEW.issue("own")),
                    roots(OLD.pem() + NEW.pem()));
            try (var old = new Wire(Pki.connect(client(OLD), rig.port("main"), null));
                    var kept = new Wire(Pki.connect(client(NEW), rig.port("main"), null))) {
                assertEquals("hello", old.get("/").body());
                assertEquals("hello", kept.get("/").body());
                apply(roots(NEW.pem()));
                assertEquals(-1, old.in.read(), "an idle connection ends at once");
                assertEquals("hello", kept.get("/").body());
            }
            assertThrows(
                    IOException.class,
                    () -> {
                        try (var client =
                                new Wire(Pki.connect(client(OLD), rig.port("main"), null))) {
                            client.write("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
                            assertTrue(client.in.read() >= 0);
                        }
                    });
        }
    }

    @Test
    void aSecretThatIsNoneIsRefusedAndTheLastGoodOneStays() throws Exception {
        var other = OLD.issue("other");
        try (rig;
                var origin = Origin.answering("hello")) {
            apply(
                    Rig.cluster("one", origin.port()),
                    Rig.routes(ALL),
                    TlsPathTest.listener("main", NAMED),
                    own(OLD.issue("first")),
                    roots(OLD.pem()));
            var mixed = new Authority.Issued(OLD.issue("second").chain(), other.key(), 0);
            var rejected = rig.apply(own(mixed));
            assertEquals(1, rejected.size());
            assertEquals("tls_certificate.private_key", rejected.getFirst().field());
            assertEquals(ConfigUpdate.SECRET, rejected.getFirst().typeUrl());
            assertFalse(rig.apply(roots("nonsense")).isEmpty());
            try (var socket = Pki.connect(client(OLD), rig.port("main"), null)) {
                assertEquals("CN=first", shown(socket));
            }
        }
    }

    @Test
    void secretsComeFromFilesToo() throws Exception {
        var folder = Files.createTempDirectory("secrets");
        var file = folder.resolve("own.yaml");
        try (rig;
                var origin = Origin.answering("hello")) {
            write(file, OLD.issue("first"), 1);
            apply(
                    Rig.cluster("one", origin.port()),
                    Rig.routes(ALL),
                    TlsPathTest.listener(
                            "main",
                            "common_tls_context: {tls_certificate_sds_secret_configs: [{name: own,"
                                    + " sds_config: {path_config_source: {path: \""
                                    + file
                                    + "\"}}}]}"));
            var bound =
                    dev.serin.testkit.Eventually.poll(
                            Duration.ofSeconds(5),
                            () -> rig.plane.addresses("main"),
                            a -> !a.isEmpty());
            var context = Pki.context(OLD.pem(), null);
            try (var socket = Pki.connect(context, bound.getFirst().getPort(), null)) {
                assertEquals("CN=first", shown(socket));
            }
            write(file, OLD.issue("second"), 2);
            time.advance(Duration.ofSeconds(2));
            dev.serin.testkit.Eventually.eventually(
                    Duration.ofSeconds(5),
                    "the file's second version",
                    () -> {
                        try (var socket = Pki.connect(context, rig.port("main"), null)) {
                            return shown(socket).equals("CN=second");
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    });
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    /// As Istio's agent serves them to its proxy for a Gateway's `serverCertificate`.
    @Test
    void secretsAreNamedForTheirFilesToo() throws Exception {
        var folder = Files.createTempDirectory("secrets");
        var chain = folder.resolve("chain.pem");
        var key = folder.resolve("key.pem");
        var agent =
                "{name: \"NAME\", sds_config: {api_config_source: {api_type: GRPC, grpc_services:"
                        + " [{envoy_grpc: {cluster_name: sds-grpc}}]}}}";
        var roots = Files.writeString(folder.resolve("roots.pem"), NEW.pem());
        try (rig;
                var origin = Origin.answering("hello")) {
            pem(chain, key, OLD.issue("first"), 1);
            apply(
                    Rig.cluster("one", origin.port()),
                    Rig.routes(ALL),
                    TlsPathTest.listener(
                            "main",
                            "require_client_certificate: true, common_tls_context:"
                                    + " {tls_certificate_sds_secret_configs: ["
                                    + agent.replace("NAME", "file-cert:" + chain + "~" + key)
                                    + "], validation_context_sds_secret_config: "
                                    + agent.replace("NAME", "file-root:" + roots)
                                    + "}"));
            var bound =
                    dev.serin.testkit.Eventually.poll(
                            Duration.ofSeconds(5),
                            () -> rig.plane.addresses("main"),
                            a -> !a.isEmpty());
            var port = bound.getFirst().getPort();
            try (var client = new Wire(Pki.connect(client(NEW), port, null))) {
                assertEquals("hello", client.get("/").body());
            }
            pem(chain, key, OLD.issue("second"), 2);
            time.advance(Duration.ofSeconds(2));
            dev.serin.testkit.Eventually.eventually(
                    Duration.ofSeconds(5),
                    "the files' second version",
                    () -> {
                        try (var socket = Pki.connect(client(NEW), port, null)) {
                            return shown(socket).equals("CN=second");
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    });
        } finally {
            for (var file : new Path[] {chain, key, roots, folder}) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static void pem(Path chain, Path key, Authority.Issued issued, long second)
            throws IOException {
        Files.writeString(chain, issued.chain());
        Files.writeString(key, issued.key());
        var time = java.nio.file.attribute.FileTime.fromMillis(second * 1000);
        Files.setLastModifiedTime(chain, time);
        Files.setLastModifiedTime(key, time);
    }

    private static void write(Path file, Authority.Issued issued, long second) throws IOException {
        Files.writeString(
                file,
                "resources:\n"
                        + "- \"@type\":"
                        + " type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret\n"
                        + "  name: own\n"
                        + "  tls_certificate: "
                        + Pki.certificate(issued)
                        + "\n");
        Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(second * 1000));
    }
}
