package dev.serin.proxy.upstream.balance;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.upstream.ClusterConfig.Balancing;
import dev.serin.proxy.upstream.Host;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Picks hosts of one fixed set. Immutable but for counters; any worker may ask. A change of
/// endpoints makes a new picker.
public interface HostPicker {
    /// @return null if no host can take a request
    @Nullable Host pick(PickContext context);

    /// A host with its share.
    record Weighted(Host host, int weight, boolean healthy) {}

    /// @param priorities from best to worst, each a list of hosts
    /// @param panicPercent healthy share below which health is not looked at
    static HostPicker of(
            Balancing balancing, List<List<Weighted>> priorities, int panicPercent, Draws draws) {
        var levels = priorities.stream().map(level -> new HostLevel(level, panicPercent)).toList();
        return new PriorityPicker(levels, balancing, draws);
    }
}
