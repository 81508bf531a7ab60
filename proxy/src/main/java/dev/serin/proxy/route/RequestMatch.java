package dev.serin.proxy.route;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.RequestHead;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Which requests a route takes. As Envoy's RouteMatch. Immutable.
///
/// @param grpc whether it takes gRPC only
/// @param fraction of the matching requests that it takes, null for all
record RequestMatch(
        PathMatch path,
        boolean grpc,
        List<HeaderMatch> headers,
        List<QueryMatch> query,
        @Nullable Fraction fraction) {
    /// A path, and nothing else.
    boolean onlyPath() {
        return !grpc && headers.isEmpty() && query.isEmpty() && fraction == null;
    }

    /// Whether it takes the request.
    ///
    /// @param end where the path's query begins, or its length
    boolean test(RequestHead request, String path, int end, Chance chance) {
        if (!this.path.test(request, path, end)) {
            return false;
        }
        if (grpc && !request.isGrpc()) {
            return false;
        }
        for (var header : headers) {
            if (!header.test(request)) {
                return false;
            }
        }
        for (var parameter : query) {
            if (!parameter.test(path)) {
                return false;
            }
        }
        return fraction == null || fraction.hits(chance);
    }

    /// @throws ConfigProblem naming what cannot be done
    static RequestMatch of(io.envoyproxy.envoy.config.route.v3.RouteMatch match)
            throws ConfigProblem {
        if (match.hasTlsContext()
                || match.getDynamicMetadataCount() > 0
                || match.getFilterStateCount() > 0) {
            throw new ConfigProblem(
                    "match", "tls_context, dynamic_metadata and filter_state are not supported");
        }
        var headers = new ArrayList<HeaderMatch>();
        for (var header : match.getHeadersList()) {
            headers.add(HeaderMatch.of(header));
        }
        var query = new ArrayList<QueryMatch>();
        for (var parameter : match.getQueryParametersList()) {
            query.add(QueryMatch.of(parameter));
        }
        return new RequestMatch(
                PathMatch.of(match),
                match.hasGrpc(),
                List.copyOf(headers),
                List.copyOf(query),
                match.hasRuntimeFraction()
                        ? Fraction.of(match.getRuntimeFraction().getDefaultValue())
                        : null);
    }
}
