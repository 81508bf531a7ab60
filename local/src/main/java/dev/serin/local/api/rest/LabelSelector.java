package dev.serin.local.api.rest;

import dev.serin.local.api.Refusal;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Which labels a resource must have, all of the requirements together.
public record LabelSelector(List<Requirement> requirements) {
    public static final LabelSelector ALL = new LabelSelector(List.of());

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][-A-Za-z0-9_./]*");
    private static final Pattern SET =
            Pattern.compile("\\s*([^\\s!=(),]+)\\s+(in|notin)\\s*\\(([^)]*)\\)\\s*");
    private static final Pattern EQUAL =
            Pattern.compile("\\s*([^\\s!=(),]+)\\s*(==|=|!=)\\s*([^\\s!=(),]*)\\s*");
    private static final Pattern PRESENT = Pattern.compile("\\s*(!?)\\s*([^\\s!=(),]+)\\s*");

    /// @param operator In, NotIn, Exists or DoesNotExist
    record Requirement(String key, String operator, List<String> values) {
        boolean matches(Map<String, String> labels) {
            var value = labels.get(key);
            return switch (operator) {
                case "In" -> value != null && values.contains(value);
                case "NotIn" -> value == null || !values.contains(value);
                case "Exists" -> value != null;
                default -> value == null;
            };
        }
    }

    public boolean matches(Map<String, String> labels) {
        return requirements.stream().allMatch(r -> r.matches(labels));
    }

    /// Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
    ///
    /// @throws Refusal 400 when it is none
    public static LabelSelector parse(String text) {
        if (text.isBlank()) {
            return ALL;
        }
        var all = new ArrayList<Requirement>();
        for (var part : split(text)) {
            var set = SET.matcher(part);
            var equal = EQUAL.matcher(part);
            var present = PRESENT.matcher(part);
            if (set.matches()) {
                var values = List.of(set.group(3).split(",")).stream().map(String::strip).toList();
                all.add(
                        new Requirement(
                                set.group(1), set.group(2).equals("in") ? "In" : "NotIn", values));
            } else if (equal.matches()) {
                all.add(
                        new Requirement(
                                equal.group(1),
                                equal.group(2).equals("!=") ? "NotIn" : "In",
                                List.of(equal.group(3))));
            } else if (present.matches()) {
                all.add(
                        new Requirement(
                                present.group(2),
                                present.group(1).isEmpty() ? "Exists" : "DoesNotExist",
                                List.of()));
            } else {
                throw unreadable(part);
            }
        }
        return new LabelSelector(List.copyOf(all));
    }

    /// Says which word came where another was awaited.
    private static Refusal unreadable(String part) {
        var words = part.strip().split("\\s+");
        if (KEY.matcher(words[0]).matches() && words.length > 1) {
            return Refusal.badRequest(
                    "unable to parse requirement: found '"
                            + words[1]
                            + "', expected: in, notin, =, ==, !=, gt, lt");
        }
        return Refusal.badRequest(
                "found '"
                        + part.strip().substring(0, Math.min(1, part.strip().length()))
                        + "', expected: !, identifier, or 'end of string'");
    }

    /// Reads a selector as resources write it: matchLabels and matchExpressions.
    public static LabelSelector of(JsonNode selector) {
        var all = new ArrayList<Requirement>();
        selector.path("matchLabels")
                .properties()
                .forEach(p ->
                        all.add(
                                new Requirement(
                                        p.getKey(), "In", List.of(p.getValue().asString("")))));
        for (var expression : selector.path("matchExpressions")) {
            var values = new ArrayList<String>();
            expression.path("values").forEach(v -> values.add(v.asString("")));
            all.add(
                    new Requirement(
                            expression.path("key").asString(""),
                            expression.path("operator").asString(""),
                            List.copyOf(values)));
        }
        return new LabelSelector(List.copyOf(all));
    }

    /// At commas outside parentheses.
    private static List<String> split(String text) {
        var parts = new ArrayList<String>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '(' -> depth++;
                case ')' -> depth--;
                case ',' -> {
                    if (depth == 0) {
                        parts.add(text.substring(start, i));
                        start = i + 1;
                    }
                }
                default -> {}
            }
        }
        parts.add(text.substring(start));
        return parts;
    }
}
