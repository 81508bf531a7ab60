package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.serin.base.time.Ticker;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.tls.TlsNeeds;
import dev.serin.proxy.tls.verify.PeerVerifier;
import dev.serin.proxy.tls.verify.Verdict;
import dev.serin.testkit.Authority;
import dev.serin.testkit.Authority.Issued;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;

class PeerVerifierTest {
    private static final Authority ROOT = Pki.authority("root");
    private static final Authority OTHER = Pki.authority("other");
    private static final Issued LEAF =
            ROOT.issue(
                    "leaf",
                    "URI:spiffe://td/ns/n/sa/a",
                    "DNS:*.leaf.test",
                    "DNS:exact.test",
                    "IP:10.1.2.3");

    private static byte[][] der(Issued issued) throws Exception {
        var in = new ByteArrayInputStream(issued.chain().getBytes(StandardCharsets.US_ASCII));
        var all = CertificateFactory.getInstance("X.509").generateCertificates(in);
        var chain = new byte[all.size()][];
        var i = 0;
        for (var one : all) {
            chain[i++] = one.getEncoded();
        }
        return chain;
    }

    private static PeerVerifier verifier(String validation) throws ConfigProblem {
        var message =
                Yaml.secret("name: x\nvalidation_context: {" + validation + "}")
                        .getValidationContext();
        var needs = TlsNeeds.bare(Ticker.system());
        return PeerVerifier.of(message, needs.secrets().octets(), Ticker.system());
    }

    private static String roots(String pem) {
        return "trusted_ca: " + Pki.inline(pem);
    }

    private static Verdict.Kind kind(String validation, Issued issued) throws Exception {
        return verdict(validation, issued).kind();
    }

    private static Verdict verdict(String validation, Issued issued) throws Exception {
        var verifier = verifier(validation);
        var first = verifier.verify(der(issued), false, null);
        assertEquals(first, verifier.verify(der(issued), false, null), "the same when remembered");
        return first;
    }

    @Test
    void chainsLeadToARoot() throws Exception {
        assertEquals(Verdict.Kind.OK, kind(roots(ROOT.pem()), LEAF));
        assertEquals(Verdict.Kind.CHAIN, kind(roots(OTHER.pem()), LEAF));
        var below = ROOT.intermediate("below").issue("deep");
        var alone = ROOT.intermediate("forgotten");
        assertEquals(
                "verify cert failed: X509_verify_cert: certificate verification error at depth 0:"
                        + " unable to get local issuer certificate",
                verdict(roots(ROOT.pem()), below).reason());
        var middle = ROOT.intermediate("middle");
        var deep = middle.issue("deep");
        var whole = new Issued(deep.chain() + middle.pem(), deep.key(), 0);
        var shuffled = new Issued(deep.chain() + OTHER.pem() + middle.pem(), deep.key(), 0);
        assertEquals(Verdict.Kind.OK, kind(roots(ROOT.pem()), whole));
        assertEquals(Verdict.Kind.OK, kind(roots(ROOT.pem()), shuffled));
        assertEquals(
                Verdict.Kind.OK, kind(roots(middle.pem()), deep), "a root that is none itself");
        assertEquals(Verdict.Kind.CHAIN, kind(roots(ROOT.pem()) + ", max_verify_depth: 0", whole));
        assertEquals(Verdict.Kind.CHAIN, kind(roots(ROOT.pem()), alone.issue("x")));
    }

    @Test
    void timeMattersUnlessItIsSaidNotTo() throws Exception {
        var past =
                ROOT.issue(
                        Authority.Request.of("old").until(Instant.parse("2021-01-01T00:00:00Z")));
        assertEquals(
                "verify cert failed: X509_verify_cert: certificate verification error at depth 0:"
                        + " certificate has expired",
                verdict(roots(ROOT.pem()), past).reason());
        assertEquals(
                Verdict.Kind.OK,
                kind(roots(ROOT.pem()) + ", allow_expired_certificate: true", past));
    }

    @Test
    void namesAreMatchedByKind() throws Exception {
        String[][] cases = {
            {"URI", "exact: \"spiffe://td/ns/n/sa/a\"", "OK"},
            {"URI", "prefix: \"spiffe://td/\"", "OK"},
            {"URI", "suffix: \"/sa/b\"", "SAN"},
            {"URI", "safe_regex: {regex: \"spiffe://.*/sa/[ab]\"}", "OK"},
            {"URI", "contains: \"exact.test\"", "SAN"},
            {"DNS", "exact: exact.test", "OK"},
            {"DNS", "exact: a.leaf.test", "OK"},
            {"DNS", "exact: a.b.leaf.test", "SAN"},
            {"DNS", "exact: leaf.test", "SAN"},
            {"DNS", "suffix: .test", "OK"},
            {"IP_ADDRESS", "exact: 10.1.2.3", "OK"},
            {"IP_ADDRESS", "exact: 10.1.2.4", "SAN"},
            {"EMAIL", "prefix: a", "SAN"},
        };
        for (var one : cases) {
            var match =
                    ", match_typed_subject_alt_names: [{san_type: %s, matcher: {%s}}]"
                            .formatted(one[0], one[1]);
            assertEquals(one[2], kind(roots(ROOT.pem()) + match, LEAF).name(), match);
        }
        assertThrows(
                ConfigProblem.class,
                () ->
                        verifier(
                                "match_typed_subject_alt_names: [{san_type: URI, matcher: {exact:"
                                        + " a}}]"));
    }

