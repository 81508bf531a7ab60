package dev.serin.proxy.ratelimit;

import com.google.protobuf.Value;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.filter.StreamContext;
import dev.serin.proxy.route.HeaderMatch;
import dev.serin.proxy.route.QueryMatch;
import dev.serin.proxy.stream.DynamicMetadata;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action.MaskedRemoteAddress;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action.MetaData;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;

/// Adds a word to the description of a request. As Envoy's RateLimit.Action.
@FunctionalInterface
interface LimitAction {
    /// False if the request is not described at all, since the word is not there.
    boolean describe(StreamContext stream, List<LimitEntry> into);

    /// @throws ConfigProblem naming the action that cannot be done
    static LimitAction of(Action action) throws ConfigProblem {
        return switch (action.getActionSpecifierCase()) {
            case DESTINATION_CLUSTER ->
                    word("destination_cluster", false, StreamContext::clusterName);
            case REQUEST_HEADERS -> {
                var headers = action.getRequestHeaders();
                var name = headers.getHeaderName().toLowerCase(Locale.ROOT);
                yield word(
                        headers.getDescriptorKey(),
                        headers.getSkipIfAbsent(),
                        stream -> stream.request().get(name));
            }
            case QUERY_PARAMETERS -> {
                var query = action.getQueryParameters();
                var name = query.getQueryParameterName();
                yield word(
                        query.getDescriptorKey(),
                        query.getSkipIfAbsent(),
                        stream -> QueryMatch.value(stream.request().path(), name));
            }
            case REMOTE_ADDRESS ->
                    word(
                            "remote_address",
                            false,
                            stream -> stream.downstream().remote().getAddress().getHostAddress());
            case MASKED_REMOTE_ADDRESS -> masked(action.getMaskedRemoteAddress());
            case GENERIC_KEY -> {
                var key = action.getGenericKey();
                yield word(
                        or(key.getDescriptorKey(), "generic_key"),
                        false,
                        _ -> key.getDescriptorValue());
            }
            case HEADER_VALUE_MATCH -> {
                var match = action.getHeaderValueMatch();
                var test = headers(match.getHeadersList());
                var wanted = !match.hasExpectMatch() || match.getExpectMatch().getValue();
                yield word(
                        or(match.getDescriptorKey(), "header_match"),
                        false,
                        s -> test.test(s) == wanted ? match.getDescriptorValue() : null);
            }
            case QUERY_PARAMETER_VALUE_MATCH -> query(action.getQueryParameterValueMatch());
            case METADATA -> metadata(action.getMetadata());
            case SOURCE_CLUSTER, DYNAMIC_METADATA, EXTENSION, ACTIONSPECIFIER_NOT_SET ->
                    throw new ConfigProblem(
                            "rate_limits.actions",
                            action.getActionSpecifierCase() + " is not supported");
        };
    }

    private static LimitAction word(
            String key, boolean skip, Function<StreamContext, @Nullable String> value) {
        return (stream, into) -> {
            var found = value.apply(stream);
            if (found != null) {
                into.add(new LimitEntry(key, found));
            }
            return found != null || skip;
        };
    }

    private static String or(String key, String usual) {
        return key.isEmpty() ? usual : key;
    }

    private static Predicate<StreamContext> headers(List<HeaderMatcher> matchers)
            throws ConfigProblem {
        var all = new ArrayList<HeaderMatch>();
        for (var matcher : matchers) {
            all.add(HeaderMatch.of(matcher));
        }
        return stream -> all.stream().allMatch(m -> m.test(stream.request()));
    }

    private static LimitAction query(QueryParameterValueMatch match) throws ConfigProblem {
        var all = new ArrayList<QueryMatch>();
        for (var matcher : match.getQueryParametersList()) {
            all.add(QueryMatch.of(matcher));
        }
        var wanted = !match.hasExpectMatch() || match.getExpectMatch().getValue();
        return word(
                or(match.getDescriptorKey(), "query_match"),
                false,
                stream ->
                        all.stream().allMatch(m -> m.test(stream.request().path())) == wanted
                                ? match.getDescriptorValue()
                                : null);
    }

    private static LimitAction metadata(MetaData action) {
        var namespace = action.getMetadataKey().getKey();
        var path = action.getMetadataKey().getPathList().stream().map(s -> s.getKey()).toList();
        var ofRoute = action.getSource() == MetaData.Source.ROUTE_ENTRY;
        return word(
                action.getDescriptorKey(),
                action.getSkipIfAbsent(),
                stream -> {
                    var struct =
                            ofRoute
                                    ? stream.routeMetadata().get(namespace)
                                    : DynamicMetadata.get(stream.slots(), namespace);
                    var value = DynamicMetadata.at(struct, path);
                    return value != null && value.getKindCase() == Value.KindCase.STRING_VALUE
                            ? value.getStringValue()
                            : action.getDefaultValue().isEmpty() ? null : action.getDefaultValue();
                });
    }

    private static LimitAction masked(MaskedRemoteAddress mask) {
        var v4 = mask.hasV4PrefixMaskLen() ? mask.getV4PrefixMaskLen().getValue() : 32;
        var v6 = mask.hasV6PrefixMaskLen() ? mask.getV6PrefixMaskLen().getValue() : 128;
        return word(
                "masked_remote_address",
                false,
                stream -> masked(stream.downstream().remote().getAddress(), v4, v6));
    }

    private static String masked(InetAddress address, int v4, int v6) {
        var octets = address.getAddress();
        var bits = octets.length == 4 ? v4 : v6;
        for (var i = 0; i < octets.length; i++) {
            var kept = Math.clamp(bits - 8L * i, 0, 8);
            octets[i] &= (byte) (0xff00 >> kept);
        }
        try {
            return InetAddress.getByAddress(octets).getHostAddress() + "/" + bits;
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
