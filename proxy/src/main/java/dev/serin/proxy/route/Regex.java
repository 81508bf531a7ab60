package dev.serin.proxy.route;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import dev.serin.proxy.extension.ConfigProblem;

import java.util.ArrayDeque;

/// Compiles the regular expressions of a configuration, and no bombs: a counted repetition is
/// written out by the library, so a few characters could ask for any amount of memory. As RE2 in
/// Envoy, nested counts make no more than 1000 together, and a program has a bound.
public final class Regex {
    private static final long MOST_REPEATS = 1000;

    /// Steps of the program, of which the library makes an object each.
    private static final long MOST_STEPS = 100_000;

    private final String text;
    private int at;

    private Regex(String text) {
        this.text = text;
    }

    /// @throws ConfigProblem if it is no RE2 expression, or too large a one
    public static Pattern compile(String text) throws ConfigProblem {
        new Regex(text).measure();
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw problem(text, "is no RE2 expression: " + e.getMessage());
        }
    }

    private static ConfigProblem problem(String text, String what) {
        var shown = text.length() > 200 ? text.substring(0, 200) + "…" : text;
        return new ConfigProblem("regex", "'" + shown + "' " + what);
    }

    /// What a part of the expression comes to.
    ///
    /// @param repeats the product of the counts that are nested in it
    private record Size(long steps, long repeats) {
        static final Size NOTHING = new Size(0, 1);
        static final Size ONE = new Size(1, 1);

        Size and(Size other) {
            return new Size(steps + other.steps, Math.max(repeats, other.repeats));
        }

        Size times(long count) {
            return new Size(steps * Math.max(1, count) + 1, repeats * Math.max(1, count));
        }
    }

    /// Reads it once from left to right. What it cannot make sense of the library will refuse.
    private void measure() throws ConfigProblem {
        var outer = new ArrayDeque<Size>();
        var before = Size.NOTHING; // of the present group
        var last = Size.NOTHING; // what a repetition would be of
        while (at < text.length()) {
            var c = text.charAt(at++);
            switch (c) {
                case '(' -> {
                    outer.push(before.and(last));
                    before = Size.NOTHING;
                    last = Size.ONE;
                }
                case ')' -> {
                    last = before.and(last).and(Size.ONE);
                    before = outer.isEmpty() ? Size.NOTHING : outer.pop();
                }
                case '*', '+', '?' -> last = last.times(1);
                case '{' -> {
                    var count = count();
                    if (count < 0) {
                        before = before.and(last);
                        last = Size.ONE;
                    } else {
                        last = last.times(count);
                    }
                }
                default -> {
                    before = before.and(last);
                    last = one(c);
                }
            }
            if (last.repeats > MOST_REPEATS) {
                throw problem(text, "repeats more than " + MOST_REPEATS + " times, counts nested");
            }
            if (before.steps + last.steps > MOST_STEPS) {
                throw problem(text, "is larger than " + MOST_STEPS + " steps");
            }
        }
    }

    /// The count behind a brace, its upper end; negative if the brace stands for itself.
    private long count() {
        var end = text.indexOf('}', at);
        if (end < 0 || end - at > 12) {
            return -1;
        }
        var counts = text.substring(at, end).split(",", -1);
        try {
            var least = Long.parseLong(counts[0]);
            var most = counts.length < 2 || counts[1].isEmpty() ? least : Long.parseLong(counts[1]);
            at = end + 1;
            return Math.max(least, most);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /// A character, an escape or a class.
    private Size one(char c) {
        if (c == '[') {
            at = text.startsWith("^", at) ? at + 1 : at;
            at = text.startsWith("]", at) ? at + 1 : at;
            while (at < text.length() && text.charAt(at) != ']') {
                at += text.charAt(at) == '\\' ? 2 : text.startsWith("[:", at) ? named() : 1;
            }
            at++;
            return Size.ONE;
        }
        if (c != '\\' || at >= text.length()) {
            return Size.ONE;
        }
        var escaped = text.charAt(at++);
        if (escaped == 'Q') {
            var end = text.indexOf("\\E", at);
            var length = (end < 0 ? text.length() : end) - at;
            at = end < 0 ? text.length() : end + 2;
            return new Size(length, 1);
        }
        if ((escaped == 'p' || escaped == 'P' || escaped == 'x') && text.startsWith("{", at)) {
            var end = text.indexOf('}', at);
            at = end < 0 ? text.length() : end + 1;
        }
        return Size.ONE;
    }

    /// The length of a class within a class, such as `[:alpha:]`.
    private int named() {
        var end = text.indexOf(":]", at + 2);
        return end < 0 ? 1 : end + 2 - at;
    }
}
