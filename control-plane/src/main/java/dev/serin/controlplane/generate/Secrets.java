package dev.serin.controlplane.generate;

import com.google.protobuf.Duration;

import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;

/// How configuration refers to secrets, by Istio's names: a proxy asks its agent for what is in its
/// pod, and the control plane for what is in Kubernetes' Secrets. No key is ever in configuration.
public final class Secrets {
    /// What names of Secrets begin with.
    public static final String KUBERNETES = "kubernetes://";

    /// The system's own authorities.
    private static final String SYSTEM = "file-root:system";

    private Secrets() {}

    /// The proxy's own certificate.
    public static SdsSecretConfig identity() {
        return ofAgent("default");
    }

    /// Whom the mesh trusts.
    public static SdsSecretConfig meshRoots() {
        return ofAgent("ROOTCA");
    }

    /// A certificate and its key in files of the pod.
    public static SdsSecretConfig files(String certificate, String key) {
        return ofAgent("file-cert:" + certificate + "~" + key);
    }

    /// Authorities in a file of the pod; empty for the system's own.
    public static SdsSecretConfig roots(String file) {
        return ofAgent(file.isEmpty() ? SYSTEM : "file-root:" + file);
    }

    /// A certificate and its key in a Secret of the proxy's namespace.
    public static SdsSecretConfig kubernetes(String name) {
        return SdsSecretConfig.newBuilder()
                .setName(KUBERNETES + name)
                .setSdsConfig(
                        ConfigSource.newBuilder()
                                .setAds(AggregatedConfigSource.getDefaultInstance())
                                .setResourceApiVersion(ApiVersion.V3)
                                .setInitialFetchTimeout(Duration.getDefaultInstance()))
                .build();
    }

    /// Whom to trust, from the same Secret or one beside it.
    public static SdsSecretConfig kubernetesRoots(String name) {
        return kubernetes(name + "-cacert");
    }

    /// Which of a certificate's names a text is meant for: by its look.
    public static SubjectAltNameMatcher.SanType kindOfName(String name) {
        if (name.contains("://")) {
            return SubjectAltNameMatcher.SanType.URI;
        }
        var address =
                name.contains(":")
                        || !name.isEmpty()
                                && name.chars().allMatch(c -> Character.isDigit(c) || c == '.');
        return address
                ? SubjectAltNameMatcher.SanType.IP_ADDRESS
                : SubjectAltNameMatcher.SanType.DNS;
    }

    private static SdsSecretConfig ofAgent(String name) {
        return SdsSecretConfig.newBuilder()
                .setName(name)
                .setSdsConfig(
                        ConfigSource.newBuilder()
                                .setResourceApiVersion(ApiVersion.V3)
                                .setInitialFetchTimeout(Duration.getDefaultInstance())
                                .setApiConfigSource(
                                        ApiConfigSource.newBuilder()
                                                .setApiType(ApiConfigSource.ApiType.GRPC)
                                                .setTransportApiVersion(ApiVersion.V3)
                                                .setSetNodeOnFirstMessageOnly(true)
                                                .addGrpcServices(
                                                        GrpcService.newBuilder()
                                                                .setEnvoyGrpc(
                                                                        GrpcService.EnvoyGrpc
                                                                                .newBuilder()
                                                                                .setClusterName(
                                                                                        "sds-grpc")))))
                .build();
    }
}
