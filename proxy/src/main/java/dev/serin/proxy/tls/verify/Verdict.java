package dev.serin.proxy.tls.verify;

import io.netty.internal.tcnative.CertificateVerifier;

import java.util.List;

/// What was found out about a peer's certificate.
///
/// @param kind what is wrong with it, also where it is taken nevertheless
/// @param ok whether it is taken
/// @param trusted whether the chain leads to a trusted authority
/// @param code OpenSSL's `X509_V_…`, from which the peer's alert is made
/// @param reason as Envoy words it; empty if it is good
public record Verdict(Kind kind, boolean ok, boolean trusted, int code, String reason) {
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

    static final Verdict TRUSTED = taken(Kind.OK, true);

    /// Taken though nobody vouches for it.
    static final Verdict UNTRUSTED = taken(Kind.OK, false);

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
        return new Verdict(kind, false, false, code, reason);
    }

    private static Verdict taken(Kind kind, boolean trusted) {
        return new Verdict(kind, true, trusted, CertificateVerifier.X509_V_OK, "");
    }

    /// The same fault, which is counted but keeps nobody out.
    Verdict overlooked() {
        return taken(kind, false);
    }
}
