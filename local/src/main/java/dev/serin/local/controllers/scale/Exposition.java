package dev.serin.local.controllers.scale;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/// What a page of metrics in Prometheus' text form says. Lines that are none are left out.
final class Exposition {
    private Exposition() {}

    /// One row of numbers over time.
    record Series(String name, Map<String, String> labels) {}

    /// @param wanted by name
    static Map<Series, Double> read(String page, Predicate<String> wanted) {
        var all = new HashMap<Series, Double>();
        for (var line : page.split("\n")) {
            var end = 0;
            while (end < line.length() && line.charAt(end) != '{' && line.charAt(end) != ' ') {
                end++;
            }
            var name = line.substring(0, end);
            if (name.isEmpty() || name.equals("#") || !wanted.test(name)) {
                continue;
            }
            var labels = new HashMap<String, String>();
            var at =
                    end < line.length() && line.charAt(end) == '{'
                            ? labels(line, end, labels)
                            : end;
            var numbers = line.substring(at).strip().split(" ");
            try {
                all.put(new Series(name, Map.copyOf(labels)), Double.parseDouble(numbers[0]));
            } catch (NumberFormatException _) {
                // No number, no metric.
            }
        }
        return all;
    }

    /// Answers where they end.
    private static int labels(String line, int from, Map<String, String> labels) {
        var at = from + 1;
        while (at < line.length() && line.charAt(at) != '}') {
            var equals = line.indexOf('=', at);
            if (equals < 0 || equals + 1 >= line.length()) {
                return line.length();
            }
            var name = line.substring(at, equals).replace(",", "").strip();
            var value = new StringBuilder();
            at = equals + 2;
            while (at < line.length() && line.charAt(at) != '"') {
                var c = line.charAt(at);
                if (c == '\\' && at + 1 < line.length()) {
                    at++;
                    c = line.charAt(at) == 'n' ? '\n' : line.charAt(at);
                }
                value.append(c);
                at++;
            }
            labels.put(name, value.toString());
            at++;
        }
        return Math.min(line.length(), at + 1);
    }
}
