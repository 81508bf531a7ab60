package dev.serin.proxy.route;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.stream.DynamicMetadata;
import dev.serin.proxy.stream.FilterState;
import dev.serin.proxy.stream.Slots;

import io.envoyproxy.envoy.type.matcher.v3.FilterStateMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher.PathSegment;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Which requests a route takes. As Envoy's RouteMatch. Immutable.
///
/// @param grpc whether it takes gRPC only
/// @param slots what filters must have left
/// @param fraction of the matching requests that it takes, null for all
record RequestMatch(
        PathMatch path,
        boolean grpc,
        List<HeaderMatch> headers,
        List<QueryMatch> query,
        List<SlotMatch> slots,
        @Nullable Fraction fraction) {
    /// A condition on what listener filters and earlier filters have left on the stream.
    @FunctionalInterface
    interface SlotMatch {
        boolean test(Slots slots);
    }

    /// What a match may look at.
    record Asked(RequestHead request, Slots slots, Fraction.Chance chance) {}

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
        for (var slot : slots) {
            if (!slot.test(asked.slots())) {
                return false;
            }
        }
        return fraction == null || fraction.hits(asked.chance());
    }

    /// @throws ConfigProblem naming what cannot be done
    static RequestMatch of(io.envoyproxy.envoy.config.route.v3.RouteMatch match)
            throws ConfigProblem {
        if (match.hasTlsContext()) {
            throw new ConfigProblem("match.tls_context", "is not supported");
        }
        var slots = new ArrayList<SlotMatch>();
        for (var matcher : match.getDynamicMetadataList()) {
            slots.add(metadata(matcher));
        }
        for (var matcher : match.getFilterStateList()) {
            slots.add(state(matcher));
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
                List.copyOf(slots),
                match.hasRuntimeFraction()
                        ? Fraction.of(match.getRuntimeFraction().getDefaultValue())
                        : null);
    }

    private static SlotMatch metadata(MetadataMatcher matcher) throws ConfigProblem {
        var path = matcher.getPathList().stream().map(PathSegment::getKey).toList();
        var match = ValueMatch.of(matcher.getValue());
        var filter = matcher.getFilter();
        var invert = matcher.getInvert();
        return slots ->
                match.test(DynamicMetadata.at(DynamicMetadata.get(slots, filter), path)) != invert;
    }

    private static SlotMatch state(FilterStateMatcher matcher) throws ConfigProblem {
        if (!matcher.hasStringMatch()) {
            throw new ConfigProblem("match.filter_state", "only string_match is supported");
        }
        var match = TextMatch.of(matcher.getStringMatch());
        var key = matcher.getKey();
        return slots -> {
            var text = FilterState.get(slots, key);
            return text != null && match.test(text);
        };
    }
}
