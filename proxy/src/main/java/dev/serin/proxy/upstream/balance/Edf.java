package dev.serin.proxy.upstream.balance;

import dev.serin.base.chance.Draw;

/// Takes things in turn by weights that may change meanwhile: the one whose next turn comes
/// earliest, where a turn lasts one by its weight. One worker's; not safe for two threads. As
/// Envoy's earliest deadline first scheduler.
final class Edf {
    /// The present weight of the thing with this number; those that are not above 0 count as the
    /// smallest there is.
    interface Weights {
        double of(int thing);
    }

    private static final double SMALLEST = 1e-6;

    private final double[] due;
    private final int[] heap;
    private double now;

    /// @param phase where in its first turn each thing begins, so that no two schedulers agree
    Edf(int things, Weights weights, Draw phase) {
        due = new double[things];
        heap = new int[things];
        for (var i = 0; i < things; i++) {
            due[i] = (1 - phase.unit()) * turn(weights, i);
            heap[i] = i;
        }
        for (var i = things / 2 - 1; i >= 0; i--) {
            sink(i);
        }
    }

    private static double turn(Weights weights, int thing) {
        return 1 / Math.max(SMALLEST, weights.of(thing));
    }

    /// The thing whose turn it is.
    int next(Weights weights) {
        var first = heap[0];
        now = due[first];
        due[first] = now + turn(weights, first);
        sink(0);
        return first;
    }

    private void sink(int from) {
        var at = from;
        var thing = heap[at];
        while (2 * at + 1 < heap.length) {
            var child = 2 * at + 1;
            if (child + 1 < heap.length && due[heap[child + 1]] < due[heap[child]]) {
                child++;
            }
            if (due[heap[child]] >= due[thing]) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = thing;
    }
}
