package dev.serin.ca;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.testkit.FakeTime;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Set;

class CertificateAuthorityTest {
    @TempDir Path folder;
    final FakeTime time = new FakeTime();

    @Test
    void serverCertificateChainsToTheRootAndNamesItsHosts() throws Exception {
        var authority = CertificateAuthority.open(folder, "mesh", time);
        var keys =
                authority.serverKeys("api", List.of("kubernetes.default.svc", "127.0.0.1", "::1"));
        var leaf = certificate(keys.chain());
        var root = certificate(authority.rootPem());

        var parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(time.now()));
        var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf));
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
        assertEquals(
                Set.of("kubernetes.default.svc", "127.0.0.1", "0:0:0:0:0:0:0:1"),
                IssuedKeys.of(keys).names());
    }

    @Test
    void whatWasIssuedSurvivesARestartUntilItsNamesOrItsAgeChange() throws Exception {
        var hosts = List.of("istiod.istio-system.svc");
        var first = CertificateAuthority.open(folder, "mesh", time).serverKeys("istiod", hosts);
        var again = CertificateAuthority.open(folder, "mesh", time);
        assertEquals(first, again.serverKeys("istiod", hosts));

        assertNotEquals(
                first, again.serverKeys("istiod", List.of("istiod.istio-system.svc", "other")));

        var before = again.serverKeys("istiod", hosts);
        time.advance(CertificateAuthority.SERVER_LIFE.multipliedBy(81).dividedBy(100));
        assertNotEquals(before, again.serverKeys("istiod", hosts));
        assertEquals(again.rootPem(), CertificateAuthority.open(folder, "mesh", time).rootPem());
        time.advance(Duration.ofDays(2700));
        assertNotEquals(again.rootPem(), CertificateAuthority.open(folder, "mesh", time).rootPem());
    }

    @Test
    void keysAreReadableByTheirOwnerOnly() throws Exception {
        CertificateAuthority.open(folder, "mesh", time).serverKeys("api", List.of("localhost"));
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                assertEquals(
                        "rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
        }
    }

    @Test
    void aCutOffFileIsMadeAnew() throws Exception {
        var authority = CertificateAuthority.open(folder, "mesh", time);
        Files.writeString(folder.resolve("api.pem"), "-----BEGIN CERT");
        assertTrue(
                authority
                        .serverKeys("api", List.of("localhost"))
                        .chain()
                        .contains("END CERTIFICATE"));
    }

    private static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }
}
