package dev.serin.local.api.admission;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/// Trusts a webhook's server by its configuration's caBundle and the name of its Service, which is
/// not the host that is connected to.
final class WebhookTls extends X509ExtendedTrustManager {
    private static final int DNS = 2;
    private static final int IP = 7;

    private final X509TrustManager chain;
    private final String name;

    private WebhookTls(X509TrustManager chain, String name) {
        this.chain = chain;
        this.name = name;
    }

    /// @param caBundle PEM; empty trusts what the machine trusts
    /// @param name that the certificate must be for
    static SSLContext context(byte[] caBundle, String name)
            throws GeneralSecurityException, IOException {
        KeyStore authorities = null;
        if (caBundle.length > 0) {
            authorities = KeyStore.getInstance(KeyStore.getDefaultType());
            authorities.load(null, null);
            int i = 0;
            for (var certificate :
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(caBundle))) {
                authorities.setCertificateEntry("ca" + i++, certificate);
            }
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        var trust =
                Arrays.stream(factory.getTrustManagers())
                        .filter(X509TrustManager.class::isInstance)
                        .map(X509TrustManager.class::cast)
                        .findFirst()
                        .orElseThrow();
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new WebhookTls(trust, name)}, null);
        return context;
    }

    private void check(X509Certificate[] certificates, String authType)
            throws CertificateException {
        chain.checkServerTrusted(certificates, authType);
        var names = certificates[0].getSubjectAlternativeNames();
        if (names != null) {
            for (List<?> entry : names) {
                var type = (Integer) entry.get(0);
                if ((type == DNS || type == IP) && isFor(String.valueOf(entry.get(1)))) {
                    return;
                }
            }
        }
        throw new CertificateException("x509: certificate is valid for " + names + ", not " + name);
    }

    private boolean isFor(String pattern) {
        if (pattern.startsWith("*.")) {
            var dot = name.indexOf('.');
            return dot > 0 && name.substring(dot).equalsIgnoreCase(pattern.substring(1));
        }
        return name.equalsIgnoreCase(pattern);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] certificates, String type)
            throws CertificateException {
        check(certificates, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] certificates, String type, Socket socket)
            throws CertificateException {
        check(certificates, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] certificates, String type, SSLEngine engine)
            throws CertificateException {
        check(certificates, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] certificates, String type)
            throws CertificateException {
        throw new CertificateException("no clients here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] certificates, String type, Socket socket)
            throws CertificateException {
        checkClientTrusted(certificates, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] certificates, String type, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(certificates, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return chain.getAcceptedIssuers();
    }
}
