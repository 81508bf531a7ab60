package dev.serin.proxy.route;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.DynamicMetadata;
import dev.serin.proxy.stream.FilterState;
import dev.serin.proxy.stream.Slots;

import io.envoyproxy.envoy.config.route.v3.RouteMatch.TlsContextMatchOptions;
import io.envoyproxy.envoy.type.matcher.v3.FilterStateMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher.PathSegment;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Which requests a route takes. As Envoy's RouteMatch. Immutable.
///
/// @param grpc whether it takes gRPC only
/// @param facts what must be known of the stream beside
/// @param fraction of the matching requests that it takes, null for all
record RequestMatch(
        PathMatch path,
        boolean grpc,
        List<HeaderMatch> headers,
        List<QueryMatch> query,
        List<FactMatch> facts,
        @Nullable Fraction fraction) {
    /// A condition on what is known of a stream beside its head.
    @FunctionalInterface
    interface FactMatch {
        boolean test(Asked asked);
    }

    /// What a match may look at.
    record Asked(RequestHead request, Downstream downstream, Slots slots, Fraction.Chance chance) {}

    /// Whether it takes the request.
    ///
    /// @param end where the path's query begins, or its length
    boolean test(Asked asked, String path, int end) {
        var request = asked.request();
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
        for (var fact : facts) {
            if (!fact.test(asked)) {
                return false;
            }
        }
        return fraction == null || fraction.hits(asked.chance());
    }

    /// @throws ConfigProblem naming what cannot be done
    static RequestMatch of(io.envoyproxy.envoy.config.route.v3.RouteMatch match)
            throws ConfigProblem {
        var facts = new ArrayList<FactMatch>();
        if (match.hasTlsContext()) {
            facts.add(tls(match.getTlsContext()));
        }
        for (var matcher : match.getDynamicMetadataList()) {
            facts.add(metadata(matcher));
        }
        for (var matcher : match.getFilterStateList()) {
            facts.add(state(matcher));
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
                List.copyOf(facts),
                match.hasRuntimeFraction()
                        ? Fraction.of(match.getRuntimeFraction().getDefaultValue())
                        : null);
    }

    private static FactMatch metadata(MetadataMatcher matcher) throws ConfigProblem {
        var path = matcher.getPathList().stream().map(PathSegment::getKey).toList();
        var match = ValueMatch.of(matcher.getValue());
        var filter = matcher.getFilter();
        var invert = matcher.getInvert();
        return asked ->
                match.test(DynamicMetadata.at(DynamicMetadata.get(asked.slots(), filter), path))
                        != invert;
    }

    private static FactMatch state(FilterStateMatcher matcher) throws ConfigProblem {
        if (!matcher.hasStringMatch()) {
            throw new ConfigProblem("match.filter_state", "only string_match is supported");
        }
        var match = TextMatch.of(matcher.getStringMatch());
        var key = matcher.getKey();
        return asked -> {
            var text = FilterState.get(asked.slots(), key);
            return text != null && match.test(text);
        };
    }

    private static FactMatch tls(TlsContextMatchOptions options) {
        return asked -> {
            var tls = asked.downstream().tls();
            var presented = tls != null && tls.peer() != null;
            var validated = tls != null && presented && tls.validated();
            return (!options.hasPresented() || options.getPresented().getValue() == presented)
                    && (!options.hasValidated() || options.getValidated().getValue() == validated);
        };
    }
}
