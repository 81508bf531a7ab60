package dev.serin.proxy.upstream.compile;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.upstream.balance.Policy;
import dev.serin.proxy.upstream.balance.Policy.Choice;
import dev.serin.proxy.upstream.balance.Policy.Consistent;
import dev.serin.proxy.upstream.balance.Policy.SlowStart;
import dev.serin.proxy.upstream.balance.Policy.Spread;
import dev.serin.proxy.upstream.balance.Policy.Subsets;
import dev.serin.proxy.upstream.balance.Policy.Zone;

import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.ConsistentHashingLbConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.subset.v3.Subset;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import io.envoyproxy.envoy.type.v3.Percent;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Set;

/// Compiles `load_balancing_policy`: the first of the list that is known, as Envoy chooses. Pure.
final class PolicyCompiler {
    private static final String PACKAGE = "envoy.extensions.load_balancing_policies.";
    private static final long MOST_RING = 8 * 1024 * 1024;
    private static final int USUAL_TABLE = 65_537;
    private static final int MOST_TABLE = 5_000_011;

    private final int panicPercent;
    private final Set<Policy.Health> overridable;

    /// @param panicPercent and `overridable` by common_lb_config, which counts for these too
    PolicyCompiler(int panicPercent, Set<Policy.Health> overridable) {
        this.panicPercent = panicPercent;
        this.overridable = overridable;
    }

