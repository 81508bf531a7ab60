package dev.serin.proxy.upstream.balance;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.upstream.ClusterConfig.Balancing;
import dev.serin.proxy.upstream.Host;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/// Picks hosts of one fixed set. Immutable but for counters; any worker may ask. A change of
/// endpoints makes a new picker.
public interface HostPicker {
    /// @param nanos the present, for ejections
    /// @param avoided hosts not to pick if there is another (they were tried); may be empty
    /// @return null if no host can take a request
    @Nullable Host pick(long nanos, Set<Host> avoided);

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
