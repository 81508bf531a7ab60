package dev.serin.proxy.route.rewrite;

import com.google.re2j.Pattern;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.route.TextMatch;

import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;

import java.util.ArrayList;
import java.util.List;

/// An expression and what stands in the place of each match. As Envoy's RegexMatchAndSubstitute: a
/// group is `\1`, a backslash `\\`, and `$` is a dollar.
public final class Substitution {
    private final Pattern pattern;
    private final List<Part> parts;

    /// A literal, or the group of this number where the literal is empty.
    private record Part(String text, int group) {}

    private Substitution(Pattern pattern, List<Part> parts) {
        this.pattern = pattern;
        this.parts = parts;
    }

    /// @throws ConfigProblem if it is no RE2 expression, or a group is named that it does not have
    public static Substitution of(RegexMatchAndSubstitute message) throws ConfigProblem {
        var pattern = TextMatch.pattern(message.getPattern().getRegex());
        var parts = new ArrayList<Part>();
        var literal = new StringBuilder();
        var text = message.getSubstitution();
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c != '\\') {
                literal.append(c);
                continue;
            }
            var next = ++i < text.length() ? text.charAt(i) : ' ';
            if (next == '\\') {
                literal.append('\\');
            } else if (next >= '0' && next <= '9') {
                if (next - '0' > pattern.groupCount()) {
                    throw new ConfigProblem(
                            "substitution", "'" + text + "' names group " + next + " of too few");
                }
                add(parts, literal);
                parts.add(new Part("", next - '0'));
            } else {
                throw new ConfigProblem(
                        "substitution", "'" + text + "' has a \\ before neither digit nor \\");
            }
        }
        add(parts, literal);
        return new Substitution(pattern, List.copyOf(parts));
    }

    private static void add(List<Part> parts, StringBuilder literal) {
        if (!literal.isEmpty()) {
            parts.add(new Part(literal.toString(), 0));
            literal.setLength(0);
        }
    }

    /// `text` with every match replaced.
    public String apply(String text) {
        var matcher = pattern.matcher(text);
        var made = new StringBuilder(text.length() + 16);
        var from = 0;
        while (matcher.find()) {
            if (matcher.end() == matcher.start() && matcher.start() == from && from > 0) {
                continue; // RE2: nothing empty right after a match
            }
            made.append(text, from, matcher.start());
            for (var part : parts) {
                var group = part.text().isEmpty() ? matcher.group(part.group()) : part.text();
                made.append(group == null ? "" : group);
            }
            from = matcher.end();
        }
        return made.append(text, from, text.length()).toString();
    }
}
