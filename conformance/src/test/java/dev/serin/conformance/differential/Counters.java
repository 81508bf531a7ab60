package dev.serin.conformance.differential;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// The counters of a page in Prometheus' text form.
///
/// @param names of all counters, also of those that have no series
/// @param series `name{labels}` to value
record Counters(Set<String> names, Map<String, Long> series) {

    /// Series of what is no part of a scenario.
    private static final List<String> NOT_OURS =
            List.of("=\"xds\"", "=\"local\"", "=\"admin\"", "sentinel");

    private static final Pattern LABEL = Pattern.compile("\\w+=\"[^\"]*\"");

    static Counters read(String page) {
        var names = new HashSet<String>();
        var series = new TreeMap<String, Long>();
        for (var line : page.lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                var words = line.split(" ");
                if (words[3].equals("counter")) {
                    names.add(words[2]);
                }
                continue;
            }
            var end = line.lastIndexOf(' ');
            var brace = line.indexOf('{');
            if (line.startsWith("#") || end < 0) {
                continue;
            }
            var name = line.substring(0, brace < 0 ? end : brace);
            var key = brace < 0 ? name : name + sorted(line.substring(brace + 1, end - 1));
            if (names.contains(name) && NOT_OURS.stream().noneMatch(key::contains)) {
                series.put(key, (long) Double.parseDouble(line.substring(end + 1)));
            }
        }
        return new Counters(names, series);
    }

    /// Labels in the order of their names.
    private static String sorted(String labels) {
        var each = LABEL.matcher(labels).results().map(MatchResult::group).sorted().toList();
        return each.isEmpty() ? "" : "{" + String.join(",", each) + "}";
    }

    /// What was counted since `before`, of the names that `shared` has too.
    Map<String, String> since(Counters before, Set<String> shared) {
        var facts = new TreeMap<String, String>();
        series.forEach((key, value) -> {
            var brace = key.indexOf('{');
            var grown = value - before.series.getOrDefault(key, 0L);
            if (grown != 0 && shared.contains(brace < 0 ? key : key.substring(0, brace))) {
                facts.put("metric " + key, Long.toString(grown));
            }
        });
        return facts;
    }
}
