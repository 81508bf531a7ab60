package dev.serin.controlplane.generate.listener;

import dev.serin.config.istio.Gateway;
import dev.serin.controlplane.generate.Protos;
import dev.serin.controlplane.generate.Secrets;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

import java.util.ArrayList;
import java.util.List;

/// How a gateway's port decrypts.
final class ServerSockets {
    private static final List<String> HTTP = List.of("h2", "http/1.1");

    private ServerSockets() {}

    /// @param http whether what is inside is HTTP
    static TransportSocket of(Gateway.ServerTls tls, boolean http) {
        var common = CommonTlsContext.newBuilder();
        if (http) {
            common.addAllAlpnProtocols(HTTP);
        }
        var mesh = tls.mode() == Gateway.TlsMode.ISTIO_MUTUAL;
        if (mesh) {
            common.addTlsCertificateSdsSecretConfigs(Secrets.identity());
        }
        if (!tls.serverCertificate().isEmpty()) {
            common.addTlsCertificateSdsSecretConfigs(
                    Secrets.files(tls.serverCertificate(), tls.privateKey()));
        }
        if (!tls.credentialName().isEmpty()) {
            common.addTlsCertificateSdsSecretConfigs(Secrets.kubernetes(tls.credentialName()));
        }
        for (var more : tls.credentialNames()) {
            common.addTlsCertificateSdsSecretConfigs(Secrets.kubernetes(more));
        }
        for (var more : tls.tlsCertificates()) {
            common.addTlsCertificateSdsSecretConfigs(
                    Secrets.files(more.serverCertificate(), more.privateKey()));
        }
        var context = DownstreamTlsContext.newBuilder();
        var asks = mesh || tls.mode() == Gateway.TlsMode.MUTUAL;
        if (asks || tls.mode() == Gateway.TlsMode.OPTIONAL_MUTUAL) {
            clients(tls, mesh, common);
        }
        context.setRequireClientCertificate(asks ? Protos.yes() : Protos.no());
        common.setTlsParams(parameters(tls));
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.tls")
                .setTypedConfig(Protos.any(context.setCommonTlsContext(common).build()))
                .build();
    }

    private static void clients(
            Gateway.ServerTls tls, boolean mesh, CommonTlsContext.Builder common) {
        var expected =
                CertificateValidationContext.newBuilder()
                        .addAllVerifyCertificateHash(tls.verifyCertificateHash())
                        .addAllVerifyCertificateSpki(tls.verifyCertificateSpki());
        if (tls.insecureSkipVerify()) {
            expected.setTrustChainVerification(
                    CertificateValidationContext.TrustChainVerification.ACCEPT_UNTRUSTED);
            common.setValidationContext(expected);
            return;
        }
        for (var name : tls.subjectAltNames()) {
            expected.addMatchTypedSubjectAltNames(
                    SubjectAltNameMatcher.newBuilder()
                            .setSanType(Secrets.kindOfName(name))
                            .setMatcher(StringMatcher.newBuilder().setExact(name)));
        }
        if (!tls.caCrl().isEmpty()) {
            expected.setCrl(DataSource.newBuilder().setFilename(tls.caCrl()));
        }
        common.setCombinedValidationContext(
                CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
                        .setDefaultValidationContext(expected)
                        .setValidationContextSdsSecretConfig(
                                mesh ? Secrets.meshRoots() : roots(tls)));
    }

    private static SdsSecretConfig roots(Gateway.ServerTls tls) {
        if (!tls.caCertificates().isEmpty()) {
            return Secrets.roots(tls.caCertificates());
        }
        var names = new ArrayList<String>();
        names.add(tls.caCertCredentialName());
        names.add(tls.credentialName());
        names.addAll(tls.credentialNames());
        for (var name : names) {
            if (!name.isEmpty()) {
                return Secrets.kubernetesRoots(name);
            }
        }
        var more = tls.tlsCertificates();
        return Secrets.roots(more.isEmpty() ? "" : more.getFirst().caCertificates());
    }

    /// At least TLS 1.2, as Istio.
    private static TlsParameters parameters(Gateway.ServerTls tls) {
        var least = version(tls.minProtocolVersion());
        return TlsParameters.newBuilder()
                .setTlsMinimumProtocolVersion(
                        least == TlsParameters.TlsProtocol.TLS_AUTO
                                ? TlsParameters.TlsProtocol.TLSv1_2
                                : least)
                .setTlsMaximumProtocolVersion(version(tls.maxProtocolVersion()))
                .addAllCipherSuites(tls.cipherSuites())
                .build();
    }

    private static TlsParameters.TlsProtocol version(Gateway.TlsVersion version) {
        return switch (version) {
            case TLS_AUTO -> TlsParameters.TlsProtocol.TLS_AUTO;
            case TLSV1_0 -> TlsParameters.TlsProtocol.TLSv1_0;
            case TLSV1_1 -> TlsParameters.TlsProtocol.TLSv1_1;
            case TLSV1_2 -> TlsParameters.TlsProtocol.TLSv1_2;
            case TLSV1_3 -> TlsParameters.TlsProtocol.TLSv1_3;
        };
    }
}
