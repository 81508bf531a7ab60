package dev.serin.proxy.upstream.balance;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.balance.Policy.Health;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Priority by its load, then locality if they count, then a host in turn, by chance or by its
/// load. Each step as Envoy's.
final class TurnPicker implements HostPicker {
    private final Policy policy;
    private final List<HostSet> sets;
    private final PriorityLoad load;
    private final List<Level> levels = new ArrayList<>();
    private final Draw draw;
    private final Means means;

    TurnPicker(Policy policy, List<HostSet> sets, Means means) {
        this.policy = policy;
        this.sets = sets;
        this.means = means;
        this.draw = means.draws().named("host");
        this.load = PriorityLoad.of(sets, policy.panicPercent());
        for (var set : sets) {
            levels.add(new Level(set, policy, means));
        }
    }

    @Override
    public @Nullable Host pick(PickContext context) {
        Host host = null;
        for (var i = 0; i <= context.repicks(); i++) {
            host = once(context);
            if (host == null || !context.avoids(host)) {
                return host;
            }
        }
        return other(context, host);
    }

    /// Any healthy host that was not tried, rather than one that was.
    private @Nullable Host other(PickContext context, @Nullable Host tried) {
        for (var set : sets) {
            var healthy = set.hosts().healthy();
            for (var i = 0; i < healthy.length; i++) {
                if (!context.avoids(healthy[i])) {
                    return healthy[i];
                }
            }
        }
        return tried;
    }

    private @Nullable Host once(PickContext context) {
        var shares =
                context.triedPriorities() == 0
                        ? load
                        : PriorityLoad.of(sets, policy.panicPercent(), context.triedPriorities());
        var forced = context.forcedPriority();
        var chosen = forced >= 0 ? forced : shares.choose(draw.below(100));
        var priority = chosen & ~PriorityLoad.DEGRADED;
        var level = levels.get(priority);
        if (shares.panic(priority)) {
            means.observer().count(ClusterEvent.LB_HEALTHY_PANIC);
            return policy.spread().failsOnPanic() ? null : level.all.pick(context);
        }
        var health = chosen == priority ? Health.HEALTHY : Health.DEGRADED;
        var source = level.source(health, context);
        return source == null ? null : source.pick(context);
    }

    /// One priority, laid out.
    private static final class Level {
        private final Turns all;
        private final Turns healthy;
        private final Turns degraded;
        private final @Nullable LocalityTurns healthyPlaces;
        private final @Nullable LocalityTurns degradedPlaces;
        private final @Nullable ZoneChoice zones;

        Level(HostSet set, Policy policy, Means means) {
            all = new Turns(set.hosts().all(), policy, means);
            healthy = new Turns(set.hosts().healthy(), policy, means);
            degraded = new Turns(set.hosts().degraded(), policy, means);
            var weighted = policy.spread().weighted() && set.anyLocalityWeight();
            healthyPlaces = weighted ? LocalityTurns.of(set, Health.HEALTHY, policy, means) : null;
            degradedPlaces =
                    weighted ? LocalityTurns.of(set, Health.DEGRADED, policy, means) : null;
            zones = weighted ? null : ZoneChoice.of(set, policy, means);
        }

        @Nullable Turns source(Health health, PickContext context) {
            var places = health == Health.HEALTHY ? healthyPlaces : degradedPlaces;
            if (places != null) {
                return places.next(context.worker());
            }
            if (zones != null && health == Health.HEALTHY) {
                var near = zones.choose();
                if (near != null) {
                    return near;
                }
            }
            return health == Health.HEALTHY ? healthy : degraded;
        }
    }
}
