package dev.serin.proxy.route;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.stream.RouteUse;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// One route of a virtual host: which requests, and what happens to them. Immutable.
///
/// @param fraction of the matching requests that it takes, null for all
/// @param use as logs see it
/// @param perFilter compiled `typed_per_filter_config`, by the filter's name
record Route(
        String name,
        PathMatch path,
        List<HeaderMatch> headers,
        List<QueryMatch> query,
        @Nullable Fraction fraction,
        RouteAction action,
        HeaderChanges requestChanges,
        HeaderChanges responseChanges,
        RouteUse use,
        Map<String, Object> perFilter) {
    boolean test(RequestHead request, int pathEnd, Draw draw) {
        if (!path.test(request.path(), pathEnd)) {
            return false;
        }
        for (var header : headers) {
            if (!header.test(request)) {
                return false;
            }
        }
        for (var parameter : query) {
            if (!parameter.test(request.path())) {
                return false;
            }
        }
        return fraction == null || fraction.hits(draw);
    }
}
