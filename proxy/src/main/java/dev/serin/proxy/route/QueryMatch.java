package dev.serin.proxy.route;

import dev.serin.proxy.extension.ConfigProblem;

import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;

import org.jspecify.annotations.Nullable;

/// A condition on a parameter of the query. As Envoy's QueryParameterMatcher: values are compared
/// as they stand, not decoded.
///
/// @param match null if the parameter need only be there
public record QueryMatch(String name, @Nullable TextMatch match, boolean present) {
    /// @throws ConfigProblem naming what cannot be done
    public static QueryMatch of(QueryParameterMatcher matcher) throws ConfigProblem {
        return switch (matcher.getQueryParameterMatchSpecifierCase()) {
            case STRING_MATCH ->
                    new QueryMatch(matcher.getName(), TextMatch.of(matcher.getStringMatch()), true);
            case PRESENT_MATCH ->
                    new QueryMatch(matcher.getName(), null, matcher.getPresentMatch());
            case QUERYPARAMETERMATCHSPECIFIER_NOT_SET ->
                    new QueryMatch(matcher.getName(), null, true);
        };
    }

    /// Whether a path's query meets it.
    public boolean test(String path) {
        var value = value(path, name);
        if (match == null) {
            return (value != null) == present;
        }
        return value != null && match.test(value);
    }

    /// The first value of a parameter as it stands in a path's query; null if there is none.
    public static @Nullable String value(String path, String name) {
        var at = path.indexOf('?');
        while (at >= 0) {
            var next = path.indexOf('&', at + 1);
            var end = next < 0 ? path.length() : next;
            var equals = path.indexOf('=', at + 1);
            var nameEnd = equals < 0 || equals > end ? end : equals;
            if (nameEnd - at - 1 == name.length() && path.startsWith(name, at + 1)) {
                return nameEnd == end ? "" : path.substring(nameEnd + 1, end);
            }
            at = next;
        }
        return null;
    }
}