    @Test
    void certificatesMayBePinned() throws Exception {
        var der = der(LEAF)[0];
        var digest = MessageDigest.getInstance("SHA-256");
        var hash = HexFormat.of().formatHex(digest.digest(der));
        var key =
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der))
                        .getPublicKey()
                        .getEncoded();
        var spki = Base64.getEncoder().encodeToString(digest.digest(key));
        var colons = hash.toUpperCase(java.util.Locale.ROOT).replaceAll("(..)(?!$)", "$1:");
        assertEquals(Verdict.Kind.OK, kind("verify_certificate_hash: [\"" + hash + "\"]", LEAF));
        assertEquals(Verdict.Kind.OK, kind("verify_certificate_hash: [\"" + colons + "\"]", LEAF));
        assertEquals(Verdict.Kind.OK, kind("verify_certificate_spki: [\"" + spki + "\"]", LEAF));
        var another = ROOT.issue("another");
        assertEquals(
                Verdict.Kind.PIN, kind("verify_certificate_hash: [\"" + hash + "\"]", another));
        assertEquals(
                Verdict.Kind.PIN,
                kind(roots(ROOT.pem()) + ", verify_certificate_spki: [\"" + spki + "\"]", another));
        assertEquals(
                Verdict.Kind.CHAIN,
                kind(roots(OTHER.pem()) + ", verify_certificate_hash: [\"" + hash + "\"]", LEAF));
    }

    @Test
    void revokedCertificatesAreTurnedAway() throws Exception {
        var good = ROOT.issue("good");
        var crl = ", crl: " + Pki.inline(ROOT.revoked(LEAF.serial()));
        assertEquals(Verdict.Kind.OK, kind(roots(ROOT.pem()) + crl, good));
        assertEquals(
                "verify cert failed: X509_verify_cert: certificate verification error at depth 0:"
                        + " certificate revocation check against provided CRLs failed:"
                        + " certificate revoked",
                verdict(roots(ROOT.pem()) + crl, LEAF).reason());
        assertEquals(
                "verify cert failed: X509_verify_cert: certificate verification error at depth 0:"
                        + " certificate revocation check against provided CRLs failed:"
                        + " unable to get certificate CRL",
                verdict(roots(ROOT.pem() + OTHER.pem()) + crl, OTHER.issue("x")).reason());
        var middle = ROOT.intermediate("middle");
        var deep = middle.issue("deep");
        var whole = new Issued(deep.chain() + middle.pem(), deep.key(), 0);
        var own = ", crl: " + Pki.inline(middle.revoked());
        assertEquals(Verdict.Kind.CHAIN, kind(roots(ROOT.pem()) + own, whole));
        assertEquals(
                Verdict.Kind.OK,
                kind(roots(ROOT.pem()) + own + ", only_verify_leaf_cert_crl: true", whole));
        assertThrows(ConfigProblem.class, () -> verifier("crl: " + Pki.inline(ROOT.revoked())));
    }

    @Test
    void untrustedPeersMayBeLetInButAreNotVerified() throws Exception {
        var verdict =
                verdict(roots(OTHER.pem()) + ", trust_chain_verification: ACCEPT_UNTRUSTED", LEAF);
        assertEquals(Verdict.Kind.CHAIN, verdict.kind(), "counted all the same");
        assertEquals(true, verdict.ok());
        assertEquals(false, verdict.trusted());
    }

    @Test
    void trustDomainsHaveTheirOwnRoots() throws Exception {
        var config =
                """
                custom_validator_config: {name: envoy.tls.cert_validator.spiffe, typed_config: \
                {"@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig, \
                trust_domains: [{name: td, trust_bundle: ROOT}, {name: partner, trust_bundle: OTHER}]}}\
                """
                        .replace("ROOT", Pki.inline(ROOT.pem()))
                        .replace("OTHER", Pki.inline(OTHER.pem()));
        assertEquals(Verdict.Kind.OK, kind(config, LEAF));
        assertEquals(
                Verdict.Kind.OK, kind(config, OTHER.issue("p", "URI:spiffe://partner/ns/n/sa/a")));
        assertEquals(
                Verdict.Kind.CHAIN,
                kind(config, OTHER.issue("p", "URI:spiffe://td/ns/n/sa/a")),
                "a partner's authority cannot make one of ours");
        assertEquals(
                Verdict.Kind.CHAIN, kind(config, ROOT.issue("p", "URI:spiffe://else/ns/n/sa/a")));
        assertEquals(Verdict.Kind.CHAIN, kind(config, ROOT.issue("p", "DNS:td")));
        var named =
                config
                        + ", match_typed_subject_alt_names: [{san_type: URI, matcher: {suffix:"
                        + " \"/sa/b\"}}]";
        assertEquals(Verdict.Kind.SAN, kind(named, LEAF));
    }

    @Test
    void hostsHaveTheNameThatTheyWereAskedBy() throws Exception {
        var verifier = verifier(roots(ROOT.pem()));
        var chain = der(LEAF);
        for (var i = 0; i < 2; i++) {
            assertEquals(Verdict.Kind.OK, verifier.verify(chain, true, "exact.test").kind());
            assertEquals(Verdict.Kind.OK, verifier.verify(chain, true, "x.leaf.test").kind());
            assertEquals(Verdict.Kind.SAN, verifier.verify(chain, true, "other.test").kind());
        }
    }
}
