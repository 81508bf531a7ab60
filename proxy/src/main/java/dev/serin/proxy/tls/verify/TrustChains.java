package dev.serin.proxy.tls.verify;

import dev.serin.base.time.Ticker;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.PKIXCertPathValidatorResult;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Whether a chain of certificates leads to one of a set of authorities (RFC 5280). Immutable; any
/// thread.
///
/// @param depth the most intermediates; negative for any number
/// @param expired whether certificates out of their time are taken
record TrustChains(
        Set<X509Certificate> roots,
        Revocation revocation,
        int depth,
        boolean expired,
        Ticker ticker) {
    private static final String ANY = "2.5.29.37.0";
    private static final String SERVER = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT = "1.3.6.1.5.5.7.3.2";

    /// @param chain the peer's own certificate first
    /// @param server whether the peer is the server
    void check(List<X509Certificate> chain, boolean server) throws ChainProblem {
        var leaf = chain.getFirst();
        purpose(leaf, server);
        var path = new ArrayList<X509Certificate>();
        for (var certificate : chain) {
            if (roots.contains(certificate)) {
                break;
            }
            path.add(certificate);
        }
        if (path.isEmpty()) { // the peer's own certificate is trusted
            if (!expired && leaf.getNotAfter().toInstant().isBefore(ticker.now())) {
                throw ChainProblem.expired(0);
            }
            return;
        }
        var whole = validated(path, chain);
        if (depth >= 0 && whole.size() - 2 > depth) {
            throw ChainProblem.tooLong(whole.size() - 1);
        }
        revocation.check(whole, ticker.now());
    }

    private static void purpose(X509Certificate leaf, boolean server) throws ChainProblem {
        try {
            var uses = leaf.getExtendedKeyUsage();
            if (uses != null && !uses.contains(ANY) && !uses.contains(server ? SERVER : CLIENT)) {
                throw ChainProblem.purpose();
            }
        } catch (CertificateParsingException e) {
            throw ChainProblem.purpose();
        }
    }

    /// The certificates from the peer's to the authority's.
    private List<X509Certificate> validated(List<X509Certificate> path, List<X509Certificate> all)
            throws ChainProblem {
        if (roots.isEmpty()) {
            throw ChainProblem.noIssuer(0);
        }
        try {
            var anchors = new HashSet<TrustAnchor>();
            roots.forEach(root -> anchors.add(new TrustAnchor(root, null)));
            var parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(moment(all));
            var certificates = CertificateFactory.getInstance("X.509").generateCertPath(path);
            try {
                var result =
                        (PKIXCertPathValidatorResult)
                                CertPathValidator.getInstance("PKIX")
                                        .validate(certificates, parameters);
                return whole(path, result.getTrustAnchor());
            } catch (CertPathValidatorException e) {
                return built(all, anchors, e);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Another order, or with certificates left out.
    private List<X509Certificate> built(
            List<X509Certificate> all, Set<TrustAnchor> anchors, CertPathValidatorException first)
            throws ChainProblem, GeneralSecurityException {
        if (all.size() == 1) {
            throw ChainProblem.of(first);
        }
        var target = new X509CertSelector();
        target.setCertificate(all.getFirst());
        try {
            var parameters = new PKIXBuilderParameters(anchors, target);
            parameters.setRevocationEnabled(false);
            parameters.setDate(moment(all));
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(all)));
            var result =
                    (PKIXCertPathBuilderResult)
                            CertPathBuilder.getInstance("PKIX").build(parameters);
            var path = new ArrayList<X509Certificate>();
            result.getCertPath().getCertificates().forEach(c -> path.add((X509Certificate) c));
            return whole(path, result.getTrustAnchor());
        } catch (CertPathBuilderException | InvalidAlgorithmParameterException e) {
            throw ChainProblem.of(first);
        }
    }

    private static List<X509Certificate> whole(List<X509Certificate> path, TrustAnchor anchor) {
        var whole = new ArrayList<>(path);
        whole.add(anchor.getTrustedCert());
        return whole;
    }

    /// The present, or where that does not matter a moment at which all were valid.
    private Date moment(List<X509Certificate> chain) {
        var now = ticker.now();
        if (!expired) {
            return Date.from(now);
        }
        var from = Instant.MIN;
        var to = Instant.MAX;
        for (var certificate : chain) {
            var begin = certificate.getNotBefore().toInstant();
            var end = certificate.getNotAfter().toInstant();
            from = begin.isAfter(from) ? begin : from;
            to = end.isBefore(to) ? end : to;
        }
        return Date.from(now.isAfter(to) ? to : now.isBefore(from) ? from : now);
    }
}
