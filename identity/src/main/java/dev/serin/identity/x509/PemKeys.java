package dev.serin.identity.x509;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/// A certificate chain and its private key, as PEM text: leaf first, PKCS #8 key without a
/// password.
public record PemKeys(String chain, String key) {
    /// The same for the JDK's TLS.
    ///
    /// @throws ProblemException if the text is not what it should be
    public X509ExtendedKeyManager keyManager() {
        try {
            var bytes = new ByteArrayInputStream(chain.getBytes(StandardCharsets.US_ASCII));
            var certificates =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(bytes)
                            .toArray(Certificate[]::new);
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("keys", privateKey(), new char[0], certificates);
            var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new ProblemException(
                    new Problem(
                            "certificate and key",
                            String.valueOf(e.getMessage()),
                            "a PEM chain, leaf first, and an unencrypted PKCS #8 key",
                            null),
                    e);
        }
    }

    /// The key alone.
    public PrivateKey privateKey() throws GeneralSecurityException {
        var der = Base64.getMimeDecoder().decode(key.replaceAll("-----[A-Z ]+-----", ""));
        var spec = new PKCS8EncodedKeySpec(der);
        try {
            return KeyFactory.getInstance("EC").generatePrivate(spec);
        } catch (InvalidKeySpecException e) {
            return KeyFactory.getInstance("RSA").generatePrivate(spec);
        }
    }

    /// Never prints the key.
    @Override
    public String toString() {
        return "PemKeys[" + chain.length() + " characters of chain]";
    }
}
