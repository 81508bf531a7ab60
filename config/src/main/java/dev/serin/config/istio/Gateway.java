package dev.serin.config.istio;

import dev.serin.config.Metadata;
import dev.serin.config.Resource;
import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// Ports that a gateway's pods open to the outside.
///
/// @param selector labels of the gateway's pods; empty: every gateway
public record Gateway(Metadata metadata, Map<String, String> selector, List<Server> servers) {
    /// One port and the hosts served on it.
    ///
    /// @param hosts `host` or `namespace/host`, wildcards allowed
    /// @param bind address, empty: all
    public record Server(
            Port port,
            String bind,
            List<String> hosts,
            @Nullable ServerTls tls,
            String defaultEndpoint,
            String name) {
        static Server from(Cursor server) {
            return new Server(
                    Port.from(server.at("port")),
                    server.string("bind"),
                    server.strings("hosts"),
                    server.optional("tls", ServerTls::from),
                    server.string("defaultEndpoint"),
                    server.string("name"));
        }
    }

    /// @param protocol HTTP, HTTPS, GRPC, GRPC-WEB, HTTP2, MONGO, TCP or TLS
    /// @param targetPort 0: the same number
    public record Port(int number, String protocol, String name, int targetPort) {
        static Port from(Cursor port) {
            return new Port(
                    port.integer("number", 0),
                    port.string("protocol"),
                    port.string("name"),
                    port.integer("targetPort", 0));
        }
    }

    /// How a server decrypts; empty texts are not written.
    public record ServerTls(
            boolean httpsRedirect,
            TlsMode mode,
            String serverCertificate,
            String privateKey,
            String caCertificates,
            String caCrl,
            String credentialName,
            List<String> credentialNames,
            String caCertCredentialName,
            List<Certificate> tlsCertificates,
            List<String> subjectAltNames,
            List<String> verifyCertificateSpki,
            List<String> verifyCertificateHash,
            TlsVersion minProtocolVersion,
            TlsVersion maxProtocolVersion,
            List<String> cipherSuites,
            boolean insecureSkipVerify) {
        static ServerTls from(Cursor tls) {
            return new ServerTls(
                    tls.bool("httpsRedirect", false),
                    tls.word("mode", TlsMode.class, TlsMode.PASSTHROUGH),
                    tls.string("serverCertificate"),
                    tls.string("privateKey"),
                    tls.string("caCertificates"),
                    tls.string("caCrl"),
                    tls.string("credentialName"),
                    tls.strings("credentialNames"),
                    tls.string("caCertCredentialName"),
                    tls.list("tlsCertificates", Certificate::from),
                    tls.strings("subjectAltNames"),
                    tls.strings("verifyCertificateSpki"),
                    tls.strings("verifyCertificateHash"),
                    tls.word("minProtocolVersion", TlsVersion.class, TlsVersion.TLS_AUTO),
                    tls.word("maxProtocolVersion", TlsVersion.class, TlsVersion.TLS_AUTO),
                    tls.strings("cipherSuites"),
                    tls.bool("insecureSkipVerify", false));
        }
    }

    /// A certificate and its key, as paths.
    public record Certificate(String serverCertificate, String privateKey, String caCertificates) {
        static Certificate from(Cursor certificate) {
            return new Certificate(
                    certificate.string("serverCertificate"),
                    certificate.string("privateKey"),
                    certificate.string("caCertificates"));
        }
    }

    /// What is done with TLS, and who shows a certificate.
    public enum TlsMode {
        PASSTHROUGH,
        SIMPLE,
        MUTUAL,
        AUTO_PASSTHROUGH,
        ISTIO_MUTUAL,
        OPTIONAL_MUTUAL
    }

    /// A version of TLS; TLS_AUTO is the proxy's choice.
    public enum TlsVersion {
        TLS_AUTO,
        TLSV1_0,
        TLSV1_1,
        TLSV1_2,
        TLSV1_3
    }

    public static Gateway from(Resource resource) {
        var spec = Cursor.of(resource).at("spec");
        return new Gateway(
                Metadata.from(resource),
                spec.stringMap("selector"),
                spec.list("servers", Server::from));
    }
}
