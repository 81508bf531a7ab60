package dev.serin.proxy.tls.verify;

import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/// Lists of certificates that their authorities have taken back. As Envoy, where there is a list at
/// all, each authority of a chain must have one. Immutable; any thread.
///
/// @param leafOnly whether only the peer's own certificate is looked up
record Revocation(List<X509CRL> lists, boolean leafOnly) {
    /// @param chain from the peer's certificate to the authority's
    void check(List<X509Certificate> chain, Instant now) throws ChainProblem {
        if (lists.isEmpty()) {
            return;
        }
        var last = leafOnly ? 1 : chain.size() - 1;
        for (var depth = 0; depth < last; depth++) {
            check(chain.get(depth), chain.get(depth + 1), depth, now);
        }
    }

    private void check(X509Certificate certificate, X509Certificate issuer, int depth, Instant now)
            throws ChainProblem {
        var found = false;
        for (var list : lists) {
            if (!list.getIssuerX500Principal().equals(certificate.getIssuerX500Principal())) {
                continue;
            }
            found = true;
            try {
                list.verify(issuer.getPublicKey());
            } catch (GeneralSecurityException e) {
                throw ChainProblem.crlForged(depth);
            }
            var next = list.getNextUpdate();
            if (next != null && next.toInstant().isBefore(now)) {
                throw ChainProblem.crlExpired(depth);
            }
            if (list.isRevoked(certificate)) {
                throw ChainProblem.revoked(depth);
            }
        }
        if (!found) {
            throw ChainProblem.noCrl(depth);
        }
    }
}
