package dev.serin.proxy.tls.secret;

import dev.serin.proxy.extension.ConfigProblem;

import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;

/// A secret as a configuration refers to it.
///
/// @param file where it is, for [Origin#FILE]; else empty
public record SecretName(Origin origin, String name, String file) {
    /// Who has it.
    public enum Origin {
        /// The control plane, by the proxy's discovery stream.
        DISCOVERY,
        /// This proxy's own identity, see [SecretSource].
        LOCAL,
        /// Files in PEM that the name says, see [PemFiles].
        PEM,
        /// The bootstrap.
        STATIC,
        /// A file with a discovery response, or a secret, in YAML or JSON.
        FILE
    }

    /// The cluster by which Istio's proxies reach the agent in their pod; here they are one.
    private static final String AGENT = "sds-grpc";

    /// @throws ConfigProblem naming the field that cannot be done
    @SuppressWarnings("deprecation") // a path in its old form is taken too
    public static SecretName of(SdsSecretConfig config) throws ConfigProblem {
        if (config.getName().isEmpty()) {
            throw new ConfigProblem("name", "is missing");
        }
        if (!config.hasSdsConfig()) {
            return new SecretName(Origin.STATIC, config.getName(), "");
        }
        var source = config.getSdsConfig();
        return switch (source.getConfigSourceSpecifierCase()) {
            case ADS, SELF -> new SecretName(Origin.DISCOVERY, config.getName(), "");
            case PATH -> new SecretName(Origin.FILE, config.getName(), source.getPath());
            case PATH_CONFIG_SOURCE ->
                    new SecretName(
                            Origin.FILE, config.getName(), source.getPathConfigSource().getPath());
            case API_CONFIG_SOURCE -> agent(config.getName(), source.getApiConfigSource());
            case CONFIGSOURCESPECIFIER_NOT_SET ->
                    throw new ConfigProblem("sds_config", "has no source");
        };
    }

    private static SecretName agent(String name, ApiConfigSource source) throws ConfigProblem {
        for (var service : source.getGrpcServicesList()) {
            if (service.getEnvoyGrpc().getClusterName().equals(AGENT)) {
                var origin = PemFiles.names(name) ? Origin.PEM : Origin.LOCAL;
                return new SecretName(origin, name, "");
            }
        }
        throw new ConfigProblem(
                "sds_config.api_config_source",
                "is only taken for '" + AGENT + "', the proxy's own identity; use ads");
    }

    @Override
    public String toString() {
        return name;
    }
}
