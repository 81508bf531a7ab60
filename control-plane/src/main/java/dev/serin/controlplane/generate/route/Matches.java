package dev.serin.controlplane.generate.route;

import dev.serin.config.istio.HttpMatch;
import dev.serin.config.istio.StringMatch;
import dev.serin.controlplane.generate.Protos;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

import org.jspecify.annotations.Nullable;

/// A match of a VirtualService as Envoy's.
final class Matches {
    private Matches() {}

    static RouteMatch build(@Nullable HttpMatch written) {
        var match = RouteMatch.newBuilder();
        if (written == null) {
            return match.setPrefix("/").build();
        }
        path(written.uri(), match);
        if (written.ignoreUriCase()) {
            match.setCaseSensitive(Protos.no());
        }
        header(":method", written.method(), match);
        header(":authority", written.authority(), match);
        header(":scheme", written.scheme(), match);
        written.headers().forEach((name, value) -> header(name, value, match));
        written.withoutHeaders()
                .forEach((name, value) -> {
                    var without = header(name, value).setInvertMatch(true);
                    if (!(value instanceof StringMatch.Present)) {
                        without.setTreatMissingHeaderAsEmpty(true);
                    }
                    match.addHeaders(without);
                });
        written.queryParams()
                .forEach((name, value) -> match.addQueryParameters(parameter(name, value)));
        return match.build();
    }

    private static void path(@Nullable StringMatch uri, RouteMatch.Builder match) {
        switch (uri) {
            case StringMatch.Exact exact -> match.setPath(exact.value());
            case StringMatch.Prefix prefix -> match.setPrefix(prefix.value());
            case StringMatch.Regex regex -> match.setSafeRegex(regex(regex.value()));
            case StringMatch.Present _ -> match.setPrefix("/");
            case null -> match.setPrefix("/");
        }
    }

    private static void header(String name, @Nullable StringMatch value, RouteMatch.Builder match) {
        if (value != null) {
            match.addHeaders(header(name, value));
        }
    }

    private static HeaderMatcher.Builder header(String name, StringMatch value) {
        var header = HeaderMatcher.newBuilder().setName(name);
        return value instanceof StringMatch.Present
                ? header.setPresentMatch(true)
                : header.setStringMatch(string(value));
    }

    private static QueryParameterMatcher.Builder parameter(String name, StringMatch value) {
        var parameter = QueryParameterMatcher.newBuilder().setName(name);
        return value instanceof StringMatch.Present
                ? parameter.setPresentMatch(true)
                : parameter.setStringMatch(string(value));
    }

    /// Never of a Present, which has no text.
    static StringMatcher string(StringMatch match) {
        var string = StringMatcher.newBuilder();
        switch (match) {
            case StringMatch.Exact exact -> string.setExact(exact.value());
            case StringMatch.Prefix prefix -> string.setPrefix(prefix.value());
            case StringMatch.Regex regex -> string.setSafeRegex(regex(regex.value()));
            case StringMatch.Present _ -> string.setSafeRegex(regex(".*"));
        }
        return string.build();
    }

    static RegexMatcher regex(String regex) {
        return RegexMatcher.newBuilder().setRegex(regex).build();
    }
}
