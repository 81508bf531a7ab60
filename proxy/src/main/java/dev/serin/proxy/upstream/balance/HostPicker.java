package dev.serin.proxy.upstream.balance;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.upstream.ClusterObserver;
import dev.serin.proxy.upstream.Host;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.IntSupplier;

/// Picks hosts of one fixed set, of which the health is fixed too. Immutable but for each worker's
/// turn; any worker may ask. A change of endpoints or health makes a new picker.
@FunctionalInterface
public interface HostPicker {
    /// @return null if no host can take a request
    @Nullable Host pick(PickContext context);

    /// What pickers are made with.
    ///
    /// @param workers how many may ask
    /// @param active requests of the whole cluster now
    /// @param local where the proxy is, for zones; null if it is not known
    record Means(
            Draws draws,
            int workers,
            IntSupplier active,
            ClusterObserver observer,
            @Nullable Neighbourhood local) {
        /// The same somewhere else.
        public Means at(@Nullable Neighbourhood there) {
            return new Means(draws, workers, active, observer, there);
        }
    }

    /// The proxy's own zone, and the hosts of its own cluster.
    record Neighbourhood(HostSet.Place own, HostSet cluster) {}

    /// @param sets from best to worst priority, at least one
    static HostPicker of(Policy policy, List<HostSet> sets, Means means) {
        return policy.subsets() == null
                ? plain(policy, sets, means)
                : new SubsetPicker(policy, policy.subsets(), sets, means);
    }

    /// Without regard to subsets.
    static HostPicker plain(Policy policy, List<HostSet> sets, Means means) {
        return switch (policy.choice()) {
            case Policy.RingHash ring ->
                    new HashPicker(policy, sets, means, shares -> RingTable.of(shares, ring));
            case Policy.Maglev maglev ->
                    new HashPicker(policy, sets, means, shares -> MaglevTable.of(shares, maglev));
            default -> new TurnPicker(policy, sets, means);
        };
    }
}
