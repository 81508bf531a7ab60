package dev.serin.proxy.tls.verify;

import io.netty.internal.tcnative.CertificateVerifier;

import java.util.List;

/// What was found out about a peer's certificate.
///
/// @param trusted whether the chain leads to a trusted authority
/// @param code OpenSSL's `X509_V_…`, from which the peer's alert is made
/// @param reason as Envoy words it; empty if it is good
public record Verdict(Kind kind, boolean trusted, int code, String reason) {
    /// Which counter a verdict belongs to.
    public enum Kind {
        OK,
        /// `ssl.fail_verify_error`
        CHAIN,
        /// `ssl.fail_verify_san`
        SAN,
        /// `ssl.fail_verify_cert_hash`
        PIN
    }

    static final Verdict TRUSTED = new Verdict(Kind.OK, true, CertificateVerifier.X509_V_OK, "");

    /// Taken though nobody vouches for it.
    static final Verdict UNTRUSTED = new Verdict(Kind.OK, false, CertificateVerifier.X509_V_OK, "");

    static final Verdict WRONG_HOST =
            refused(
                    Kind.SAN,
                    CertificateVerifier.X509_V_ERR_APPLICATION_VERIFICATION,
                    "verify cert failed: verify SAN list");

    static final Verdict WRONG_PIN =
            refused(
                    Kind.PIN,
                    CertificateVerifier.X509_V_ERR_APPLICATION_VERIFICATION,
                    "verify cert failed: cert hash and spki");

    /// @param names those that the certificate has
    static Verdict wrongName(List<String> names) {
        return refused(
                Kind.SAN,
                CertificateVerifier.X509_V_ERR_APPLICATION_VERIFICATION,
                "verify cert failed: SAN matcher, certificate SANs are ["
                        + String.join(", ", names)
                        + "]");
    }

    static Verdict refused(Kind kind, int code, String reason) {
        return new Verdict(kind, false, code, reason);
    }

    public boolean ok() {
        return kind == Kind.OK;
    }
}
