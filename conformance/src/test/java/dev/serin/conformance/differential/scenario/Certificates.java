package dev.serin.conformance.differential.scenario;

import dev.serin.identity.x509.PemKeys;
import dev.serin.testkit.Authority;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.TrustManagerFactory;

/// The certificates that scenarios name: two authorities, and who they vouch for.
public final class Certificates {
    private static final Authority ROOT = new Authority("root");
    private static final Authority OTHER = new Authority("other root");
    private static final Authority MIDDLE = ROOT.intermediate("middle");
    private static final Map<String, Authority.Issued> ISSUED = new LinkedHashMap<>();

    static {
        ISSUED.put(
                "server",
                ROOT.issue(
                        "server",
                        "DNS:server.example",
                        "DNS:*.wild.example",
                        "URI:spiffe://cluster.local/ns/shop/sa/server"));
        ISSUED.put("second", ROOT.issue("second", "DNS:second.example"));
        ISSUED.put("client", ROOT.issue("client", "URI:spiffe://cluster.local/ns/shop/sa/client"));
        ISSUED.put(
                "named",
                ROOT.issue(
                        "named",
                        "URI:spiffe://cluster.local/ns/shop/sa/named",
                        "EMAIL:box@mail.example",
                        "DNS:Upper.Example",
                        "IP:10.1.2.3",
                        "DNS:*.wild.example",
                        "URI:spiffe://other.domain/x"));
        ISSUED.put("rsa", ROOT.issue(Authority.Request.of("rsa", "DNS:server.example").withRsa()));
        ISSUED.put(
                "expired",
                ROOT.issue(
                        Authority.Request.of(
                                        "expired", "URI:spiffe://cluster.local/ns/shop/sa/expired")
                                .until(Instant.parse("2021-01-01T00:00:00Z"))));
        var below = MIDDLE.issue("below", "URI:spiffe://cluster.local/ns/shop/sa/below");
        ISSUED.put(
                "below",
                new Authority.Issued(below.chain() + MIDDLE.pem(), below.key(), below.serial()));
        ISSUED.put("stranger", OTHER.issue("stranger", "URI:spiffe://other/ns/x/sa/stranger"));
    }

    /// The server's key, encrypted with the password `secret`.
    private static final String LOCKED = locked(Objects.requireNonNull(ISSUED.get("server")));

    private Certificates() {}

    private static String locked(Authority.Issued issued) {
        try {
            var name = "PBEWithHmacSHA256AndAES_256";
            var key =
                    SecretKeyFactory.getInstance(name)
                            .generateSecret(new PBEKeySpec("secret".toCharArray()));
            var cipher = Cipher.getInstance(name);
            cipher.init(Cipher.ENCRYPT_MODE, key);
            var octets =
                    cipher.doFinal(
                            new PemKeys(issued.chain(), issued.key()).privateKey().getEncoded());
            var parameters = AlgorithmParameters.getInstance("PBES2");
            parameters.init(cipher.getParameters().getEncoded());
            var text =
                    Base64.getMimeEncoder(64, new byte[] {'\n'})
                            .encodeToString(
                                    new EncryptedPrivateKeyInfo(parameters, octets).getEncoded());
            return "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                    + text
                    + "\n-----END ENCRYPTED PRIVATE KEY-----\n";
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What stands for `${ca}`, `${other-ca}`, and for `${NAME.chain}` and `${NAME.key}`.
    public static Map<String, String> words() {
        var words = new HashMap<String, String>();
        words.put("ca", ROOT.pem());
        words.put("other-ca", OTHER.pem());
        words.put("middle", MIDDLE.pem());
        words.put("crl", ROOT.revoked(serial("client")));
        words.put("empty-crl", ROOT.revoked());
        words.put("middle-crl", MIDDLE.revoked(serial("below")));
        words.put("empty-middle-crl", MIDDLE.revoked());
        words.put("server.locked-key", LOCKED);
        ISSUED.forEach((name, issued) -> {
            words.put(name + ".chain", issued.chain());
            words.put(name + ".hash", hash(issued));
            words.put(name + ".spki", spki(issued));
            words.put(name + ".key", issued.key());
        });
        return words;
    }

    private static long serial(String name) {
        return Objects.requireNonNull(ISSUED.get(name)).serial();
    }

    private static X509Certificate leaf(Authority.Issued issued) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    new ByteArrayInputStream(
                                            issued.chain().getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// As `verify_certificate_hash` takes it.
    private static String hash(Authority.Issued issued) {
        try {
            return HexFormat.of().formatHex(sha256(leaf(issued).getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// As `verify_certificate_spki` takes it.
    private static String spki(Authority.Issued issued) {
        return Base64.getEncoder().encodeToString(sha256(leaf(issued).getPublicKey().getEncoded()));
    }

    public static PemKeys keys(String name) {
        var issued = ISSUED.get(name);
        if (issued == null) {
            throw new IllegalArgumentException("no certificate " + name);
        }
        return new PemKeys(issued.chain(), issued.key());
    }

    /// Trust in both authorities: whom a proxy shows is compared, not judged.
    public static TrustManagerFactory trust() {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            var factory = CertificateFactory.getInstance("X.509");
            for (var pem : new String[] {ROOT.pem(), OTHER.pem()}) {
                store.setCertificateEntry(
                        "root" + store.size(),
                        factory.generateCertificate(
                                new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            return trust;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
