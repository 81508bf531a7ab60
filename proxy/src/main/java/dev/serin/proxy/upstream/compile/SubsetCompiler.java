package dev.serin.proxy.upstream.compile;

import com.google.protobuf.InvalidProtocolBufferException;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.upstream.balance.Policy.Fallback;
import dev.serin.proxy.upstream.balance.Policy.Selector;
import dev.serin.proxy.upstream.balance.Policy.Subsets;

import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbSubsetConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.subset.v3.Subset;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// Compiles subset settings, of a cluster's own field and of the policy of that name. Pure.
final class SubsetCompiler {
    private SubsetCompiler() {}

    /// Null if there are no selectors: then the cluster is one set.
    static @Nullable Subsets compile(LbSubsetConfig from) throws ConfigProblem {
        if (from.getSubsetSelectorsCount() == 0) {
            return null;
        }
        var selectors = new ArrayList<Selector>();
        for (var one : from.getSubsetSelectorsList()) {
            selectors.add(
                    selector(
                            one.getKeysList(),
                            one.getFallbackPolicy().getNumber(),
                            one.getFallbackKeysSubsetList(),
                            one.getSingleHostPerSubset()));
        }
        return new Subsets(
                fallback(from.getFallbackPolicy().getNumber()),
                from.getDefaultSubset().getFieldsMap(),
                List.copyOf(selectors),
                from.getLocalityWeightAware(),
                from.getScaleLocalityWeight(),
                from.getPanicModeAny(),
                from.getListAsAny(),
                from.getMetadataFallbackPolicy()
                        == LbSubsetConfig.LbSubsetMetadataFallbackPolicy.FALLBACK_LIST);
    }

    /// The policy's message has the fields of the cluster's under the same numbers.
    static @Nullable Subsets compile(Subset from) throws ConfigProblem {
        try {
            return compile(LbSubsetConfig.parseFrom(from.toByteString()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the same message by another name", e);
        }
    }

    /// By its number.
    private static Fallback fallback(int number) throws ConfigProblem {
        return switch (number) {
            case 0 -> Fallback.NONE;
            case 1 -> Fallback.ANY;
            case 2 -> Fallback.DEFAULT;
            default -> throw new ConfigProblem("fallback_policy", "unknown value");
        };
    }

    private static Selector selector(
            List<String> keys, int fallback, List<String> fewer, boolean single)
            throws ConfigProblem {
        var policy =
                switch (fallback) {
                    case 0 -> null;
                    case 1 -> Fallback.NONE;
                    case 2 -> Fallback.ANY;
                    case 3 -> Fallback.DEFAULT;
                    case 4 -> Fallback.KEYS;
                    default ->
                            throw new ConfigProblem(
                                    "subset_selectors.fallback_policy", "unknown value");
                };
        if (policy == Fallback.KEYS
                && (fewer.isEmpty()
                        || !new HashSet<>(keys).containsAll(fewer)
                        || new HashSet<>(fewer).size() == new HashSet<>(keys).size())) {
            throw new ConfigProblem(
                    "subset_selectors.fallback_keys_subset", "is not a smaller part of the keys");
        }
        if (single && keys.size() != 1) {
            throw new ConfigProblem(
                    "subset_selectors.single_host_per_subset", "needs exactly one key");
        }
        return new Selector(
                keys.stream().distinct().sorted().toList(), policy, List.copyOf(fewer), single);
    }
}
