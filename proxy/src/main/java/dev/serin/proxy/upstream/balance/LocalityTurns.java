package dev.serin.proxy.upstream.balance;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.upstream.balance.Policy.Health;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The localities of one priority, taken in turn by their effective weights. Each worker counts its
/// own turns.
final class LocalityTurns {
    private final List<Turns> localities;
    private final double[] weights;
    private final Draw start;
    private final @Nullable Edf[] turns;

    private LocalityTurns(List<Turns> localities, double[] weights, Draw start, int workers) {
        this.localities = localities;
        this.weights = weights;
        this.start = start;
        this.turns = new @Nullable Edf[workers];
    }

    /// Null if no locality can take load.
    static @Nullable LocalityTurns of(
            HostSet set, Health health, Policy policy, HostPicker.Means means) {
        var localities = new ArrayList<Turns>();
        var weights = new ArrayList<Double>();
        for (var i = 0; i < set.localities().size(); i++) {
            var weight = set.effectiveWeight(i, health);
            if (weight > 0) {
                localities.add(new Turns(set.localities().get(i).of(health), policy, means));
                weights.add(weight);
            }
        }
        return localities.isEmpty()
                ? null
                : new LocalityTurns(
                        localities,
                        weights.stream().mapToDouble(Double::doubleValue).toArray(),
                        means.draws().named("locality"),
                        means.workers());
    }

    Turns next(int worker) {
        if (weights.length == 1) {
            return localities.getFirst();
        }
        var edf = turns[worker];
        if (edf == null) {
            edf = turns[worker] = new Edf(weights.length, i -> weights[i], start);
        }
        return localities.get(edf.next(i -> weights[i]));
    }
}
