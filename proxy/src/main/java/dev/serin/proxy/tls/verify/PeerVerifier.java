package dev.serin.proxy.tls.verify;

import dev.serin.base.time.Ticker;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.stream.CertificateFacts;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification;
import io.netty.internal.tcnative.CertificateVerifier;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Whom one TLS context speaks with. As Envoy's CertificateValidationContext. Immutable but for
/// what it remembers of chains that it has found good, which is most of the work of a handshake;
/// any thread.
public final class PeerVerifier {
    private static final int REMEMBERED = 256;

    private final @Nullable TrustChains chains;
    private final @Nullable SpiffeBundles spiffe;
    private final List<NameMatch> names;
    private final Set<String> hashes;
    private final Set<String> keys;
    private final boolean acceptUntrusted;
    private final Ticker ticker;
    private final Map<Chain, Known> known =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Chain, Known> eldest) {
                    return size() > REMEMBERED;
                }
            };

    @SuppressWarnings("deprecation") // names of any kind are what Istio sends
    private PeerVerifier(
            CertificateValidationContext message,
            @Nullable TrustChains chains,
            @Nullable SpiffeBundles spiffe,
            Ticker ticker)
            throws ConfigProblem {
        this.chains = chains;
        this.spiffe = spiffe;
        this.ticker = ticker;
        var matches = new ArrayList<NameMatch>();
        for (var matcher : message.getMatchTypedSubjectAltNamesList()) {
            matches.add(NameMatch.of(matcher));
        }
        for (var matcher : message.getMatchSubjectAltNamesList()) {
            matches.addAll(NameMatch.ofAny(matcher));
        }
        names = List.copyOf(matches);
        for (var hash : message.getVerifyCertificateHashList()) {
            if (!hash.replace(":", "").matches("[0-9a-fA-F]{64}")) {
                throw new ConfigProblem(
                        "verify_certificate_hash", "'" + hash + "' is no SHA-256 in hex");
            }
        }
        for (var key : message.getVerifyCertificateSpkiList()) {
            if (!key.matches("[0-9a-zA-Z+/]{43}=")) {
                throw new ConfigProblem(
                        "verify_certificate_spki", "'" + key + "' is no SHA-256 in base64");
            }
        }
        hashes = new HashSet<>();
        message.getVerifyCertificateHashList()
                .forEach(h -> hashes.add(h.replace(":", "").toLowerCase(Locale.ROOT)));
        keys = Set.copyOf(message.getVerifyCertificateSpkiList());
        acceptUntrusted =
                message.getTrustChainVerification() == TrustChainVerification.ACCEPT_UNTRUSTED;
        if (chains == null && spiffe == null && message.getAllowExpiredCertificate()) {
            throw new ConfigProblem(
                    "allow_expired_certificate",
                    "needs a trusted_ca: without it no time is judged");
        }
        if (chains == null && spiffe == null && !names.isEmpty()) {
            throw new ConfigProblem(
                    "match_typed_subject_alt_names",
                    "needs a trusted_ca: anyone can write a name into a certificate");
        }
    }

    /// @throws ConfigProblem naming the field that cannot be done
    public static PeerVerifier of(CertificateValidationContext message, Octets read, Ticker ticker)
            throws ConfigProblem {
        refuse(message.hasCaCertificateProviderInstance(), "ca_certificate_provider_instance");
        refuse(
                message.getRequireSignedCertificateTimestamp().getValue(),
                "require_signed_certificate_timestamp");
        var expired = message.getAllowExpiredCertificate();
        if (message.hasCustomValidatorConfig()) {
            refuse(message.hasCrl(), "crl beside a custom_validator_config");
            var bundles =
                    SpiffeBundles.of(
                            message.getCustomValidatorConfig().getTypedConfig(),
                            expired,
                            ticker,
                            read);
            return new PeerVerifier(message, null, bundles, ticker);
        }
        var text =
                message.hasTrustedCa()
                        ? read.of("trusted_ca", message.getTrustedCa())
                        : message.hasSystemRootCerts() ? systemRoots(read) : null;
        var lists = message.hasCrl() ? Pem.lists("crl", read.of("crl", message.getCrl())) : null;
        if (text == null && lists != null) {
            throw new ConfigProblem("crl", "needs a trusted_ca");
        }
        var revocation =
                new Revocation(
                        lists == null ? List.of() : lists, message.getOnlyVerifyLeafCertCrl());
        var depth = message.hasMaxVerifyDepth() ? message.getMaxVerifyDepth().getValue() : -1;
        var chains =
                text == null
                        ? null
                        : new TrustChains(
                                Pem.certificates("trusted_ca", text),
                                revocation,
                                depth,
                                expired,
                                ticker);
        return new PeerVerifier(message, chains, null, ticker);
    }

    private static byte[] systemRoots(Octets read) throws ConfigProblem {
        return read.of(
                "system_root_certs",
                io.envoyproxy.envoy.config.core.v3.DataSource.newBuilder()
                        .setFilename("/etc/ssl/certs/ca-certificates.crt")
                        .build());
    }

    private static void refuse(boolean set, String field) throws ConfigProblem {
        if (set) {
            throw new ConfigProblem(field, "is not supported");
        }
    }

    /// Whether certificates are looked at, not only asked for.
    public boolean verifies() {
        return chains != null || spiffe != null || !hashes.isEmpty() || !keys.isEmpty();
    }

    /// The authorities that it trusts.
    public Collection<X509Certificate> roots() {
        return chains != null ? chains.roots() : spiffe != null ? spiffe.roots() : List.of();
    }

    /// @param chain DER, the peer's own first
    /// @param server whether the peer is the server
    /// @param host the name that it must have; null for any
    public Verdict verify(byte[][] chain, boolean server, @Nullable String host) {
        var key = new Chain(chain);
        var before = remembered(key);
        if (before != null) {
            return before.verdict.ok() && host != null && !named(before.certificate, host)
                    ? Verdict.WRONG_HOST
                    : before.verdict;
        }
        CertificateFacts certificate;
        try {
            certificate = parse(chain);
        } catch (GeneralSecurityException e) {
            return Verdict.refused(
                    Verdict.Kind.CHAIN,
                    CertificateVerifier.X509_V_ERR_UNSPECIFIED,
                    "verify cert failed: " + e.getMessage());
        }
        var verdict = judge(certificate, server);
        if (verdict.ok()) {
            remember(key, certificate, verdict);
            if (host != null && !named(certificate, host)) {
                return Verdict.WRONG_HOST;
            }
        }
        return verdict;
    }

    private Verdict judge(CertificateFacts certificate, boolean server) {
        var trusted = false;
        try {
            if (chains != null) {
                chains.check(certificate.chain(), server);
                trusted = true;
            } else if (spiffe != null) {
                spiffe.check(certificate, server);
                trusted = true;
            }
        } catch (ChainProblem e) {
            return refused(e.verdict());
        }
        if (!names.isEmpty() && names.stream().noneMatch(n -> n.test(certificate))) {
            return refused(Verdict.wrongName(certificate.sans()));
        }
        if (!hashes.isEmpty() || !keys.isEmpty()) {
            if (!hashes.contains(certificate.sha256()) && !keys.contains(spki(certificate))) {
                return refused(Verdict.WRONG_PIN);
            }
            trusted |= chains == null && spiffe == null;
        }
        return trusted ? Verdict.TRUSTED : Verdict.UNTRUSTED;
    }

    private Verdict refused(Verdict verdict) {
        return acceptUntrusted ? verdict.overlooked() : verdict;
    }

    private static boolean named(CertificateFacts certificate, String host) {
        return certificate.dnsSans().stream().anyMatch(n -> NameMatch.covers(n, host))
                || certificate.uriSans().contains(host)
                || certificate.ipSans().contains(host);
    }

    private static String spki(CertificateFacts certificate) {
        try {
            var key = certificate.leaf().getPublicKey().getEncoded();
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The same, of a chain that has passed already or is only asked for.
    public @Nullable CertificateFacts facts(byte[][] chain) {
        var before = remembered(new Chain(chain));
        if (before != null) {
            return before.certificate;
        }
        try {
            return parse(chain);
        } catch (GeneralSecurityException e) {
            return null; // nobody has looked at it
        }
    }

    private static CertificateFacts parse(byte[][] chain) throws GeneralSecurityException {
        var certificates = new ArrayList<X509Certificate>(chain.length);
        for (var der : chain) {
            certificates.add(Pem.certificate(der));
        }
        return new CertificateFacts(certificates);
    }

    private @Nullable Known remembered(Chain chain) {
        synchronized (known) {
            var found = known.get(chain);
            return found != null && ticker.now().isBefore(found.until) ? found : null;
        }
    }

    private void remember(Chain chain, CertificateFacts certificate, Verdict verdict) {
        var until = ticker.now().plusSeconds(60); // and a CRL may run out meanwhile
        for (var one : certificate.chain()) {
            var end = one.getNotAfter().toInstant();
            until = end.isBefore(until) && end.isAfter(ticker.now()) ? end : until;
        }
        synchronized (known) {
            known.put(chain, new Known(certificate, verdict, until));
        }
    }

    private record Known(CertificateFacts certificate, Verdict verdict, Instant until) {}

    /// Certificates as a key.
    private static final class Chain {
        private final byte[][] der;
        private final int hash;

        Chain(byte[][] der) {
            this.der = der;
            this.hash = Arrays.hashCode(der[0]);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Chain chain && Arrays.deepEquals(der, chain.der);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
