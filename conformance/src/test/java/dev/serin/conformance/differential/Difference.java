package dev.serin.conformance.differential;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// One fact that is not the same.
///
/// @param ours `(none)` if only Envoy has the fact
record Difference(String scenario, String fact, String ours, String envoy) {
    private static final String NONE = "(none)";
    private static final Pattern THING = Pattern.compile("^(log [0-9]+ |upstream [^ ]+ [0-9]+:)");
    private static final String SPREAD = " spread";

    /// What is different between two passes of a scenario.
    static List<Difference> between(
            String scenario, Map<String, String> ours, Map<String, String> envoy) {
        var facts = new TreeSet<>(ours.keySet());
        facts.addAll(envoy.keySet());
        // where one has refused what the other uses, they answer out of different configurations
        if (!refused(ours).equals(refused(envoy))) {
            facts.removeIf(fact -> !fact.startsWith("refused "));
        }
        var things = new TreeSet<String>();
        var differences = new ArrayList<Difference>();
        for (var fact : facts) {
            var thing = thing(fact);
            if (thing != null && (!has(ours, thing) || !has(envoy, thing))) {
                if (things.add(thing)) {
                    differences.add(
                            new Difference(
                                    scenario, thing, shown(ours, thing), shown(envoy, thing)));
                }
                continue;
            }
            var mine = ours.getOrDefault(fact, NONE);
            var theirs = envoy.getOrDefault(fact, NONE);
            var same =
                    fact.endsWith(SPREAD)
                            ? likely(counts(mine), counts(theirs))
                            : Objects.equals(mine, theirs);
            if (!same) {
                differences.add(new Difference(scenario, fact, mine, theirs));
            }
        }
        return differences;
    }

    private static TreeSet<String> refused(Map<String, String> facts) {
        return facts.keySet().stream()
                .filter(f -> f.startsWith("refused "))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// The line of a log or the request of a server that a fact is about: where only one side has
    /// it at all, its facts are one difference.
    private static @Nullable String thing(String fact) {
        var thing = THING.matcher(fact);
        return thing.find() ? thing.group() : null;
    }

    private static boolean has(Map<String, String> facts, String thing) {
        return facts.keySet().stream().anyMatch(f -> f.startsWith(thing));
    }

    private static String shown(Map<String, String> facts, String thing) {
        var shown =
                facts.entrySet().stream()
                        .filter(f -> f.getKey().startsWith(thing))
                        .filter(f -> !f.getValue().isEmpty() && !f.getValue().equals("-"))
                        .map(f -> f.getKey().substring(thing.length()).strip() + "=" + f.getValue())
                        .collect(Collectors.joining(", "));
        return shown.isEmpty() ? NONE : shown;
    }

    private static Map<String, Integer> counts(String text) {
        var counts = new TreeMap<String, Integer>();
        for (var part : text.split(" ")) {
            var at = part.lastIndexOf('=');
            if (at > 0) {
                counts.put(part.substring(0, at), Integer.parseInt(part.substring(at + 1)));
            }
        }
        return counts;
    }

    /// Whether two samples may be of one distribution: a chi-square test of homogeneity that sees a
    /// difference where there is none in about one of 100,000 comparisons.
    static boolean likely(Map<String, Integer> one, Map<String, Integer> other) {
        var kinds = new TreeSet<>(one.keySet());
        kinds.addAll(other.keySet());
        double sum1 = one.values().stream().mapToInt(i -> i).sum();
        double sum2 = other.values().stream().mapToInt(i -> i).sum();
        if (sum1 == 0 || sum2 == 0) {
            return sum1 == sum2;
        }
        var chi = 0.0;
        for (var kind : kinds) {
            double a = one.getOrDefault(kind, 0);
            double b = other.getOrDefault(kind, 0);
            var difference = Math.sqrt(sum2 / sum1) * a - Math.sqrt(sum1 / sum2) * b;
            chi += difference * difference / (a + b);
        }
        // The quantile by Wilson and Hilferty's approximation, for a normal quantile of 4.26.
        double freedom = Math.max(1, kinds.size() - 1);
        var root = 1 - 2 / (9 * freedom) + 4.26 * Math.sqrt(2 / (9 * freedom));
        return chi <= freedom * root * root * root;
    }

    @Override
    public String toString() {
        return "  " + fact + "\n    ours:  " + ours + "\n    envoy: " + envoy;
    }
}
