package dev.serin.proxy.upstream.compile;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.upstream.balance.Policy;
import dev.serin.proxy.upstream.balance.Policy.Choice;
import dev.serin.proxy.upstream.balance.Policy.Consistent;
import dev.serin.proxy.upstream.balance.Policy.Health;
import dev.serin.proxy.upstream.balance.Policy.SlowStart;
import dev.serin.proxy.upstream.balance.Policy.Spread;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;

import org.jspecify.annotations.Nullable;

import java.util.EnumSet;
import java.util.Set;

/// Compiles `lb_policy` with the cluster's own settings for it, or hands over to
/// `load_balancing_policy`, which wins. Pure.
public final class LegacyPolicy {
    private LegacyPolicy() {}

    /// @throws ConfigProblem naming the field that cannot be done
    public static Policy compile(Cluster cluster) throws ConfigProblem {
        var common = cluster.getCommonLbConfig();
        var panic =
                common.hasHealthyPanicThreshold()
                        ? (int) Math.round(common.getHealthyPanicThreshold().getValue())
                        : 50;
        var overridable = overridable(common);
        if (cluster.hasLoadBalancingPolicy()) {
            return new PolicyCompiler(panic, overridable).compile(cluster.getLoadBalancingPolicy());
        }
        return new Policy(
                choice(cluster),
                spread(common),
                panic,
                cluster.hasLbSubsetConfig()
                        ? SubsetCompiler.compile(cluster.getLbSubsetConfig())
                        : null,
                overridable);
    }

    private static Choice choice(Cluster cluster) throws ConfigProblem {
        var common = cluster.getCommonLbConfig().getConsistentHashingLbConfig();
        if (common.getUseHostnameForHashing()
                && cluster.getType() != Cluster.DiscoveryType.STRICT_DNS) {
            throw new ConfigProblem(
                    "common_lb_config.consistent_hashing_lb_config.use_hostname_for_hashing",
                    "is for STRICT_DNS clusters alone");
        }
        var consistent =
                new Consistent(
                        common.getUseHostnameForHashing(),
                        PolicyCompiler.factor(
                                common.hasHashBalanceFactor(),
                                common.getHashBalanceFactor().getValue()));
        return switch (cluster.getLbPolicy()) {
            case ROUND_ROBIN -> {
                var from = cluster.getRoundRobinLbConfig();
                yield new Policy.RoundRobin(
                        slowStart(from.hasSlowStartConfig(), from.getSlowStartConfig()));
            }
            case LEAST_REQUEST -> {
                var from = cluster.getLeastRequestLbConfig();
                yield new Policy.LeastRequest(
                        from.hasChoiceCount() ? from.getChoiceCount().getValue() : 2,
                        from.hasActiveRequestBias()
                                ? from.getActiveRequestBias().getDefaultValue()
                                : 1,
                        false,
                        slowStart(from.hasSlowStartConfig(), from.getSlowStartConfig()));
            }
            case RANDOM -> new Policy.Random();
            case RING_HASH -> {
                var from = cluster.getRingHashLbConfig();
                yield PolicyCompiler.ring(
                        from.hasMinimumRingSize() ? from.getMinimumRingSize().getValue() : 1024,
                        from.hasMaximumRingSize()
                                ? from.getMaximumRingSize().getValue()
                                : 8 * 1024 * 1024,
                        from.getHashFunction()
                                == Cluster.RingHashLbConfig.HashFunction.MURMUR_HASH_2,
                        consistent);
            }
            case MAGLEV -> {
                var from = cluster.getMaglevLbConfig();
                yield new Policy.Maglev(
                        PolicyCompiler.table(from.hasTableSize(), from.getTableSize().getValue()),
                        consistent);
            }
            case CLUSTER_PROVIDED -> new Policy.Provided();
            case LOAD_BALANCING_POLICY_CONFIG, UNRECOGNIZED ->
                    throw new ConfigProblem(
                            "lb_policy",
                            cluster.getLbPolicy() + " without a load_balancing_policy");
        };
    }

    private static Spread spread(CommonLbConfig common) {
        var zone = common.getZoneAwareLbConfig();
        return new Spread(
                common.hasLocalityWeightedLbConfig(),
                common.hasZoneAwareLbConfig()
                        ? PolicyCompiler.zone(
                                zone.hasRoutingEnabled(),
                                zone.getRoutingEnabled(),
                                zone.hasMinClusterSize() ? zone.getMinClusterSize().getValue() : 6,
                                zone.getFailTrafficOnPanic())
                        : null);
    }

    private static @Nullable SlowStart slowStart(boolean set, Cluster.SlowStartConfig from)
            throws ConfigProblem {
        return !set
                ? null
                : PolicyCompiler.slowStart(
                        from.getSlowStartWindow(),
                        from.hasAggression() ? from.getAggression().getDefaultValue() : 1,
                        from.hasMinWeightPercent() ? from.getMinWeightPercent().getValue() : 10);
    }

    private static Set<Health> overridable(CommonLbConfig common) {
        if (!common.hasOverrideHostStatus()) {
            return EnumSet.of(Health.HEALTHY, Health.DEGRADED);
        }
        var set = EnumSet.noneOf(Health.class);
        for (HealthStatus status : common.getOverrideHostStatus().getStatusesList()) {
            switch (status) {
                case UNKNOWN, HEALTHY -> set.add(Health.HEALTHY);
                case DEGRADED -> set.add(Health.DEGRADED);
                case UNHEALTHY, DRAINING, TIMEOUT -> set.add(Health.UNHEALTHY);
                case UNRECOGNIZED -> {}
            }
        }
        return set;
    }
}
