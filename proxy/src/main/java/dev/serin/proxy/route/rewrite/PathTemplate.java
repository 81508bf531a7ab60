package dev.serin.proxy.route.rewrite;

import com.google.re2j.Pattern;

import dev.serin.proxy.extension.ConfigProblem;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A pattern of path segments: `*` is one segment, `**` any rest, `{name}` or `{name=pattern}`
/// remembers what it matched; a literal may follow each, as in `*.png`. As Envoy's uri_template.
/// Immutable.
public final class PathTemplate {
    private static final String SEGMENT = "a-zA-Z0-9\\-._~%!$&'()*+,;:@=";
    private static final String ONE = "[" + SEGMENT + "]+";
    private static final String REST = "[" + SEGMENT + "/]*";
    private static final int MOST_VARIABLES = 5;

    private final Pattern pattern;
    private final Set<String> names;

    private PathTemplate(Pattern pattern, Set<String> names) {
        this.pattern = pattern;
        this.names = names;
    }

    /// @throws ConfigProblem saying what is wrong with it
    public static PathTemplate of(String template) throws ConfigProblem {
        if (!template.startsWith("/")) {
            throw problem(template, "does not begin with /");
        }
        var names = new HashSet<String>();
        var regex = new StringBuilder();
        var restSeen = false;
        for (var segment : segments(template)) {
            var close = segment.startsWith("{") ? segment.indexOf('}') : -1;
            var head = close > 0 ? segment.substring(0, close + 1) : glob(segment);
            if (restSeen && head.contains("*")) {
                throw problem(template, "has a * after **");
            }
            restSeen |= head.contains("**");
            regex.append('/').append(close > 0 ? variable(head, names, template) : one(head));
            var rest = segment.substring(head.length());
            if (rest.indexOf('{') >= 0 || rest.indexOf('}') >= 0) {
                throw problem(template, "has a brace out of place");
            }
            regex.append(Pattern.quote(rest));
        }
        if (names.size() > MOST_VARIABLES) {
            throw problem(template, "has more than " + MOST_VARIABLES + " variables");
        }
        return new PathTemplate(Pattern.compile(regex.toString()), Set.copyOf(names));
    }

    /// Splits at slashes, but not at those in braces.
    private static List<String> segments(String template) {
        var segments = new ArrayList<String>();
        var from = 1;
        var inBraces = false;
        for (var i = 1; i < template.length(); i++) {
            var c = template.charAt(i);
            inBraces = c == '{' || inBraces && c != '}';
            if (c == '/' && !inBraces) {
                segments.add(template.substring(from, i));
                from = i + 1;
            }
        }
        segments.add(template.substring(from));
        return segments;
    }

    private static String glob(String segment) {
        return segment.startsWith("**") ? "**" : segment.startsWith("*") ? "*" : "";
    }

    private static String one(String pattern) {
        return switch (pattern) {
            case "*" -> ONE;
            case "**" -> REST;
            default -> Pattern.quote(pattern);
        };
    }

    /// @param text `{name}` or `{name=pattern}`
    private static String variable(String text, Set<String> names, String template)
            throws ConfigProblem {
        var equals = text.indexOf('=');
        var name = text.substring(1, equals < 0 ? text.length() - 1 : equals);
        if (!name.matches("[a-zA-Z][a-zA-Z0-9_]{0,15}") || !names.add(name)) {
            throw problem(template, "'" + name + "' is no variable, or twice");
        }
        var regex = new StringBuilder("(?P<").append(name).append('>');
        var parts = equals < 0 ? "*" : text.substring(equals + 1, text.length() - 1);
        var between = "";
        for (var part : parts.split("/", -1)) {
            if (!glob(part).equals(part) && part.indexOf('*') >= 0) {
                throw problem(template, "'" + part + "' is neither a literal nor * nor **");
            }
            regex.append(between).append(one(part));
            between = "/";
        }
        return regex.append(')').toString();
    }

    private static ConfigProblem problem(String template, String what) {
        return new ConfigProblem("path_template", "'" + template + "' " + what);
    }

    /// Whether the whole of `path` is one of the pattern's.
    public boolean test(String path) {
        return pattern.matches(path);
    }

    /// What a path becomes: text with `{name}` in it. Compiled against this pattern.
    ///
    /// @throws ConfigProblem if it names a variable that the pattern does not have
    public Target target(String text) throws ConfigProblem {
        if (!text.startsWith("/")) {
            throw new ConfigProblem(
                    "path_template_rewrite", "'" + text + "' does not begin with /");
        }
        var parts = new ArrayList<String>();
        var from = 0;
        for (var open = text.indexOf('{'); open >= 0; open = text.indexOf('{', from)) {
            var close = text.indexOf('}', open);
            var name = close < 0 ? "" : text.substring(open + 1, close);
            if (!names.contains(name)) {
                throw new ConfigProblem(
                        "path_template_rewrite", "'" + text + "' names no variable of the match");
            }
            parts.add(text.substring(from, open));
            parts.add(name);
            from = close + 1;
        }
        parts.add(text.substring(from));
        return new Target(pattern, List.copyOf(parts));
    }

    /// Literals and variables by turns, the first and last a literal.
    public record Target(Pattern pattern, List<String> parts) {
        String apply(String path) {
            var matcher = pattern.matcher(path);
            if (!matcher.matches()) {
                return path;
            }
            var made = new StringBuilder();
            for (var i = 0; i < parts.size(); i++) {
                made.append(i % 2 == 0 ? parts.get(i) : matcher.group(parts.get(i)));
            }
            return made.toString();
        }
    }
}
