package dev.serin.proxy.http.cors;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.route.Fraction;
import dev.serin.proxy.route.TextMatch;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What of a cross-origin request is allowed, as one level of the routes says it. What a level does
/// not say, the next outer one may. Immutable. As Envoy's CorsPolicy.
///
/// @param origins empty where this level says nothing
/// @param methods empty where this level says nothing; so `headers`, `exposed` and `maxAge`
/// @param enabled the share of requests that it is in force for; null for all
/// @param shadow the share of requests that are only counted; null for none
record CorsPolicy(
        List<TextMatch> origins,
        String methods,
        String headers,
        String exposed,
        String maxAge,
        @Nullable Boolean credentials,
        @Nullable Boolean privateNetwork,
        @Nullable Boolean forwardUnmatched,
        @Nullable Fraction enabled,
        @Nullable Fraction shadow) {
    static CorsPolicy of(io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy message)
            throws ConfigProblem {
        var origins = new ArrayList<TextMatch>();
        for (var origin : message.getAllowOriginStringMatchList()) {
            try {
                origins.add(TextMatch.of(origin));
            } catch (ConfigProblem e) {
                throw e.under("allow_origin_string_match");
            }
        }
        return new CorsPolicy(
                List.copyOf(origins),
                message.getAllowMethods(),
                message.getAllowHeaders(),
                message.getExposeHeaders(),
                message.getMaxAge(),
                message.hasAllowCredentials() ? message.getAllowCredentials().getValue() : null,
                message.hasAllowPrivateNetworkAccess()
                        ? message.getAllowPrivateNetworkAccess().getValue()
                        : null,
                message.hasForwardNotMatchingPreflights()
                        ? message.getForwardNotMatchingPreflights().getValue()
                        : null,
                message.hasFilterEnabled()
                        ? Fraction.of(message.getFilterEnabled().getDefaultValue())
                        : null,
                message.hasShadowEnabled()
                        ? Fraction.of(message.getShadowEnabled().getDefaultValue())
                        : null);
    }

    boolean allows(String origin) {
        for (var match : origins) {
            if (match.test("*") || match.test(origin)) {
                return true;
            }
        }
        return false;
    }
}
