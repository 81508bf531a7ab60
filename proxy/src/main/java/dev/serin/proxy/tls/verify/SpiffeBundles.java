package dev.serin.proxy.tls.verify;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;

import dev.serin.base.time.Ticker;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.stream.CertificateFacts;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.netty.internal.tcnative.CertificateVerifier;

import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The authorities of several trust domains, each only for its own identities. As Envoy's
/// SPIFFECertValidatorConfig. Immutable; any thread.
record SpiffeBundles(Map<String, TrustChains> domains) {
    private static final int CERT_SIGN = 5;
    private static final int CRL_SIGN = 6;

    /// @param read takes the octets out of a source
    static SpiffeBundles of(Any config, boolean expired, Ticker ticker, Octets read)
            throws ConfigProblem {
        var domains = new HashMap<String, TrustChains>();
        try {
            var message = config.unpack(SPIFFECertValidatorConfig.class);
            if (message.hasTrustBundles()) {
                throw new ConfigProblem("trust_bundles", "is not supported");
            }
            for (var domain : message.getTrustDomainsList()) {
                var field = "trust_domains['" + domain.getName() + "'].trust_bundle";
                var roots = Pem.certificates(field, read.of(field, domain.getTrustBundle()));
                var none = new Revocation(List.of(), false);
                var before =
                        domains.put(
                                domain.getName(),
                                new TrustChains(roots, none, -1, expired, ticker));
                if (before != null) {
                    throw new ConfigProblem(field, "is given twice");
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem(
                    "custom_validator_config", config.getTypeUrl() + " is not supported");
        }
        return new SpiffeBundles(domains);
    }

    /// Every authority, for a server to name.
    List<X509Certificate> roots() {
        return domains.values().stream().flatMap(d -> d.roots().stream()).distinct().toList();
    }

    void check(CertificateFacts certificate, boolean server) throws ChainProblem {
        var leaf = certificate.leaf();
        var use = leaf.getKeyUsage();
        var ids = certificate.uriSans().stream().filter(u -> u.startsWith("spiffe://")).toList();
        if (leaf.getBasicConstraints() >= 0
                || use != null && (use[CERT_SIGN] || use[CRL_SIGN])
                || ids.size() != 1) {
            throw new ChainProblem(
                    CertificateVerifier.X509_V_ERR_APPLICATION_VERIFICATION,
                    0,
                    "is no SPIFFE SVID");
        }
        var rest = ids.getFirst().substring("spiffe://".length());
        var slash = rest.indexOf('/');
        var chains = domains.get(slash < 0 ? rest : rest.substring(0, slash));
        if (chains == null) {
            throw new ChainProblem(
                    CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                    0,
                    "no trust bundle for the peer's trust domain");
        }
        chains.check(certificate.chain(), server);
    }
}