    /// @throws ConfigProblem naming the field that cannot be done
    Policy compile(LoadBalancingPolicy list) throws ConfigProblem {
        for (var policy : list.getPoliciesList()) {
            var any = policy.getTypedExtensionConfig().getTypedConfig();
            var type = any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('/') + 1);
            if (type.startsWith(PACKAGE)) {
                var compiled = known(type.substring(PACKAGE.length()), any);
                if (compiled != null) {
                    return compiled;
                }
            }
        }
        throw new ConfigProblem(
                "load_balancing_policy",
                "none of "
                        + list.getPoliciesList().stream()
                                .map(p -> p.getTypedExtensionConfig().getName())
                                .toList()
                        + " is supported");
    }

    private @Nullable Policy known(String type, Any any) throws ConfigProblem {
        return switch (type) {
            case "round_robin.v3.RoundRobin" -> {
                var from = parse(any, RoundRobin.parser());
                yield of(
                        new Policy.RoundRobin(
                                slowStart(from.hasSlowStartConfig(), from.getSlowStartConfig())),
                        spread(from.getLocalityLbConfig()));
            }
            case "least_request.v3.LeastRequest" -> leastRequest(parse(any, LeastRequest.parser()));
            case "random.v3.Random" ->
                    of(
                            new Policy.Random(),
                            spread(parse(any, Random.parser()).getLocalityLbConfig()));
            case "ring_hash.v3.RingHash" -> ringHash(parse(any, RingHash.parser()));
            case "maglev.v3.Maglev" -> maglev(parse(any, Maglev.parser()));
            case "client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin" ->
                    reported(parse(any, ClientSideWeightedRoundRobin.parser()));
            case "wrr_locality.v3.WrrLocality" -> {
                var inner = compile(parse(any, WrrLocality.parser()).getEndpointPickingPolicy());
                yield of(inner.choice(), new Spread(true, null));
            }
            case "subset.v3.Subset" -> subset(parse(any, Subset.parser()));
            case "cluster_provided.v3.ClusterProvided" -> of(new Policy.Provided(), Spread.PLAIN);
            default -> null;
        };
    }

    private Policy of(Choice choice, Spread spread) {
        return new Policy(choice, spread, panicPercent, null, overridable);
    }

    private Policy leastRequest(LeastRequest from) throws ConfigProblem {
        return of(
                new Policy.LeastRequest(
                        from.hasChoiceCount() ? from.getChoiceCount().getValue() : 2,
                        from.hasActiveRequestBias()
                                ? from.getActiveRequestBias().getDefaultValue()
                                : 1,
                        from.getSelectionMethod() == LeastRequest.SelectionMethod.FULL_SCAN,
                        slowStart(from.hasSlowStartConfig(), from.getSlowStartConfig())),
                spread(from.getLocalityLbConfig()));
    }

    @SuppressWarnings("deprecation") // what servers send
    private Policy ringHash(RingHash from) throws ConfigProblem {
        var consistent =
                from.hasConsistentHashingLbConfig()
                        ? consistent(from.getConsistentHashingLbConfig())
                        : new Consistent(
                                from.getUseHostnameForHashing(),
                                factor(
                                        from.hasHashBalanceFactor(),
                                        from.getHashBalanceFactor().getValue()));
        return of(
                ring(
                        from.hasMinimumRingSize() ? from.getMinimumRingSize().getValue() : 1024,
                        from.hasMaximumRingSize()
                                ? from.getMaximumRingSize().getValue()
                                : MOST_RING,
                        from.getHashFunction() == RingHash.HashFunction.MURMUR_HASH_2,
                        consistent),
                new Spread(from.hasLocalityWeightedLbConfig(), null));
    }

    static Policy.RingHash ring(long least, long most, boolean murmur, Consistent consistent)
            throws ConfigProblem {
        if (least > most || most > MOST_RING || least < 0) {
            throw new ConfigProblem(
                    "minimum_ring_size", least + " with a maximum_ring_size of " + most);
        }
        return new Policy.RingHash(least, most, murmur, consistent);
    }

    private Policy maglev(Maglev from) throws ConfigProblem {
        return of(
                new Policy.Maglev(
                        table(from.hasTableSize(), from.getTableSize().getValue()),
                        consistent(from.getConsistentHashingLbConfig())),
                new Spread(from.hasLocalityWeightedLbConfig(), null));
    }

    static int table(boolean set, long size) throws ConfigProblem {
        if (!set) {
            return USUAL_TABLE;
        }
        if (size < 2 || size > MOST_TABLE || !prime(size)) {
            throw new ConfigProblem("table_size", size + " is not a prime up to " + MOST_TABLE);
        }
        return (int) size;
    }

    private static boolean prime(long number) {
        for (var i = 2L; i * i <= number; i++) {
            if (number % i == 0) {
                return false;
            }
        }
        return true;
    }

    private static Consistent consistent(ConsistentHashingLbConfig from) throws ConfigProblem {
        return new Consistent(
                from.getUseHostnameForHashing(),
                factor(from.hasHashBalanceFactor(), from.getHashBalanceFactor().getValue()));
    }

    static int factor(boolean set, int factor) throws ConfigProblem {
        if (set && factor < 100) {
            throw new ConfigProblem("hash_balance_factor", factor + " is less than 100");
        }
        return set ? factor : 0;
    }

    private Policy reported(ClientSideWeightedRoundRobin from) throws ConfigProblem {
        if (from.getEnableOobLoadReport().getValue()) {
            throw new ConfigProblem("enable_oob_load_report", "is not supported");
        }
        return of(
                new Policy.ReportedWeights(
                        duration(from.hasBlackoutPeriod(), from.getBlackoutPeriod(), 10_000),
                        duration(
                                from.hasWeightExpirationPeriod(),
                                from.getWeightExpirationPeriod(),
                                180_000),
                        duration(from.hasWeightUpdatePeriod(), from.getWeightUpdatePeriod(), 1_000),
                        from.hasErrorUtilizationPenalty()
                                ? from.getErrorUtilizationPenalty().getValue()
                                : 1,
                        from.getMetricNamesForComputingUtilizationList(),
                        null),
                Spread.PLAIN);
    }

    private Policy subset(Subset from) throws ConfigProblem {
        if (from.getAllowRedundantKeys()) {
            throw new ConfigProblem("allow_redundant_keys", "is not supported");
        }
        var inner = compile(from.getSubsetLbPolicy());
        return new Policy(
                inner.choice(),
                inner.spread(),
                panicPercent,
                SubsetCompiler.compile(from),
                overridable);
    }

    static Policy with(Policy policy, @Nullable Subsets subsets) {
        return new Policy(
                policy.choice(),
                policy.spread(),
                policy.panicPercent(),
                subsets,
                policy.overridable());
    }

    // ---- what several have

    private static Spread spread(LocalityLbConfig from) throws ConfigProblem {
        var zone = from.getZoneAwareLbConfig();
        if (zone.getForceLocalityDirectRouting()) {
            throw new ConfigProblem(
                    "zone_aware_lb_config.force_locality_direct_routing", "is not supported");
        }
        return new Spread(
                from.hasLocalityWeightedLbConfig(),
                from.hasZoneAwareLbConfig()
                        ? zone(
                                zone.hasRoutingEnabled(),
                                zone.getRoutingEnabled(),
                                zone.hasMinClusterSize() ? zone.getMinClusterSize().getValue() : 6,
                                zone.getFailTrafficOnPanic())
                        : null);
    }

    static Zone zone(boolean set, Percent enabled, long smallest, boolean fail) {
        return new Zone(set ? enabled.getValue() : 100, smallest, fail);
    }

    private static @Nullable SlowStart slowStart(boolean set, SlowStartConfig from)
            throws ConfigProblem {
        return !set
                ? null
                : slowStart(
                        from.getSlowStartWindow(),
                        from.hasAggression() ? from.getAggression().getDefaultValue() : 1,
                        from.hasMinWeightPercent() ? from.getMinWeightPercent().getValue() : 10);
    }

    static SlowStart slowStart(
            com.google.protobuf.Duration window, double aggression, double smallest)
            throws ConfigProblem {
        if (aggression <= 0) {
            throw new ConfigProblem("slow_start_config.aggression", "is not above 0");
        }
        return new SlowStart(
                Duration.ofMillis(Durations.toMillis(window)), aggression, smallest / 100);
    }

    private static Duration duration(
            boolean set, com.google.protobuf.Duration value, long usualMillis) {
        return Duration.ofMillis(set ? Durations.toMillis(value) : usualMillis);
    }

    private static <M extends Message> M parse(Any any, Parser<M> parser) throws ConfigProblem {
        try {
            return parser.parseFrom(any.getValue());
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem("load_balancing_policy", "does not parse: " + e.getMessage());
        }
    }
}
