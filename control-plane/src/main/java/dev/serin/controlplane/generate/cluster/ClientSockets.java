package dev.serin.controlplane.generate.cluster;

import dev.serin.config.istio.ClientTls;
import dev.serin.config.istio.TrafficPolicy;
import dev.serin.controlplane.generate.Protos;
import dev.serin.controlplane.generate.Secrets;
import dev.serin.controlplane.registry.Protocol;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a cluster's connections are put into: TLS, and before it the PROXY protocol's header.
final class ClientSockets {
    private static final List<String> TCP = List.of("istio-peer-exchange", "istio");

    private ClientSockets() {}

    static void apply(Clusters.ClusterKey.Outbound key, Cluster.Builder cluster) {
        var socket = tls(key);
        var header = key.policy().proxyProtocol();
        if (header != null) {
            socket = behind(header, socket);
        }
        if (socket != null) {
            cluster.setTransportSocket(socket);
        }
    }

    /// Whether the server's certificate is looked at.
    static boolean verifies(ClientTls tls) {
        return !Boolean.TRUE.equals(tls.insecureSkipVerify());
    }

    private static @Nullable TransportSocket tls(Clusters.ClusterKey.Outbound key) {
        var tls = key.policy().tls();
        if (tls == null || tls.mode() == ClientTls.Mode.DISABLE) {
            return null;
        }
        var mesh = tls.mode() == ClientTls.Mode.ISTIO_MUTUAL;
        var common = CommonTlsContext.newBuilder();
        var http2 = speaksHttp2(key);
        if (mesh) {
            common.addTlsCertificateSdsSecretConfigs(Secrets.identity());
            common.addAllAlpnProtocols(TCP);
        } else if (tls.mode() == ClientTls.Mode.MUTUAL) {
            common.addTlsCertificateSdsSecretConfigs(
                    tls.credentialName().isEmpty()
                            ? Secrets.files(tls.clientCertificate(), tls.privateKey())
                            : Secrets.kubernetes(tls.credentialName()));
        }
        if (http2) {
            common.addAlpnProtocols("h2");
        }
        if (verifies(tls)) {
            common.setCombinedValidationContext(
                    CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
                            .setDefaultValidationContext(expected(tls))
                            .setValidationContextSdsSecretConfig(
                                    mesh ? Secrets.meshRoots() : roots(tls)));
        }
        var context = UpstreamTlsContext.newBuilder().setCommonTlsContext(common);
        var sni = mesh && tls.sni().isEmpty() ? meshName(key) : tls.sni();
        context.setSni(sni);
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.tls")
                .setTypedConfig(Protos.any(context.build()))
                .build();
    }

    private static SdsSecretConfig roots(ClientTls tls) {
        return tls.credentialName().isEmpty()
                ? Secrets.roots(tls.caCertificates())
                : Secrets.kubernetesRoots(tls.credentialName());
    }

    /// Istio's name of a cluster as a server name.
    private static String meshName(Clusters.ClusterKey.Outbound key) {
        return "outbound_."
                + key.port()
                + "_."
                + key.subject().subset()
                + "_."
                + key.subject().host();
    }

    private static boolean speaksHttp2(Clusters.ClusterKey.Outbound key) {
        return key.protocol() == Protocol.HTTP2
                || HttpOptions.upgrades(key.policy().connectionPool());
    }

    private static CertificateValidationContext expected(ClientTls tls) {
        var expected = CertificateValidationContext.newBuilder();
        for (var name : tls.subjectAltNames()) {
            var text = StringMatcher.newBuilder();
            if (name.startsWith("*")) {
                text.setSuffix(name.substring(1));
            } else if (name.endsWith("*")) {
                text.setPrefix(name.substring(0, name.length() - 1));
            } else {
                text.setExact(name);
            }
            expected.addMatchTypedSubjectAltNames(
                    SubjectAltNameMatcher.newBuilder()
                            .setSanType(Secrets.kindOfName(name))
                            .setMatcher(text));
        }
        if (!tls.caCrl().isEmpty()) {
            expected.setCrl(DataSource.newBuilder().setFilename(tls.caCrl()));
        }
        return expected.build();
    }

    private static TransportSocket behind(
            TrafficPolicy.ProxyProtocol version, @Nullable TransportSocket socket) {
        var inner =
                socket != null
                        ? socket
                        : TransportSocket.newBuilder()
                                .setName("envoy.transport_sockets.raw_buffer")
                                .setTypedConfig(Protos.any(RawBuffer.getDefaultInstance()))
                                .build();
        var header =
                ProxyProtocolUpstreamTransport.newBuilder()
                        .setConfig(
                                ProxyProtocolConfig.newBuilder()
                                        .setVersion(
                                                version == TrafficPolicy.ProxyProtocol.V1
                                                        ? ProxyProtocolConfig.Version.V1
                                                        : ProxyProtocolConfig.Version.V2))
                        .setTransportSocket(inner);
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.upstream_proxy_protocol")
                .setTypedConfig(Protos.any(header.build()))
                .build();
    }
}
