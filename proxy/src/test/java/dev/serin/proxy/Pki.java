package dev.serin.proxy;

import dev.serin.identity.x509.PemKeys;
import dev.serin.testkit.Authority;
import dev.serin.testkit.Authority.Issued;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// The JDK's TLS as the other end in tests.
final class Pki {
    private Pki() {}

    /// @param own null for no certificate
    static SSLContext context(String roots, Issued own) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            var bytes = new ByteArrayInputStream(roots.getBytes(StandardCharsets.US_ASCII));
            var number = 0;
            for (var root : CertificateFactory.getInstance("X.509").generateCertificates(bytes)) {
                store.setCertificateEntry("root" + number++, root);
            }
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            var keys =
                    own == null
                            ? new KeyManager[0]
                            : new KeyManager[] {new PemKeys(own.chain(), own.key()).keyManager()};
            var context = SSLContext.getInstance("TLS");
            context.init(keys, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A connection after its handshake.
    static SSLSocket connect(SSLContext context, int port, String serverName, String... alpn)
            throws IOException {
        var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
        var parameters = socket.getSSLParameters();
        if (serverName != null) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        parameters.setApplicationProtocols(alpn);
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(10_000);
        try {
            socket.startHandshake();
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        return socket;
    }

    /// A `TlsCertificate` in YAML's short form.
    static String certificate(Issued issued) {
        return "{certificate_chain: {inline_string: "
                + quoted(issued.chain())
                + "}, private_key: {inline_string: "
                + quoted(issued.key())
                + "}}";
    }

    /// A data source in YAML's short form.
    static String inline(String text) {
        return "{inline_string: " + quoted(text) + "}";
    }

    private static String quoted(String text) {
        return '"' + text.replace("\n", "\\n") + '"';
    }

    /// An authority whose name nobody else has.
    static Authority authority(String name) {
        return new Authority(name);
    }
}
