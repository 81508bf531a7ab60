package dev.serin.proxy.upstream;

import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.Aggregated;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.Extensions;
import dev.serin.proxy.upstream.Breakers.Budget;
import dev.serin.proxy.upstream.Breakers.Limits;
import dev.serin.proxy.upstream.ClusterConfig.Discovery;
import dev.serin.proxy.upstream.ClusterConfig.Membership;
import dev.serin.proxy.upstream.ClusterConfig.OriginalDestination;
import dev.serin.proxy.upstream.ClusterConfig.Priorities;
import dev.serin.proxy.upstream.compile.CustomCluster;
import dev.serin.proxy.upstream.compile.EndpointCompiler;
import dev.serin.proxy.upstream.compile.LegacyPolicy;
import dev.serin.proxy.upstream.compile.SocketCompiler;
import dev.serin.proxy.upstream.dns.DnsConfig;
import dev.serin.proxy.upstream.health.HealthCompiler;
import dev.serin.proxy.upstream.outlier.OutlierConfig;

import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// Compiles Envoy's Cluster. Pure.
public final class ClusterCompiler {
    private static final String ORIGINAL_HEADER = "x-envoy-original-dst-host";

    private ClusterCompiler() {}

    /// @throws ConfigProblem naming the field that cannot be done
    public static ClusterConfig compile(Cluster cluster, Extensions extensions)
            throws ConfigProblem {
        var custom = CustomCluster.compile(cluster);
        var discovery = custom == null ? discovery(cluster) : custom.discovery();
        var upstreams = extensions.transports().upstream(cluster);
        if (custom != null && custom.forward() != null) {
            custom.forward().check(upstreams.auto());
        }
        var breakers = cluster.getCircuitBreakers();
        var http = HttpUpstreamCompiler.compile(cluster);
        ClusterRules.check(cluster, discovery, http, custom != null);
        return new ClusterConfig(
                cluster.getName(),
                cluster.getAltStatName().isEmpty() ? cluster.getName() : cluster.getAltStatName(),
                discovery,
                edsName(cluster),
                LegacyPolicy.compile(cluster),
                discovery == Discovery.EDS
                        ? Assignment.EMPTY
                        : EndpointCompiler.compile(
                                cluster.getLoadAssignment(), discovery != Discovery.STATIC),
                custom == null || custom.dns() == null ? DnsConfig.compile(cluster) : custom.dns(),
                original(cluster, discovery),
                custom == null ? null : custom.forward(),
                custom == null ? List.of() : custom.members(),
                cluster.hasConnectTimeout()
                        ? duration(cluster.getConnectTimeout())
                        : Duration.ofSeconds(5),
                http,
                new Priorities(
                        limits(breakers, RoutingPriority.DEFAULT),
                        limits(breakers, RoutingPriority.HIGH)),
                hostConnections(breakers),
                HealthCompiler.compile(cluster.getHealthChecksList()),
                cluster.hasOutlierDetection()
                        ? OutlierConfig.compile(cluster.getOutlierDetection())
                        : null,
                SocketCompiler.compile(cluster),
                membership(cluster),
                cluster.getMetadata().getFilterMetadataMap(),
                upstreams,
                UpstreamFilters.compile(cluster.getFiltersList(), extensions));
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofMillis(Durations.toMillis(duration));
    }

    private static String edsName(Cluster cluster) throws ConfigProblem {
        Aggregated.check(
                "eds_cluster_config.eds_config", cluster.getEdsClusterConfig().getEdsConfig());
        var service = cluster.getEdsClusterConfig().getServiceName();
        return service.isEmpty() ? cluster.getName() : service;
    }

    // ---- discovery

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

