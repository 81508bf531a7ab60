package dev.serin.proxy.upstream;

import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.transport.TransportCompiler;
import dev.serin.proxy.upstream.ClusterConfig.Balancing;
import dev.serin.proxy.upstream.ClusterConfig.Discovery;
import dev.serin.proxy.upstream.ClusterConfig.Endpoint;
import dev.serin.proxy.upstream.ClusterConfig.Limits;
import dev.serin.proxy.upstream.ClusterConfig.Outlier;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Compiles Envoy's Cluster and ClusterLoadAssignment. Pure.
public final class ClusterCompiler {
    private ClusterCompiler() {}

    /// @throws ConfigProblem naming the field that cannot be done
    public static ClusterConfig compile(Cluster cluster, TransportCompiler transports)
            throws ConfigProblem {
        if (cluster.hasClusterType()) {
            throw new ConfigProblem(
                    "cluster_type",
                    "'" + cluster.getClusterType().getName() + "' is not supported");
        }
        var discovery = discovery(cluster);
        return new ClusterConfig(
                cluster.getName(),
                discovery,
                edsName(cluster),
                balancing(cluster),
                discovery == Discovery.EDS ? List.of() : endpoints(cluster.getLoadAssignment()),
                cluster.hasConnectTimeout()
                        ? duration(cluster.getConnectTimeout())
                        : Duration.ofSeconds(5),
                HttpUpstreamCompiler.compile(cluster),
                limits(cluster),
                cluster.hasOutlierDetection() ? outlier(cluster.getOutlierDetection()) : null,
                bind(cluster),
                cluster.getMetadata().getFilterMetadataMap(),
                cluster.getCommonLbConfig().hasHealthyPanicThreshold()
                        ? (int) cluster.getCommonLbConfig().getHealthyPanicThreshold().getValue()
                        : 50,
                transports.upstream(cluster));
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofMillis(Durations.toMillis(duration));
    }

    private static String edsName(Cluster cluster) {
        var service = cluster.getEdsClusterConfig().getServiceName();
        return service.isEmpty() ? cluster.getName() : service;
    }

    private static Discovery discovery(Cluster cluster) throws ConfigProblem {
        return switch (cluster.getType()) {
            case STATIC -> Discovery.STATIC;
            case STRICT_DNS -> Discovery.STRICT_DNS;
            case LOGICAL_DNS -> Discovery.LOGICAL_DNS;
            case EDS -> Discovery.EDS;
            case ORIGINAL_DST -> Discovery.ORIGINAL_DST;
            case UNRECOGNIZED -> throw new ConfigProblem("type", "unknown value");
        };
    }

    private static Balancing balancing(Cluster cluster) throws ConfigProblem {
        if (cluster.hasLoadBalancingPolicy()) {
            return policy(cluster);
        }
        return switch (cluster.getLbPolicy()) {
            case ROUND_ROBIN -> Balancing.ROUND_ROBIN;
            case LEAST_REQUEST -> Balancing.LEAST_REQUEST;
            case RANDOM -> Balancing.RANDOM;
            case CLUSTER_PROVIDED -> Balancing.PROVIDED;
            case RING_HASH, MAGLEV, LOAD_BALANCING_POLICY_CONFIG, UNRECOGNIZED ->
                    throw new ConfigProblem(
                            "lb_policy", cluster.getLbPolicy() + " is not supported yet");
        };
    }

    /// The first policy of the list that is known, as Envoy chooses.
    private static Balancing policy(Cluster cluster) throws ConfigProblem {
        for (var policy : cluster.getLoadBalancingPolicy().getPoliciesList()) {
            var url = policy.getTypedExtensionConfig().getTypedConfig().getTypeUrl();
            if (url.endsWith(".RoundRobin")) {
                return Balancing.ROUND_ROBIN;
            }
            if (url.endsWith(".LeastRequest")) {
                return Balancing.LEAST_REQUEST;
            }
            if (url.endsWith(".Random")) {
                return Balancing.RANDOM;
            }
        }
        throw new ConfigProblem(
                "load_balancing_policy",
                "none of "
                        + cluster.getLoadBalancingPolicy().getPoliciesList().stream()
                                .map(p -> p.getTypedExtensionConfig().getName())
                                .toList()
                        + " is supported");
    }

