package dev.serin.local.api.wire;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

import javax.net.ssl.SSLException;

/// What the server proves itself with, as PEM.
///
/// @param chain the certificate, then those that signed it
/// @param key PKCS #8
public record ServerKeys(String chain, String key) {
    SslContext context() {
        try {
            var bytes = new ByteArrayInputStream(chain.getBytes(StandardCharsets.US_ASCII));
            var certificates =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(bytes)
                            .toArray(X509Certificate[]::new);
            return SslContextBuilder.forServer(privateKey(), certificates)
                    .sslProvider(SslProvider.JDK)
                    .build();
        } catch (SSLException | GeneralSecurityException | IllegalArgumentException e) {
            throw new ProblemException(
                    new Problem(
                            "certificate of the local API",
                            String.valueOf(e.getMessage()),
                            "a PEM chain and its PKCS #8 key",
                            null),
                    e);
        }
    }

    // Given PEM, Netty would load and set up all of BouncyCastle first: most of a second.
    private PrivateKey privateKey() throws GeneralSecurityException {
        var der = Base64.getMimeDecoder().decode(key.replaceAll("-----[A-Z ]+-----", ""));
        var spec = new PKCS8EncodedKeySpec(der);
        try {
            return KeyFactory.getInstance("EC").generatePrivate(spec);
        } catch (InvalidKeySpecException e) {
            return KeyFactory.getInstance("RSA").generatePrivate(spec);
        }
    }

    /// Without the key.
    @Override
    public String toString() {
        return "ServerKeys";
    }
}