    private static @Nullable OriginalDestination original(Cluster cluster, Discovery discovery)
            throws ConfigProblem {
        if (discovery != Discovery.ORIGINAL_DST) {
            return null;
        }
        if (cluster.hasLoadAssignment()) {
            throw new ConfigProblem("load_assignment", "an ORIGINAL_DST cluster has none");
        }
        if (cluster.getLbPolicy() != Cluster.LbPolicy.CLUSTER_PROVIDED
                && !cluster.hasLoadBalancingPolicy()) {
            throw new ConfigProblem("lb_policy", "ORIGINAL_DST needs CLUSTER_PROVIDED");
        }
        var config = cluster.getOriginalDstLbConfig();
        if (config.hasMetadataKey()) {
            throw new ConfigProblem("original_dst_lb_config.metadata_key", "is not supported");
        }
        var named =
                config.getHttpHeaderName().isEmpty()
                        ? ORIGINAL_HEADER
                        : config.getHttpHeaderName().toLowerCase(java.util.Locale.ROOT);
        return new OriginalDestination(
                config.getUseHttpHeader() ? named : null,
                config.getUpstreamPortOverride().getValue());
    }

    private static Membership membership(Cluster cluster) {
        var common = cluster.getCommonLbConfig();
        return new Membership(
                cluster.getIgnoreHealthOnHostRemoval(),
                common.getIgnoreNewHostsUntilFirstHc(),
                cluster.getCloseConnectionsOnHostHealthFailure(),
                common.getCloseConnectionsOnHostSetChange(),
                cluster.hasCleanupInterval()
                        ? duration(cluster.getCleanupInterval())
                        : Duration.ofSeconds(5),
                common.hasUpdateMergeWindow()
                        ? duration(common.getUpdateMergeWindow())
                        : Duration.ofSeconds(1),
                !cluster.hasWaitForWarmOnInit() || cluster.getWaitForWarmOnInit().getValue());
    }

    // ---- circuit breakers

    /// The first thresholds of this priority, as Envoy takes them.
    private static Limits limits(CircuitBreakers breakers, RoutingPriority priority) {
        for (var threshold : breakers.getThresholdsList()) {
            if (threshold.getPriority() == priority) {
                var usual = Limits.USUAL;
                return new Limits(
                        most(
                                threshold.hasMaxConnections(),
                                threshold.getMaxConnections(),
                                usual.connections()),
                        most(
                                threshold.hasMaxPendingRequests(),
                                threshold.getMaxPendingRequests(),
                                usual.pending()),
                        most(
                                threshold.hasMaxRequests(),
                                threshold.getMaxRequests(),
                                usual.requests()),
                        most(threshold.hasMaxRetries(), threshold.getMaxRetries(), usual.retries()),
                        most(
                                threshold.hasMaxConnectionPools(),
                                threshold.getMaxConnectionPools(),
                                usual.pools()),
                        budget(threshold),
                        threshold.getTrackRemaining());
            }
        }
        return Limits.USUAL;
    }

    private static @Nullable Budget budget(CircuitBreakers.Thresholds threshold) {
        if (!threshold.hasRetryBudget()) {
            return null;
        }
        var budget = threshold.getRetryBudget();
        return new Budget(
                budget.hasBudgetPercent() ? budget.getBudgetPercent().getValue() : 20,
                most(budget.hasMinRetryConcurrency(), budget.getMinRetryConcurrency(), 3));
    }

    private static int hostConnections(CircuitBreakers breakers) throws ConfigProblem {
        for (var threshold : breakers.getPerHostThresholdsList()) {
            var bare =
                    CircuitBreakers.Thresholds.newBuilder()
                            .setPriority(threshold.getPriority())
                            .setMaxConnections(threshold.getMaxConnections());
            if (threshold.getPriority() != RoutingPriority.DEFAULT
                    || !threshold.equals(
                            threshold.hasMaxConnections()
                                    ? bare.build()
                                    : bare.clearMaxConnections().build())) {
                throw new ConfigProblem(
                        "circuit_breakers.per_host_thresholds",
                        "only max_connections of the default priority is supported");
            }
            return most(
                    threshold.hasMaxConnections(),
                    threshold.getMaxConnections(),
                    Integer.MAX_VALUE);
        }
        return Integer.MAX_VALUE;
    }

    /// An unsigned limit as a signed one; what is larger than that is no limit.
    private static int most(boolean set, UInt32Value value, int usual) {
        return !set ? usual : value.getValue() < 0 ? Integer.MAX_VALUE : value.getValue();
    }
}
