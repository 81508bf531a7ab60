package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// How a caller encrypts; empty texts are not written.
public record ClientTls(
        Mode mode,
        String clientCertificate,
        String privateKey,
        String caCertificates,
        String credentialName,
        List<String> subjectAltNames,
        String sni,
        @Nullable Boolean insecureSkipVerify,
        String caCrl) {
    /// Who shows a certificate to whom.
    public enum Mode {
        DISABLE,
        SIMPLE,
        MUTUAL,
        ISTIO_MUTUAL
    }

    /// The same, but the server's certificate must have one of these names.
    public ClientTls expecting(List<String> names) {
        return new ClientTls(
                mode,
                clientCertificate,
                privateKey,
                caCertificates,
                credentialName,
                names,
                sni,
                insecureSkipVerify,
                caCrl);
    }

    static ClientTls from(Cursor tls) {
        return new ClientTls(
                tls.word("mode", Mode.class, Mode.DISABLE),
                tls.string("clientCertificate"),
                tls.string("privateKey"),
                tls.string("caCertificates"),
                tls.string("credentialName"),
                tls.strings("subjectAltNames"),
                tls.string("sni"),
                tls.bool("insecureSkipVerify"),
                tls.string("caCrl"));
    }
}
