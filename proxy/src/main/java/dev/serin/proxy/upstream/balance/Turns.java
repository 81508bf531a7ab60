package dev.serin.proxy.upstream.balance;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.balance.Policy.SlowStart;

import org.jspecify.annotations.Nullable;

/// Hosts that are equally good, and whose turn it is among them. Each worker counts its own turns.
final class Turns {
    private final Host[] hosts;
    private final Policy.Choice choice;
    private final @Nullable SlowStart slowStart;
    private final Draw draw;
    private final Draw start;
    private final boolean equal;
    private final long youngest;
    private final @Nullable Turn[] turns;

    Turns(Host[] hosts, Policy policy, HostPicker.Means means) {
        this.hosts = hosts;
        this.choice = policy.choice();
        this.slowStart = slowStart(policy.choice());
        this.draw = means.draws().named("host");
        this.start = means.draws().named("round-robin-start");
        this.equal = equal(hosts);
        this.youngest = youngest(hosts);
        this.turns = new @Nullable Turn[means.workers()];
    }

    private static @Nullable SlowStart slowStart(Policy.Choice choice) {
        return switch (choice) {
            case Policy.RoundRobin turn -> turn.slowStart();
            case Policy.LeastRequest least -> least.slowStart();
            case Policy.ReportedWeights reported -> reported.slowStart();
            default -> null;
        };
    }

    private static boolean equal(Host[] hosts) {
        for (var host : hosts) {
            if (host.weight() != hosts[0].weight()) {
                return false;
            }
        }
        return true;
    }

    @Nullable Host pick(PickContext context) {
        if (hosts.length <= 1) {
            return hosts.length == 0 ? null : hosts[0];
        }
        if (choice instanceof Policy.Random) {
            return hosts[draw.below(hosts.length)];
        }
        var now = slowStart == null ? 0 : context.nanos();
        var slow = slowStart != null && now - youngest < slowStart.window().toNanos();
        var turn = turn(context.worker());
        if (!equal || slow) {
            var edf = turn.edf;
            if (edf == null || turn.slow != slow) {
                turn.slow = slow;
                edf = turn.edf = new Edf(hosts.length, i -> weight(i, slow, now), start);
            }
            return hosts[edf.next(i -> weight(i, slow, now))];
        }
        if (choice instanceof Policy.LeastRequest least) {
            return least.fullScan() ? least() : least(least.choices());
        }
        return hosts[Integer.remainderUnsigned(turn.next++, hosts.length)];
    }

    private Turn turn(int worker) {
        var turn = turns[worker];
        if (turn == null) {
            // a start drawn by chance, or every proxy would send its first request to the same host
            turn = turns[worker] = new Turn(start.below(1 << 20));
        }
        return turn;
    }

    private Host least(int choices) {
        var best = hosts[draw.below(hosts.length)];
        for (var i = 1; i < choices; i++) {
            var other = hosts[draw.below(hosts.length)];
            best = other.active() < best.active() ? other : best;
        }
        return best;
    }

    private Host least() {
        var best = hosts[0];
        var load = best.active();
        var tied = 1;
        for (var i = 1; i < hosts.length; i++) {
            var active = hosts[i].active();
            if (active < load || active == load && draw.below(++tied) == 0) {
                tied = active < load ? 1 : tied;
                load = active;
                best = hosts[i];
            }
        }
        return best;
    }

    // ---- weights

    private double weight(int at, boolean slow, long now) {
        var host = hosts[at];
        double weight = host.weight();
        if (choice instanceof Policy.LeastRequest least && least.bias() != 0) {
            var requests = host.active() + 1.0;
            weight /= least.bias() == 1 ? requests : Math.pow(requests, least.bias());
        }
        return slow && slowStart != null ? weight * factor(host, slowStart, now) : weight;
    }

    private static long youngest(Host[] hosts) {
        var youngest = hosts.length == 0 ? 0 : hosts[0].healthySince();
        for (var host : hosts) {
            youngest = host.healthySince() - youngest > 0 ? host.healthySince() : youngest;
        }
        return youngest;
    }

    /// The share of its weight that a host gets so soon after it became healthy.
    static double factor(Host host, SlowStart slow, long now) {
        var window = slow.window().toMillis();
        var since = (now - host.healthySince()) / 1_000_000;
        if (since >= window) {
            return 1;
        }
        var time = Math.max(1, since) / (double) window;
        var grown =
                slow.aggression() == 1 || time == 1 ? time : Math.pow(time, 1 / slow.aggression());
        return Math.max(grown, slow.smallest());
    }

    /// One worker's.
    private static final class Turn {
        private int next;
        private boolean slow;
        private @Nullable Edf edf;

        Turn(int next) {
            this.next = next;
        }
    }
}
