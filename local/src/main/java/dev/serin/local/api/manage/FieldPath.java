package dev.serin.local.api.manage;

import tools.jackson.databind.json.JsonMapper;

import java.util.Comparator;
import java.util.List;

/// The way to one field: steps in Kubernetes' FieldsV1 form, `f:name` into an object, `k:{…}` to
/// the element of a list with those keys, `v:…` to a scalar of a set, and a last `.` for the
/// element itself.
///
/// @param steps empty for the whole body
record FieldPath(List<String> steps) {
    static final String SELF = ".";

    /// Of what has the same owner, plain fields before those that have fields of their own.
    static final Comparator<FieldPath> ORDER = FieldPath::compare;

    private static int compare(FieldPath a, FieldPath b) {
        var i = 0;
        while (i < a.steps.size() && i < b.steps.size() && a.steps.get(i).equals(b.steps.get(i))) {
            i++;
        }
        if (i == a.steps.size() || i == b.steps.size()) {
            return Integer.compare(a.steps.size(), b.steps.size());
        }
        var leaves = Boolean.compare(i == b.steps.size() - 1, i == a.steps.size() - 1);
        return leaves == 0 ? a.steps.get(i).compareTo(b.steps.get(i)) : leaves;
    }

    FieldPath {
        steps = List.copyOf(steps);
    }

    FieldPath and(String step) {
        var all = new java.util.ArrayList<>(steps);
        all.add(step);
        return new FieldPath(all);
    }

    boolean startsWith(FieldPath other) {
        return steps.size() >= other.steps.size()
                && steps.subList(0, other.steps.size()).equals(other.steps);
    }

    boolean isSelf() {
        return !steps.isEmpty() && steps.getLast().equals(SELF);
    }

    /// The element that a last `.` is about.
    FieldPath owner() {
        return new FieldPath(steps.subList(0, steps.size() - 1));
    }

    /// As errors write it: `.spec.containers[name="web"].image`.
    String text() {
        var text = new StringBuilder();
        for (var step : steps) {
            if (step.startsWith("f:")) {
                text.append('.').append(step, 2, step.length());
            } else if (step.startsWith("k:")) {
                var keys = JsonMapper.shared().readTree(step.substring(2));
                var all =
                        keys.properties().stream()
                                .map(p -> p.getKey() + "=" + p.getValue())
                                .toList();
                text.append('[').append(String.join(",", all)).append(']');
            } else if (step.startsWith("v:")) {
                text.append("[=").append(step, 2, step.length()).append(']');
            }
        }
        return text.toString();
    }
}
