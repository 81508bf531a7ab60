package dev.serin.proxy.upstream.balance;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.Host;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Priority by the hash, then the host that the hash finds in it. A request without a hash goes to
/// any. As Envoy's ring hash and Maglev.
final class HashPicker implements HostPicker {
    private final Policy policy;
    private final List<HostSet> sets;
    private final PriorityLoad load;
    private final List<HashTable> tables = new ArrayList<>();
    private final Draw draw;
    private final Means means;

    HashPicker(
            Policy policy,
            List<HostSet> sets,
            Means means,
            Function<List<HashTable.Share>, HashTable> table) {
        this.policy = policy;
        this.sets = sets;
        this.means = means;
        this.draw = means.draws().named("host");
        this.load = PriorityLoad.of(sets, policy.panicPercent());
        for (var i = 0; i < sets.size(); i++) {
            var shares = HashTable.shares(sets.get(i), load.panic(i), policy.spread().weighted());
            var plain = table.apply(shares);
            var factor = factor(policy.choice());
            tables.add(
                    factor == 0 ? plain : new BoundedTable(plain, shares, factor, means.active()));
        }
    }

    private static int factor(Policy.Choice choice) {
        return switch (choice) {
            case Policy.RingHash ring -> ring.consistent().balanceFactor();
            case Policy.Maglev maglev -> maglev.consistent().balanceFactor();
            default -> 0;
        };
    }

    @Override
    public @Nullable Host pick(PickContext context) {
        var given = context.hash();
        var hash =
                given.isPresent()
                        ? given.getAsLong()
                        : (long) draw.below(1 << 30) << 34 ^ draw.below(1 << 30);
        var shares =
                context.triedPriorities() == 0
                        ? load
                        : PriorityLoad.of(sets, policy.panicPercent(), context.triedPriorities());
        var forced = context.forcedPriority();
        var priority = (forced >= 0 ? forced : shares.choose(hash)) & ~PriorityLoad.DEGRADED;
        if (shares.panic(priority)) {
            means.observer().count(ClusterEvent.LB_HEALTHY_PANIC);
        }
        var table = tables.get(priority);
        Host host = null;
        for (var i = 0; i <= context.repicks(); i++) {
            host = table.find(hash, i);
            if (host == null || !context.avoids(host)) {
                break;
            }
        }
        return host;
    }
}
