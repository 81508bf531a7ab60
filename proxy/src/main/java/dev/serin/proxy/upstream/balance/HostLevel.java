package dev.serin.proxy.upstream.balance;

import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.balance.HostPicker.Weighted;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The hosts of one priority, laid out in slots so that a host of twice the weight has twice the
/// slots, spread evenly. Immutable.
final class HostLevel {
    private static final int MAX_SLOTS = 4096;

    private final Host[] hosts;
    private final Host[] slots;
    private final boolean mayPanic;
    private final int healthy;

    HostLevel(List<Weighted> all, int panicPercent) {
        var good = all.stream().filter(Weighted::healthy).toList();
        healthy = good.size();
        var panic = !all.isEmpty() && healthy * 100 < panicPercent * all.size();
        mayPanic = panicPercent > 0;
        var used = panic ? all : good;
        hosts = used.stream().map(Weighted::host).toArray(Host[]::new);
        slots = spread(used);
    }

    /// Smooth weighted round robin, written out for one whole round.
    private static Host[] spread(List<Weighted> hosts) {
        if (hosts.isEmpty()) {
            return new Host[0];
        }
        var divisor = hosts.stream().mapToInt(Weighted::weight).reduce(0, HostLevel::gcd);
        var total = hosts.stream().mapToLong(w -> w.weight() / divisor).sum();
        var scale = Math.max(1.0, total / (double) MAX_SLOTS);
        var weights =
                hosts.stream()
                        .mapToLong(w -> Math.max(1, Math.round(w.weight() / (divisor * scale))))
                        .toArray();
        var round = java.util.Arrays.stream(weights).sum();
        var current = new long[weights.length];
        var slots = new ArrayList<Host>((int) round);
        for (var slot = 0; slot < round; slot++) {
            var best = 0;
            for (var i = 0; i < weights.length; i++) {
                current[i] += weights[i];
                best = current[i] > current[best] ? i : best;
            }
            current[best] -= round;
            slots.add(hosts.get(best).host());
        }
        return slots.toArray(Host[]::new);
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    int slots() {
        return slots.length;
    }

    @Nullable Host at(int turn) {
        return slots.length == 0 ? null : slots[Integer.remainderUnsigned(turn, slots.length)];
    }

    /// Whether a host here is healthy, not ejected.
    boolean usable(long nanos) {
        if (healthy == 0) {
            return false;
        }
        for (var host : hosts) {
            if (!host.ejected(nanos)) {
                return true;
            }
        }
        return false;
    }

    boolean anyEjected(long nanos) {
        for (var host : hosts) {
            if (host.ejected(nanos)) {
                return true;
            }
        }
        return false;
    }

    /// Whether requests go to all hosts since too few are healthy.
    boolean mayPanic() {
        return mayPanic && hosts.length > 0;
    }

    /// The first host from `turn` on that is not ejected, best one not avoided; the avoided one if
    /// there is no other, an ejected one as the last resort.
    @Nullable Host first(int turn, long nanos, PickContext context) {
        Host second = null;
        for (var i = 0; i < hosts.length; i++) {
            var host = hosts[Integer.remainderUnsigned(turn + i, hosts.length)];
            if (!host.ejected(nanos)) {
                if (!context.avoids(host)) {
                    return host;
                }
                second = host;
            }
        }
        return second != null || hosts.length == 0
                ? second
                : hosts[Integer.remainderUnsigned(turn, hosts.length)];
    }
}
