package dev.serin.proxy.tls.verify;

import dev.serin.proxy.extension.ConfigProblem;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Reads PEM text.
public final class Pem {
    private Pem() {}

    /// In order, at least one.
    ///
    /// @throws ConfigProblem naming `field` if it holds none
    public static Set<X509Certificate> certificates(String field, byte[] text)
            throws ConfigProblem {
        var found = new LinkedHashSet<X509Certificate>();
        try {
            for (var one : factory().generateCertificates(new ByteArrayInputStream(text))) {
                found.add((X509Certificate) one);
            }
        } catch (GeneralSecurityException e) {
            throw new ConfigProblem(field, "holds no PEM certificates: " + e.getMessage());
        }
        if (found.isEmpty()) {
            throw new ConfigProblem(field, "holds no PEM certificate");
        }
        return found;
    }

    static List<X509CRL> lists(String field, byte[] text) throws ConfigProblem {
        var found = new ArrayList<X509CRL>();
        try {
            for (var one : factory().generateCRLs(new ByteArrayInputStream(text))) {
                found.add((X509CRL) one);
            }
        } catch (GeneralSecurityException e) {
            throw new ConfigProblem(field, "holds no PEM CRL: " + e.getMessage());
        }
        if (found.isEmpty()) {
            throw new ConfigProblem(field, "holds no PEM CRL");
        }
        return found;
    }

    /// @param der one certificate
    static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
        return (X509Certificate) factory().generateCertificate(new ByteArrayInputStream(der));
    }

    private static CertificateFactory factory() throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509");
    }
}
