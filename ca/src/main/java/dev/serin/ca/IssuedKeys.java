package dev.serin.ca;

import dev.serin.identity.x509.PemKeys;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/// A certificate with its key, and what the authority asks of it.
record IssuedKeys(PemKeys keys, X509Certificate certificate) {
    /// @throws CertificateException if the chain is not PEM
    static IssuedKeys of(PemKeys keys) throws CertificateException {
        var factory = CertificateFactory.getInstance("X.509");
        var bytes = keys.chain().getBytes(StandardCharsets.US_ASCII);
        return new IssuedKeys(
                keys,
                (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes)));
    }

    /// Whether less than a fifth of its life is left.
    boolean isWorn(Instant now) {
        var start = certificate.getNotBefore().toInstant();
        var end = certificate.getNotAfter().toInstant();
        return now.isAfter(end.minus(Duration.between(start, end).dividedBy(5)));
    }

    boolean isIssuedBy(IssuedKeys root) {
        try {
            certificate.verify(root.certificate().getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /// DNS names and addresses of the subject alternative name, addresses in their literal form.
    Set<String> names() {
        var names = new TreeSet<String>();
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (var alternative : alternatives) {
                    names.add(literal(String.valueOf(alternative.get(1))));
                }
            }
        } catch (CertificateException e) {
            return Set.of();
        }
        return names;
    }

    /// One spelling for an address, so that `::1` and `0:0:0:0:0:0:0:1` are the same name.
    static String literal(String name) {
        var isAddress = name.indexOf(':') >= 0 || name.matches("[0-9.]+");
        try {
            return isAddress ? InetAddress.getByName(name).getHostAddress() : name;
        } catch (UnknownHostException e) {
            return name;
        }
    }
}
