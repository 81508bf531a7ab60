package dev.serin.ca;

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Set;

/// Makes keys (ECDSA P-256) and signs certificates.
final class Issuer {
    /// Certificates start a little early, for peers whose clock is behind.
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(2);

    private Issuer() {}

    static IssuedKeys root(String organization, Duration life, Instant now) {
        try {
            var pair = newKeys();
            var name = new X500Name("O=" + organization);
            var builder = builder(name, name, pair, life, now);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return signed(builder, pair.getPrivate(), pair.getPrivate(), "");
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("making the root certificate", e);
        }
    }

    static IssuedKeys server(IssuedKeys root, Set<String> hosts, Duration life, Instant now) {
        try {
            var pair = newKeys();
            var issuer =
                    X500Name.getInstance(root.certificate().getSubjectX500Principal().getEncoded());
            var builder = builder(issuer, new X500Name("O=serin"), pair, life, now);
            var names =
                    hosts.stream()
                            .map(IssuedKeys::literal)
                            .map(host ->
                                    new GeneralName(
                                            isAddress(host)
                                                    ? GeneralName.iPAddress
                                                    : GeneralName.dNSName,
                                            host))
                            .toArray(GeneralName[]::new);
            builder.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(names));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(
                            new KeyPurposeId[] {
                                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                            }));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(root.certificate()));
            return signed(
                    builder, root.keys().privateKey(), pair.getPrivate(), root.keys().chain());
        } catch (GeneralSecurityException | OperatorCreationException | java.io.IOException e) {
            throw new IllegalStateException("issuing a certificate for " + hosts, e);
        }
    }

    private static boolean isAddress(String host) {
        return host.indexOf(':') >= 0 || host.matches("[0-9.]+");
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, KeyPair pair, Duration life, Instant now)
            throws CertIOException, GeneralSecurityException {
        var builder =
                new JcaX509v3CertificateBuilder(
                        issuer,
                        new BigInteger(127, new SecureRandom()),
                        Date.from(now.minus(CLOCK_SKEW)),
                        Date.from(now.plus(life)),
                        subject,
                        pair.getPublic());
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
        return builder;
    }

    private static IssuedKeys signed(
            X509v3CertificateBuilder builder, PrivateKey signer, PrivateKey own, String issuers)
            throws OperatorCreationException, GeneralSecurityException {
        var holder = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer));
        X509Certificate certificate = new JcaX509CertificateConverter().getCertificate(holder);
        var chain = pem("CERTIFICATE", certificate.getEncoded()) + issuers;
        return IssuedKeys.of(
                new dev.serin.identity.x509.PemKeys(chain, pem("PRIVATE KEY", own.getEncoded())));
    }

    private static String pem(String type, byte[] der) {
        var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    }
}
