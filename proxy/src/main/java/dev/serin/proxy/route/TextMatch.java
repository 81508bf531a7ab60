package dev.serin.proxy.route;

import com.google.re2j.Pattern;

import dev.serin.proxy.extension.ConfigProblem;

import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

import java.util.Locale;

/// A condition on a text. As Envoy's StringMatcher.
@FunctionalInterface
public interface TextMatch {
    boolean test(String text);

    /// @throws ConfigProblem if the pattern is missing or is no RE2 expression
    static TextMatch of(StringMatcher matcher) throws ConfigProblem {
        var fold = matcher.getIgnoreCase();
        return switch (matcher.getMatchPatternCase()) {
            case EXACT -> exact(matcher.getExact(), fold);
            case PREFIX -> prefix(matcher.getPrefix(), fold);
            case SUFFIX -> suffix(matcher.getSuffix(), fold);
            case CONTAINS -> contains(matcher.getContains(), fold);
            case SAFE_REGEX -> {
                if (fold) {
                    throw new ConfigProblem(
                            "ignore_case", "has no effect on safe_regex; write (?i) in the regex");
                }
                yield regex(matcher.getSafeRegex());
            }
            case CUSTOM, MATCHPATTERN_NOT_SET ->
                    throw new ConfigProblem(
                            "string_match", matcher.getMatchPatternCase() + " is not supported");
        };
    }

    static TextMatch exact(String wanted, boolean fold) {
        return fold ? wanted::equalsIgnoreCase : wanted::equals;
    }

    static TextMatch prefix(String wanted, boolean fold) {
        return fold
                ? text -> text.regionMatches(true, 0, wanted, 0, wanted.length())
                : text -> text.startsWith(wanted);
    }

    static TextMatch suffix(String wanted, boolean fold) {
        var length = wanted.length();
        return fold
                ? text -> text.regionMatches(true, text.length() - length, wanted, 0, length)
                : text -> text.endsWith(wanted);
    }

    static TextMatch contains(String wanted, boolean fold) {
        var lower = wanted.toLowerCase(Locale.ROOT);
        return fold
                ? text -> text.toLowerCase(Locale.ROOT).contains(lower)
                : text -> text.contains(wanted);
    }

    /// The whole text must match.
    static TextMatch regex(RegexMatcher matcher) throws ConfigProblem {
        var pattern = pattern(matcher.getRegex());
        return pattern::matches;
    }

    /// @throws ConfigProblem if it is no RE2 expression
    static Pattern pattern(String regex) throws ConfigProblem {
        return Regex.compile(regex);
    }
}
