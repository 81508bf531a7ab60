package dev.serin.local.controllers.scale;

import dev.serin.local.controllers.Quantity;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntBinaryOperator;
import java.util.function.ToIntFunction;

/// How fast the number of pods may change: the rules of an autoscaler's `behavior`, with
/// Kubernetes' defaults where it has none.
///
/// @param behaved whether anything is written; Kubernetes has another rule for growth where nothing
///   is
record Pace(Rules up, Rules down, boolean behaved) {
    private static final int CALM = 300;

    /// In one direction.
    ///
    /// @param windowSeconds of which the most careful recommendation counts
    /// @param select `Max`, `Min` or `Disabled`
    record Rules(int windowSeconds, String select, List<Policy> policies, double tolerance) {}

    /// @param percent whether `value` is a share of the pods
    record Policy(boolean percent, int value, int periodSeconds) {}

    /// A number, and what kept it from being another: a reason and a message.
    record Limited(int replicas, String reason, String message) {
        boolean limited() {
            return !reason.equals("DesiredWithinRange");
        }
    }

    /// A change that was made, or a number that was recommended.
    record Entry(long nanos, int replicas) {}

    static Pace of(JsonNode behavior) {
        return new Pace(
                rules(
                        behavior.path("scaleUp"),
                        0,
                        List.of(new Policy(false, 4, 15), new Policy(true, 100, 15))),
                rules(behavior.path("scaleDown"), CALM, List.of(new Policy(true, 100, 15))),
                behavior.isObject() && !behavior.isEmpty());
    }

    private static Rules rules(JsonNode written, int window, List<Policy> usual) {
        var policies = new ArrayList<Policy>();
        for (var policy : written.path("policies")) {
            policies.add(
                    new Policy(
                            policy.path("type").asString("").equals("Percent"),
                            policy.path("value").asInt(0),
                            policy.path("periodSeconds").asInt(15)));
        }
        var tolerance = written.path("tolerance").asString("");
        return new Rules(
                written.path("stabilizationWindowSeconds").asInt(window),
                written.path("selectPolicy").asString("Max"),
                policies.isEmpty() ? usual : policies,
                tolerance.isEmpty() ? Arithmetic.Tolerance.USUAL.up() : Quantity.value(tolerance));
    }

    Arithmetic.Tolerance tolerance() {
        return new Arithmetic.Tolerance(down.tolerance, up.tolerance);
    }

    /// How long anything has to be remembered.
    Duration memory() {
        var longest = Math.max(up.windowSeconds, down.windowSeconds);
        for (var rules : List.of(up, down)) {
            for (var policy : rules.policies) {
                longest = Math.max(longest, policy.periodSeconds);
            }
        }
        return Duration.ofSeconds(longest);
    }

    /// The most careful of what was recommended lately, `desired` among it.
    int calm(int current, int desired, List<Entry> recommended, long now) {
        var lowest = desired;
        var highest = desired;
        for (var one : recommended) {
            if (!behaved || within(one, up.windowSeconds, now)) {
                lowest = Math.min(lowest, one.replicas);
            }
            if (within(one, down.windowSeconds, now)) {
                highest = Math.max(highest, one.replicas);
            }
        }
        if (!behaved) {
            return highest;
        }
        var calm = current;
        if (calm < lowest) {
            calm = lowest;
        }
        return Math.min(calm, highest);
    }

    private static boolean within(Entry entry, int seconds, long now) {
        return now - entry.nanos < Duration.ofSeconds(seconds).toNanos();
    }

    /// As far towards `desired` as may be gone now.
    ///
    /// @param added pods, by when
    /// @param taken pods, by when
    Limited limit(Step step, List<Entry> added, List<Entry> taken, long now) {
        return behaved ? behaved(step, added, taken, now) : plain(step);
    }

    /// From where to where, and the numbers between which it must stay.
    record Step(int current, int desired, int least, int most) {}

    private static Limited plain(Step step) {
        var fast = Math.max(2 * step.current, 4);
        var least = step.least;
        if (step.desired < least) {
            return few(least);
        }
        if (step.desired > Math.min(step.most, fast)) {
            return step.most > fast ? fast(fast) : many(step.most);
        }
        return within(step.desired);
    }

    private Limited behaved(Step step, List<Entry> added, List<Entry> taken, long now) {
        if (step.desired > step.current) {
            var allowed = Math.max(step.current, upTo(step.current, added, taken, now));
            if (step.desired > Math.min(step.most, allowed)) {
                return step.most > allowed ? fast(allowed) : many(step.most);
            }
        } else if (step.desired < step.current) {
            var allowed = Math.min(step.current, downTo(step.current, added, taken, now));
            if (step.desired < Math.max(step.least, allowed)) {
                return step.least < allowed
                        ? new Limited(
                                allowed,
                                "ScaleDownLimit",
                                "the desired replica count is decreasing faster than the maximum"
                                        + " scale rate")
                        : few(step.least);
            }
        }
        return within(step.desired);
    }

    private static Limited few(int least) {
        return new Limited(
                least,
                "TooFewReplicas",
                "the desired replica count is less than the minimum replica count");
    }

    private static Limited many(int most) {
        return new Limited(
                most,
                "TooManyReplicas",
                "the desired replica count is more than the maximum replica count");
    }

    private static Limited fast(int allowed) {
        return new Limited(
                allowed,
                "ScaleUpLimit",
                "the desired replica count is increasing faster than the maximum scale rate");
    }

    private static Limited within(int desired) {
        return new Limited(
                desired, "DesiredWithinRange", "the desired count is within the acceptable range");
    }

    private int upTo(int current, List<Entry> added, List<Entry> taken, long now) {
        IntBinaryOperator choose = up.select.equals("Min") ? Math::min : Math::max;
        return chosen(
                up,
                current,
                choose,
                policy -> {
                    var before = current - since(added, policy, now) + since(taken, policy, now);
                    return policy.percent
                            ? (int) Math.ceil(before * (1 + policy.value / 100.0))
                            : before + policy.value;
                });
    }

    private int downTo(int current, List<Entry> added, List<Entry> taken, long now) {
        // The policy that lets most happen is the one that goes lowest.
        IntBinaryOperator choose = down.select.equals("Min") ? Math::max : Math::min;
        return chosen(
                down,
                current,
                choose,
                policy -> {
                    var before = current - since(added, policy, now) + since(taken, policy, now);
                    return policy.percent
                            ? (int) (before * (1 - policy.value / 100.0))
                            : before - policy.value;
                });
    }

    private static int chosen(
            Rules rules, int current, IntBinaryOperator choose, ToIntFunction<Policy> allowed) {
        return rules.select.equals("Disabled")
                ? current
                : rules.policies.stream().mapToInt(allowed).reduce(choose).orElse(current);
    }

    private static int since(List<Entry> changes, Policy policy, long now) {
        return changes.stream()
                .filter(change -> within(change, policy.periodSeconds, now))
                .mapToInt(Entry::replicas)
                .sum();
    }
}
