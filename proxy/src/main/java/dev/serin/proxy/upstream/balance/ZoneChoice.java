package dev.serin.proxy.upstream.balance;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.ClusterObserver;
import dev.serin.proxy.upstream.balance.HostPicker.Neighbourhood;
import dev.serin.proxy.upstream.balance.Policy.Health;
import dev.serin.proxy.upstream.balance.Policy.Zone;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Keeps requests in the proxy's own zone as far as the hosts there can take the share that all
/// proxies of the zone send. Immutable. As Envoy's zone-aware routing.
final class ZoneChoice {
    private static final int WHOLE = 10_000;

    private final List<Turns> zones;
    private final Zone zone;
    private final int own;
    private final boolean direct;
    private final long localShare;
    private final long[] residual;
    private final boolean localPanic;
    private final Draw draw;
    private final ClusterObserver observer;

    private ZoneChoice(
            HostSet set,
            int own,
            Neighbourhood local,
            Zone zone,
            Policy policy,
            HostPicker.Means means) {
        this.zone = zone;
        this.own = own;
        this.draw = means.draws().named("zone");
        this.observer = means.observer();
        this.localPanic = PriorityLoad.inPanic(local.cluster(), policy.panicPercent());
        zones = new ArrayList<>();
        var here = new long[set.localities().size()];
        var there = new long[set.localities().size()];
        for (var i = 0; i < set.localities().size(); i++) {
            var healthy = set.localities().get(i).of(Health.HEALTHY);
            zones.add(new Turns(healthy, policy, means));
            there[i] = share(healthy.length, set.hosts().healthy().length);
            var at = local.cluster().places().indexOf(set.places().get(i));
            here[i] =
                    at < 0
                            ? 0
                            : share(
                                    local.cluster().localities().get(at).healthy().length,
                                    local.cluster().hosts().healthy().length);
        }
        // without hosts here all of it goes elsewhere
        direct = own >= 0 && there[own] > 0 && there[own] >= here[own];
        localShare = own >= 0 && here[own] > 0 ? there[own] * WHOLE / here[own] : 0;
        residual = new long[there.length];
        var sum = 0L;
        for (var i = 0; i < residual.length; i++) {
            sum += i == own ? 0 : Math.max(0, there[i] - here[i]);
            residual[i] = sum;
        }
    }

    /// Null if nearness does not count here.
    static @Nullable ZoneChoice of(HostSet set, Policy policy, HostPicker.Means means) {
        var wanted = policy.spread().zone();
        var zone = wanted == null ? Zone.USUAL : wanted;
        var local = means.local();
        if (local == null || set.localities().size() < 2) {
            return null;
        }
        var own = set.places().indexOf(local.own());
        if (set.hosts().healthy().length < zone.smallestCluster()) {
            means.observer().count(ClusterEvent.LB_ZONE_CLUSTER_TOO_SMALL);
            return null;
        }
        return new ZoneChoice(set, own, local, zone, policy, means);
    }

    private static long share(int part, int all) {
        return all == 0 ? 0 : (long) WHOLE * part / all;
    }

    /// Null to take any zone.
    @Nullable Turns choose() {
        if (zone.enabledPercent() < 100 && draw.unit() * 100 >= zone.enabledPercent()) {
            return null;
        }
        if (localPanic) {
            observer.count(ClusterEvent.LB_LOCAL_CLUSTER_NOT_OK);
            return null;
        }
        if (direct) {
            observer.count(ClusterEvent.LB_ZONE_ROUTING_ALL_DIRECTLY);
            return zones.get(own);
        }
        if (draw.below(WHOLE) < localShare) {
            observer.count(ClusterEvent.LB_ZONE_ROUTING_SAMPLED);
            return zones.get(own);
        }
        observer.count(ClusterEvent.LB_ZONE_ROUTING_CROSS_ZONE);
        var all = residual[residual.length - 1];
        if (all == 0) {
            observer.count(ClusterEvent.LB_ZONE_NO_CAPACITY_LEFT);
            return zones.get(draw.below(zones.size()));
        }
        var at = draw.below((int) all);
        var i = 0;
        while (at >= residual[i]) {
            i++;
        }
        return zones.get(i);
    }
}
