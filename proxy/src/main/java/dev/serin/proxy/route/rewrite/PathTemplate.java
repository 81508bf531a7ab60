package dev.serin.proxy.route.rewrite;

import com.google.re2j.Pattern;

import dev.serin.proxy.extension.ConfigProblem;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A pattern of path segments: `*` is one segment, `**` any rest, `{name}` or `{name=pattern}`
/// remembers what it matched. As Envoy's uri_template. Immutable.
public final class PathTemplate {
    private static final String SEGMENT = "a-zA-Z0-9\\-._~%!$&'()+,;:@=";
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
        for (var segment : segments(template.substring(1), template)) {
            var open = segment.startsWith("{");
            var inner = open ? segment.substring(1, segment.length() - 1) : segment;
            var equals = open ? inner.indexOf('=') : -1;
            var name = equals < 0 ? inner : inner.substring(0, equals);
            var pattern = !open ? segment : equals < 0 ? "*" : inner.substring(equals + 1);
            if (restSeen && (pattern.contains("*"))) {
                throw problem(template, "** must be the last pattern");
            }
            restSeen |= pattern.contains("**");
            regex.append('/');
            if (open) {
                if (!name.matches("[a-zA-Z][a-zA-Z0-9_]{0,15}") || !names.add(name)) {
                    throw problem(template, "'" + name + "' is no variable, or twice");
                }
                regex.append("(?P<").append(name).append('>');
            }
            regex.append(expression(pattern, template));
            if (open) {
                regex.append(')');
            }
        }
        if (names.size() > MOST_VARIABLES) {
            throw problem(template, "has more than " + MOST_VARIABLES + " variables");
        }
        return new PathTemplate(Pattern.compile(regex.toString()), Set.copyOf(names));
    }

    /// Splits at slashes, but not at those in braces.
    private static List<String> segments(String text, String template) throws ConfigProblem {
        var segments = new ArrayList<String>();
        var from = 0;
        var inBraces = false;
        for (var i = 0; i <= text.length(); i++) {
            var c = i == text.length() ? '/' : text.charAt(i);
            if (c == '{' && (inBraces || i != from) || c == '}' && !inBraces) {
                throw problem(template, "has a brace out of place");
            }
            inBraces = c == '{' || inBraces && c != '}';
            if (c == '/' && !inBraces) {
                segments.add(text.substring(from, i));
                from = i + 1;
            }
        }
        if (inBraces) {
            throw problem(template, "has an open {");
        }
        for (var segment : segments) {
            if (segment.startsWith("{") != segment.endsWith("}")) {
                throw problem(template, "has a brace out of place");
            }
        }
        return segments;
    }

    private static String expression(String pattern, String template) throws ConfigProblem {
        var regex = new StringBuilder();
        for (var part : pattern.split("/", -1)) {
            regex.append(regex.isEmpty() ? "" : "/");
            switch (part) {
                case "*" -> regex.append(ONE);
                case "**" -> regex.append(REST);
                default -> {
                    if (!part.matches("[" + SEGMENT + "]*")) {
                        throw problem(template, "'" + part + "' is no literal");
                    }
                    regex.append(Pattern.quote(part));
                }
            }
        }
        return regex.toString();
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
