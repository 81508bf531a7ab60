package dev.serin.proxy.bootstrap;

import com.google.protobuf.InvalidProtocolBufferException;

import dev.serin.base.net.HostPort;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.xds.ResourceType;
import dev.serin.xds.client.AdsTerms;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.EnumSet;

/// From a bootstrap's `dynamic_resources` to where its control plane is: one aggregated stream to a
/// cluster of the same file. Pure.
final class BootstrapDiscovery {
    private static final String ADS = "dynamic_resources.ads_config";

    private BootstrapDiscovery() {}

    /// Null if all resources are in the file.
    ///
    /// @throws ConfigProblem naming the field that cannot be done
    static @Nullable Discovery of(Bootstrap bootstrap) throws ConfigProblem {
        if (!bootstrap.hasDynamicResources()) {
            return null;
        }
        var dynamic = bootstrap.getDynamicResources();
        var whole = EnumSet.noneOf(ResourceType.class);
        if (dynamic.hasCdsConfig()) {
            aggregated("dynamic_resources.cds_config", dynamic.getCdsConfig());
            whole.add(ResourceType.CLUSTER);
        }
        if (dynamic.hasLdsConfig()) {
            aggregated("dynamic_resources.lds_config", dynamic.getLdsConfig());
            whole.add(ResourceType.LISTENER);
        }
        if (whole.isEmpty() && !dynamic.hasAdsConfig()) {
            return null;
        }
        if (!dynamic.hasAdsConfig()) {
            throw new ConfigProblem(ADS, "is missing: say which server to ask");
        }
        var ads = dynamic.getAdsConfig();
        var form = form(ads);
        var cluster = cluster(bootstrap, ads);
        return new Discovery(server(cluster), root(cluster), null, form, whole);
    }

    private static void aggregated(String field, ConfigSource source) throws ConfigProblem {
        if (!source.hasAds()) {
            throw new ConfigProblem(
                    field,
                    source.getConfigSourceSpecifierCase() + " is not supported; write {ads: {}}");
        }
    }

    @SuppressWarnings("deprecation") // old values are named in the refusal
    private static AdsTerms.Form form(ApiConfigSource ads) throws ConfigProblem {
        return switch (ads.getApiType()) {
            case GRPC, AGGREGATED_GRPC -> AdsTerms.Form.STATE_OF_THE_WORLD;
            case DELTA_GRPC, AGGREGATED_DELTA_GRPC -> AdsTerms.Form.DELTA;
            case REST, DEPRECATED_AND_UNAVAILABLE_DO_NOT_USE, UNRECOGNIZED ->
                    throw new ConfigProblem(
                            ADS + ".api_type",
                            ads.getApiType() + " is not supported; use GRPC or DELTA_GRPC");
        };
    }

    private static Cluster cluster(Bootstrap bootstrap, ApiConfigSource ads) throws ConfigProblem {
        if (ads.getGrpcServicesCount() != 1) {
            throw new ConfigProblem(
                    ADS + ".grpc_services",
                    ads.getGrpcServicesCount() + " servers where there must be one");
        }
        var name = ads.getGrpcServices(0).getEnvoyGrpc().getClusterName();
        for (var cluster : bootstrap.getStaticResources().getClustersList()) {
            if (cluster.getName().equals(name)) {
                return cluster;
            }
        }
        throw new ConfigProblem(
                ADS + ".grpc_services.envoy_grpc.cluster_name",
                "'" + name + "' is no cluster of static_resources");
    }

    private static HostPort server(Cluster cluster) throws ConfigProblem {
        for (var locality : cluster.getLoadAssignment().getEndpointsList()) {
            for (var one : locality.getLbEndpointsList()) {
                var address = one.getEndpoint().getAddress().getSocketAddress();
                if (!address.getAddress().isEmpty()) {
                    return new HostPort(address.getAddress(), address.getPortValue());
                }
            }
        }
        throw new ConfigProblem(
                "static_resources.clusters['" + cluster.getName() + "'].load_assignment",
                "has no endpoint to ask for resources");
    }

    private static @Nullable Path root(Cluster cluster) throws ConfigProblem {
        if (!cluster.hasTransportSocket()) {
            return null;
        }
        var field = "static_resources.clusters['" + cluster.getName() + "'].transport_socket";
        try {
            var tls =
                    cluster.getTransportSocket()
                            .getTypedConfig()
                            .unpack(UpstreamTlsContext.class)
                            .getCommonTlsContext();
            var file = tls.getValidationContext().getTrustedCa().getFilename();
            if (file.isEmpty() || tls.getTlsCertificatesCount() > 0) {
                throw new ConfigProblem(
                        field,
                        "for discovery takes validation_context.trusted_ca.filename, and no"
                                + " certificate of its own");
            }
            return Path.of(file);
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem(field, "is not TLS: " + e.getMessage());
        }
    }
}
