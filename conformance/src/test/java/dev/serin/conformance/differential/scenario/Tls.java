package dev.serin.conformance.differential.scenario;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// How a client or a server of a scenario speaks TLS.
///
/// @param certificate name of its own; empty for none
/// @param sni what a client asks for; empty for nothing
/// @param version the only one that is spoken; empty for any
/// @param ciphers by their names in RFCs; empty for the usual ones
/// @param groups for the key exchange; empty for the usual ones
/// @param split so many octets at most go out at a time; 0 for all
/// @param resume clients that name the same thing here resume each other's sessions
public record Tls(
        String certificate,
        String sni,
        List<String> alpn,
        String version,
        List<String> ciphers,
        List<String> groups,
        int split,
        String resume) {
    private static final Map<Tls, SslContext> KEPT = new ConcurrentHashMap<>();
    private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();

    /// @param otherwise the certificate if none is named
    public static Tls of(Tree tree, String otherwise) {
        tree.only("certificate", "sni", "alpn", "version", "ciphers", "groups", "split", "resume");
        return new Tls(
                tree.text("certificate", otherwise),
                tree.text("sni", ""),
                words(tree, "alpn"),
                tree.text("version", ""),
                words(tree, "ciphers"),
                words(tree, "groups"),
                tree.number("split", 0),
                tree.text("resume", ""));
    }

    private static List<String> words(Tree tree, String field) {
        return tree.list(field).stream().map(String::valueOf).toList();
    }

    public SslContext client() {
        return resume.isEmpty() ? fresh() : KEPT.computeIfAbsent(this, Tls::fresh);
    }

    /// Whether the session was begun by another connection.
    public boolean resumed(SSLSession session) {
        return !SEEN.add(resume + " " + session.getCreationTime());
    }

    private SslContext fresh() {
        try {
            var builder = SslContextBuilder.forClient().trustManager(Certificates.trust());
            if (!certificate.isEmpty()) {
                builder.keyManager(Certificates.keys(certificate).keyManager());
            }
            return finished(builder.endpointIdentificationAlgorithm(null));
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Asks for a certificate, and takes it if it is shown.
    public SslContext server() {
        try {
            return finished(
                    SslContextBuilder.forServer(Certificates.keys(certificate).keyManager())
                            .trustManager(Certificates.trust())
                            .clientAuth(ClientAuth.OPTIONAL));
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    private SslContext finished(SslContextBuilder builder) throws SSLException {
        builder.sslProvider(SslProvider.JDK);
        if (!version.isEmpty()) {
            builder.protocols(version);
        }
        if (!alpn.isEmpty()) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            alpn));
        }
        return builder.build();
    }

    /// Version, and whom the other side says to be.
    public static String peer(SSLSession session) {
        try {
            var certificate = (X509Certificate) session.getPeerCertificates()[0];
            return session.getProtocol() + " " + certificate.getSubjectX500Principal().getName();
        } catch (SSLPeerUnverifiedException e) {
            return session.getProtocol() + " nobody";
        }
    }
}
