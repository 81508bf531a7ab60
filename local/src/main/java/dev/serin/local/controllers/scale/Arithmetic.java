package dev.serin.local.controllers.scale;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// How many pods a measured value asks for: the sums of Kubernetes' horizontal pod autoscaler,
/// without anything around them. Amounts are in thousandths throughout: of a core, of a byte, of a
/// request a second.
final class Arithmetic {
    private Arithmetic() {}

    /// What a pod's value counts for.
    enum State {
        READY,
        /// Its value is not to be trusted yet; it counts as if it used nothing when there should be
        /// more pods, and not at all else.
        UNREADY,
        /// Nothing is known; taken to be what speaks against a change.
        MISSING,
        /// Going, or failed.
        IGNORED
    }

    /// @param used unused where nothing is known
    /// @param requested 0 where shares of a request don't matter
    record Pod(State state, double used, double requested) {}

    /// How far from the target a value may be without consequence, as a share of the target.
    record Tolerance(double down, double up) {
        static final Tolerance USUAL = new Tolerance(0.1, 0.1);

        boolean holds(double ratio) {
            return 1 - down <= ratio && ratio <= 1 + up;
        }
    }

    /// @param average of a pod
    /// @param utilization percent of what is requested; null for a target that is an amount
    record Proposal(int replicas, double average, @Nullable Integer utilization) {}

    /// Of the pods' use as a share of what they request.
    ///
    /// @param target percent
    static @Nullable Proposal utilization(
            int current, int target, List<Pod> pods, Tolerance tolerance) {
        return of(
                current,
                pods,
                tolerance,
                known -> (double) percent(known) / target,
                pod -> pod.requested * Math.max(100, target) / 100,
                true);
    }

    /// Of the pods' average.
    static @Nullable Proposal average(
            int current, double target, List<Pod> pods, Tolerance tolerance) {
        return of(current, pods, tolerance, known -> mean(known) / target, _ -> target, false);
    }

    private static int percent(List<Pod> known) {
        var requested = known.stream().mapToDouble(Pod::requested).sum();
        return (int) (known.stream().mapToDouble(Pod::used).sum() * 100 / requested);
    }

    private static double mean(List<Pod> known) {
        return known.stream().mapToDouble(Pod::used).average().orElse(0);
    }

    /// @param ratio of the pods' use to the target
    /// @param cautious what a pod of which nothing is known is taken to use when there should be
    ///   fewer
    /// @return null when nothing is known of any pod
    private static @Nullable Proposal of(
            int current,
            List<Pod> pods,
            Tolerance tolerance,
            ToDoubleFunction<List<Pod>> ratio,
            ToDoubleFunction<Pod> cautious,
            boolean shares) {
        var ready = in(pods, State.READY);
        if (ready.isEmpty()) {
            return null;
        }
        var first = ratio.applyAsDouble(ready);
        var average = mean(ready);
        var utilization = shares ? percent(ready) : null;
        var missing = in(pods, State.MISSING);
        var unready = first > 1 ? in(pods, State.UNREADY) : List.<Pod>of();
        if (missing.isEmpty() && unready.isEmpty()) {
            var replicas = tolerance.holds(first) ? current : (int) Math.ceil(first * ready.size());
            return new Proposal(replicas, average, utilization);
        }
        var all = new ArrayList<>(ready);
        for (var pod : missing) {
            if (first == 1) {
                break;
            }
            var used = first < 1 ? cautious.applyAsDouble(pod) : 0;
            all.add(new Pod(State.READY, used, pod.requested));
        }
        unready.forEach(pod -> all.add(new Pod(State.READY, 0, pod.requested)));
        var second = ratio.applyAsDouble(all);
        var turned = first < 1 && second > 1 || first > 1 && second < 1;
        var replicas = (int) Math.ceil(second * all.size());
        var against = second < 1 && replicas > current || second > 1 && replicas < current;
        return new Proposal(
                tolerance.holds(second) || turned || against ? current : replicas,
                average,
                utilization);
    }

    private static List<Pod> in(List<Pod> pods, State state) {
        return pods.stream().filter(pod -> pod.state == state).toList();
    }

    /// Of one value for all pods together.
    ///
    /// @param ready pods
    static int total(int current, double value, double target, int ready, Tolerance tolerance) {
        var ratio = value / target;
        if (current == 0) {
            return (int) Math.ceil(ratio);
        }
        return tolerance.holds(ratio) ? current : (int) Math.ceil(ratio * ready);
    }

    /// Of one value that the pods divide among them.
    ///
    /// @param there pods that the target of the scaling says it has
    static int share(int current, double value, double target, int there, Tolerance tolerance) {
        return there > 0 && tolerance.holds(value / (target * there))
                ? current
                : (int) Math.ceil(value / target);
    }
}
