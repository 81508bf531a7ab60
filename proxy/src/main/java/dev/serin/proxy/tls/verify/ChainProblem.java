package dev.serin.proxy.tls.verify;

import io.netty.internal.tcnative.CertificateVerifier;

import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.PKIXReason;

/// Why a chain of certificates is not trusted, in OpenSSL's numbers and words.
final class ChainProblem extends Exception {
    private static final String BY_LISTS =
            "certificate revocation check against provided CRLs failed: ";

    private static final long serialVersionUID = 1;
    private final int code;
    private final int depth;

    ChainProblem(int code, int depth, String text) {
        super(text, null, false, false);
        this.code = code;
        this.depth = depth;
    }

    static ChainProblem of(CertPathValidatorException e) {
        var depth = Math.max(0, e.getIndex());
        if (e.getReason() instanceof BasicReason reason) {
            return switch (reason) {
                case EXPIRED -> expired(depth);
                case NOT_YET_VALID ->
                        new ChainProblem(
                                CertificateVerifier.X509_V_ERR_CERT_NOT_YET_VALID,
                                depth,
                                "certificate is not yet valid");
                case INVALID_SIGNATURE ->
                        new ChainProblem(
                                CertificateVerifier.X509_V_ERR_CERT_SIGNATURE_FAILURE,
                                depth,
                                "certificate signature failure");
                default -> other(e, depth);
            };
        }
        return e.getReason() == PKIXReason.NO_TRUST_ANCHOR ? noIssuer(depth) : other(e, depth);
    }

    private static ChainProblem other(CertPathValidatorException e, int depth) {
        return new ChainProblem(
                CertificateVerifier.X509_V_ERR_UNSPECIFIED, depth, String.valueOf(e.getMessage()));
    }

    static ChainProblem expired(int depth) {
        return new ChainProblem(
                CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED, depth, "certificate has expired");
    }

    static ChainProblem noIssuer(int depth) {
        return new ChainProblem(
                CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                depth,
                "unable to get local issuer certificate");
    }

    static ChainProblem purpose() {
        return new ChainProblem(
                CertificateVerifier.X509_V_ERR_INVALID_PURPOSE,
                0,
                "unsuitable certificate purpose");
    }

    static ChainProblem tooLong(int depth) {
        return new ChainProblem(
                CertificateVerifier.X509_V_ERR_CERT_CHAIN_TOO_LONG,
                depth,
                "certificate chain too long");
    }

    static ChainProblem revoked(int depth) {
        return new ChainProblem(
                CertificateVerifier.X509_V_ERR_CERT_REVOKED,
                depth,
                BY_LISTS + "certificate revoked");
    }

    static ChainProblem noCrl(int depth) {
        return new ChainProblem(
                CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_CRL,
                depth,
                BY_LISTS + "unable to get certificate CRL");
    }

    static ChainProblem crlExpired(int depth) {
        return new ChainProblem(
                CertificateVerifier.X509_V_ERR_CRL_HAS_EXPIRED, depth, "CRL has expired");
    }

    static ChainProblem crlForged(int depth) {
        return new ChainProblem(
                CertificateVerifier.X509_V_ERR_CRL_SIGNATURE_FAILURE,
                depth,
                "CRL signature failure");
    }

    Verdict verdict() {
        return Verdict.refused(
                Verdict.Kind.CHAIN,
                code,
                "verify cert failed: X509_verify_cert: certificate verification error at depth "
                        + depth
                        + ": "
                        + getMessage());
    }
}
