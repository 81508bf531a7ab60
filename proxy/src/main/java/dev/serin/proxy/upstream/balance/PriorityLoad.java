package dev.serin.proxy.upstream.balance;

import dev.serin.proxy.upstream.Host;

import java.util.Arrays;
import java.util.List;

/// What share of the requests goes to which priority, in per cent, and to its healthy or its
/// degraded hosts. Immutable. As Envoy computes priority load: availability is health times
/// overprovisioning; what a priority cannot take spills over to the next; below the panic threshold
/// health is not looked at.
final class PriorityLoad {
    private final int[] healthy;
    private final int[] degraded;
    private final boolean[] panic;

    private PriorityLoad(int[] healthy, int[] degraded, boolean[] panic) {
        this.healthy = healthy;
        this.degraded = degraded;
        this.panic = panic;
    }

    static PriorityLoad of(List<HostSet> sets, int panicPercent) {
        return of(sets, panicPercent, 0);
    }

    /// @param left out priorities, a bit each; unless no other is available
    static PriorityLoad of(List<HostSet> sets, int panicPercent, int left) {
        var count = sets.size();
        var health = new int[count];
        var degradation = new int[count];
        for (var i = 0; i < count; i++) {
            if ((left >> i & 1) == 0) {
                health[i] = availability(sets.get(i), sets.get(i).hosts().healthy());
                degradation[i] = availability(sets.get(i), sets.get(i).hosts().degraded());
            }
        }
        var total = Math.min(100, Arrays.stream(health).sum() + Arrays.stream(degradation).sum());
        if (total == 0 && left != 0) {
            return of(sets, panicPercent, 0);
        }
        var load = new PriorityLoad(new int[count], new int[count], new boolean[count]);
        if (total > 0) {
            load.share(health, degradation, total);
        }
        load.panic(sets, panicPercent, total);
        return load;
    }

    private static int availability(HostSet set, Host[] good) {
        var hosts = set.hosts();
        if (!set.weighted()) {
            var counted = hosts.all().length - hosts.excluded().length;
            return counted <= 0
                    ? 0
                    : (int) Math.min(100, (long) set.overprovisioning() * good.length / counted);
        }
        var all = weight(hosts.all()) - weight(hosts.excluded());
        return all <= 0 ? 0 : (int) Math.min(100, set.overprovisioning() * weight(good) / all);
    }

    private static long weight(Host[] hosts) {
        var sum = 0L;
        for (var host : hosts) {
            sum += host.weight();
        }
        return sum;
    }

    private void share(int[] health, int[] degradation, int total) {
        var rest = distribute(healthy, health, 100, total);
        rest = distribute(degraded, degradation, rest, total);
        if (rest == 0) {
            return;
        }
        // What rounding has left goes to the first that can take it.
        for (var i = 0; i < health.length; i++) {
            if (health[i] > 0) {
                healthy[i] += rest;
                return;
            }
        }
        for (var i = 0; i < degradation.length; i++) {
            if (degradation[i] > 0) {
                degraded[i] += rest;
                return;
            }
        }
    }

    private static int distribute(int[] load, int[] available, int rest, int total) {
        var left = rest;
        for (var i = 0; i < available.length; i++) {
            load[i] = Math.min(left, available[i] * 100 / total);
            left -= load[i];
        }
        return left;
    }

    private void panic(List<HostSet> sets, int percent, int total) {
        if (sets.isEmpty()) {
            return;
        }
        if (percent == 0 && total == 0) {
            healthy[0] = 100; // nobody is there, but somewhere it must go
            return;
        }
        var everywhere = true;
        for (var i = 0; i < panic.length; i++) {
            panic[i] = total < 100 && inPanic(sets.get(i), percent);
            everywhere &= panic[i];
        }
        if (everywhere) {
            shareInPanic(sets);
        }
    }

    /// Whether too few of these hosts are available to look at health.
    static boolean inPanic(HostSet set, int percent) {
        var hosts = set.hosts();
        var counted = hosts.all().length - hosts.excluded().length;
        var good = counted == 0 ? 0.0 : 100.0 * hosts.healthy().length / counted;
        var fair = counted == 0 ? 0.0 : 100.0 * hosts.degraded().length / counted;
        return good + fair < percent;
    }

    private void shareInPanic(List<HostSet> sets) {
        var all = 0;
        for (var set : sets) {
            all += set.hosts().all().length;
        }
        if (all == 0) {
            healthy[0] = 100;
            return;
        }
        var rest = 100;
        var first = -1;
        for (var i = 0; i < healthy.length; i++) {
            var here = sets.get(i).hosts().all().length;
            first = first < 0 && here > 0 ? i : first;
            healthy[i] = 100 * here / all;
            degraded[i] = 0;
            rest -= healthy[i];
        }
        healthy[first] += rest;
    }

    /// The priority that a hash or draw falls to, with a bit above it if its degraded hosts are
    /// meant: see [#DEGRADED].
    int choose(long hash) {
        var at = (int) Long.remainderUnsigned(hash, 100) + 1;
        var sum = 0;
        for (var i = 0; i < healthy.length; i++) {
            sum += healthy[i];
            if (at <= sum) {
                return i;
            }
        }
        for (var i = 0; i < degraded.length; i++) {
            sum += degraded[i];
            if (at <= sum) {
                return i | DEGRADED;
            }
        }
        return 0;
    }

    /// Marks a choice of degraded hosts.
    static final int DEGRADED = 1 << 30;

    boolean panic(int priority) {
        return panic[priority];
    }

    int[] healthy() {
        return healthy.clone();
    }

    int[] degraded() {
        return degraded.clone();
    }
}
