package dev.serin.conformance.differential.scenario;

import dev.serin.identity.x509.PemKeys;
import dev.serin.testkit.Authority;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import javax.net.ssl.TrustManagerFactory;

/// The certificates that scenarios name: two authorities, and who they vouch for.
public final class Certificates {
    private static final Authority ROOT = new Authority("root");
    private static final Authority OTHER = new Authority("other root");
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
        ISSUED.put("stranger", OTHER.issue("stranger", "URI:spiffe://other/ns/x/sa/stranger"));
    }

    private Certificates() {}

    /// What stands for `${ca}`, `${other-ca}`, and for `${NAME.chain}` and `${NAME.key}`.
    public static Map<String, String> words() {
        var words = new HashMap<String, String>();
        words.put("ca", ROOT.pem());
        words.put("other-ca", OTHER.pem());
        ISSUED.forEach((name, issued) -> {
            words.put(name + ".chain", issued.chain());
            words.put(name + ".key", issued.key());
        });
        return words;
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
