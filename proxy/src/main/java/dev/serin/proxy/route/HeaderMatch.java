package dev.serin.proxy.route;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;

import java.util.Locale;

/// A condition on a header of a request or response. As Envoy's HeaderMatcher: of several values
/// one is enough.
///
/// @param name in lower case, a pseudo header included
/// @param missing what an absent header answers
public record HeaderMatch(String name, TextMatch match, boolean missing, boolean invert) {
    /// Whether the request meets it.
    public boolean test(RequestHead request) {
        if (name.startsWith(":") || name.equals("host")) {
            var value = request.get(name);
            return value == null ? missing : match.test(value) != invert;
        }
        return test(request.headers());
    }

    /// Whether the response meets it.
    public boolean test(ResponseHead response) {
        return name.equals(":status")
                ? match.test(Integer.toString(response.status())) != invert
                : test(response.headers());
    }

    private boolean test(Headers headers) {
        var at = headers.indexOf(name, 0);
        if (at < 0) {
            return missing;
        }
        for (; at >= 0; at = headers.indexOf(name, at + 1)) {
            if (match.test(headers.value(at))) {
                return !invert;
            }
        }
        return invert;
    }

    /// @throws ConfigProblem naming what cannot be done
    public static HeaderMatch of(HeaderMatcher matcher) throws ConfigProblem {
        var name = matcher.getName().toLowerCase(Locale.ROOT);
        var invert = matcher.getInvertMatch();
        if (matcher.getHeaderMatchSpecifierCase()
                == HeaderMatcher.HeaderMatchSpecifierCase.PRESENT_MATCH) {
            var present = matcher.getPresentMatch() != invert;
            var missing = present == matcher.getTreatMissingHeaderAsEmpty();
            return new HeaderMatch(name, _ -> present, missing, false);
        }
        if (matcher.getHeaderMatchSpecifierCase()
                == HeaderMatcher.HeaderMatchSpecifierCase.HEADERMATCHSPECIFIER_NOT_SET) {
            var missing = matcher.getTreatMissingHeaderAsEmpty() != invert;
            return new HeaderMatch(name, _ -> !invert, missing, false);
        }
        try {
            var match = text(matcher);
            // Envoy: a missing header fails a value match even if that is inverted
            var missing = matcher.getTreatMissingHeaderAsEmpty() && match.test("") != invert;
            return new HeaderMatch(name, match, missing, invert);
        } catch (ConfigProblem e) {
            throw e.under("header '" + name + "'");
        }
    }

    @SuppressWarnings("deprecation") // Istio still sends the older forms
    private static TextMatch text(HeaderMatcher matcher) throws ConfigProblem {
        return switch (matcher.getHeaderMatchSpecifierCase()) {
            case EXACT_MATCH -> TextMatch.exact(matcher.getExactMatch(), false);
            case PREFIX_MATCH -> TextMatch.prefix(matcher.getPrefixMatch(), false);
            case SUFFIX_MATCH -> TextMatch.suffix(matcher.getSuffixMatch(), false);
            case CONTAINS_MATCH -> TextMatch.contains(matcher.getContainsMatch(), false);
            case SAFE_REGEX_MATCH -> TextMatch.regex(matcher.getSafeRegexMatch());
            case STRING_MATCH -> TextMatch.of(matcher.getStringMatch());
            case RANGE_MATCH -> {
                var range = matcher.getRangeMatch();
                yield text -> inRange(text, range.getStart(), range.getEnd());
            }
            case PRESENT_MATCH, HEADERMATCHSPECIFIER_NOT_SET ->
                    throw new ConfigProblem("header_match_specifier", "is missing");
        };
    }

    private static boolean inRange(String text, long start, long end) {
        try {
            var number = Long.parseLong(text);
            return start <= number && number < end;
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