    private static Limits limits(Cluster cluster) {
        for (var threshold : cluster.getCircuitBreakers().getThresholdsList()) {
            if (threshold.getPriority() == RoutingPriority.DEFAULT) {
                var usual = Limits.USUAL;
                return new Limits(
                        most(
                                threshold.hasMaxConnections(),
                                threshold.getMaxConnections().getValue(),
                                usual.connections()),
                        most(
                                threshold.hasMaxPendingRequests(),
                                threshold.getMaxPendingRequests().getValue(),
                                usual.pending()),
                        most(
                                threshold.hasMaxRequests(),
                                threshold.getMaxRequests().getValue(),
                                usual.requests()),
                        most(
                                threshold.hasMaxRetries(),
                                threshold.getMaxRetries().getValue(),
                                usual.retries()));
            }
        }
        return Limits.USUAL;
    }

    /// An unsigned limit as a signed one; what is larger than that is no limit.
    private static int most(boolean set, int value, int usual) {
        return !set ? usual : value < 0 ? Integer.MAX_VALUE : value;
    }

    private static Outlier outlier(OutlierDetection detection) {
        var base =
                detection.hasBaseEjectionTime()
                        ? duration(detection.getBaseEjectionTime())
                        : Duration.ofSeconds(30);
        var enforced =
                !detection.hasEnforcingConsecutive5Xx()
                        || detection.getEnforcingConsecutive5Xx().getValue() > 0;
        var gateway = detection.getEnforcingConsecutiveGatewayFailure().getValue() > 0;
        return new Outlier(
                enforced
                        ? most(
                                detection.hasConsecutive5Xx(),
                                detection.getConsecutive5Xx().getValue(),
                                5)
                        : 0,
                gateway
                        ? most(
                                detection.hasConsecutiveGatewayFailure(),
                                detection.getConsecutiveGatewayFailure().getValue(),
                                5)
                        : 0,
                base,
                most(
                        detection.hasMaxEjectionPercent(),
                        detection.getMaxEjectionPercent().getValue(),
                        10));
    }

    private static List<InetSocketAddress> bind(Cluster cluster) throws ConfigProblem {
        var config = cluster.getUpstreamBindConfig();
        var bind = new ArrayList<InetSocketAddress>();
        if (config.hasSourceAddress()) {
            bind.add(literal(config.getSourceAddress()));
        }
        for (var extra : config.getExtraSourceAddressesList()) {
            bind.add(literal(extra.getAddress()));
        }
        return List.copyOf(bind);
    }

    private static InetSocketAddress literal(SocketAddress address) throws ConfigProblem {
        return new InetSocketAddress(ip(address.getAddress()), address.getPortValue());
    }

    private static InetAddress ip(String text) throws ConfigProblem {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigProblem("address", "'" + text + "' is not an IP address");
        }
    }

    /// The endpoints of an assignment.
    ///
    /// @throws ConfigProblem naming the field that cannot be done
    public static List<Endpoint> endpoints(ClusterLoadAssignment assignment) throws ConfigProblem {
        var endpoints = new ArrayList<Endpoint>();
        for (var locality : assignment.getEndpointsList()) {
            for (var endpoint : locality.getLbEndpointsList()) {
                var address = endpoint.getEndpoint().getAddress();
                if (!address.hasSocketAddress()) {
                    throw new ConfigProblem(
                            "endpoint.address", address.getAddressCase() + " is not supported");
                }
                var weight = endpoint.getLoadBalancingWeight().getValue();
                endpoints.add(
                        new Endpoint(
                                address.getSocketAddress().getAddress(),
                                address.getSocketAddress().getPortValue(),
                                Math.max(1, weight),
                                locality.getPriority(),
                                healthy(endpoint.getHealthStatus()),
                                endpoint.getMetadata().getFilterMetadataMap()));
            }
        }
        return List.copyOf(endpoints);
    }

    private static boolean healthy(HealthStatus status) {
        return status == HealthStatus.UNKNOWN
                || status == HealthStatus.HEALTHY
                || status == HealthStatus.DEGRADED;
    }

    /// Refuses endpoints of EDS or STATIC that are names.
    public static @Nullable String notLiteral(List<Endpoint> endpoints) {
        for (var endpoint : endpoints) {
            try {
                ip(endpoint.host());
            } catch (ConfigProblem e) {
                return e.reason();
            }
        }
        return null;
    }
}
