package dev.serin.proxy.route.hash;

import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.route.rewrite.Substitution;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.upstream.balance.Hashes;

import io.envoyproxy.envoy.config.route.v3.RouteAction;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// What a route's requests are hashed by, in order. As Envoy's RouteAction.hash_policy. Immutable.
public record HashPolicy(List<Step> steps) {
    public static final HashPolicy NONE = new HashPolicy(List.of());
    private static final RequestHead NO_REQUEST =
            new RequestHead(HttpProtocol.HTTP11, "", "", "", new Headers(1));

    /// One text. @param terminal whether the hash so far, if there is one, is the whole hash
    record Step(HashSource source, boolean terminal) {}

    /// @throws ConfigProblem naming the field that cannot be done
    public static HashPolicy of(List<RouteAction.HashPolicy> messages) throws ConfigProblem {
        if (messages.isEmpty()) {
            return NONE;
        }
        var steps = new ArrayList<Step>();
        for (var message : messages) {
            steps.add(new Step(source(message), message.getTerminal()));
        }
        return new HashPolicy(List.copyOf(steps));
    }

    /// Of connections that are passed on octet by octet.
    ///
    /// @throws ConfigProblem naming the field that cannot be done
    public static HashPolicy ofConnections(List<io.envoyproxy.envoy.type.v3.HashPolicy> messages)
            throws ConfigProblem {
        var steps = new ArrayList<Step>();
        for (var message : messages) {
            steps.add(
                    new Step(
                            switch (message.getPolicySpecifierCase()) {
                                case SOURCE_IP -> new HashSource.SourceIp();
                                case FILTER_STATE ->
                                        new HashSource.State(message.getFilterState().getKey());
                                case POLICYSPECIFIER_NOT_SET ->
                                        throw new ConfigProblem(
                                                "hash_policy.policy_specifier", "is missing");
                            },
                            false));
        }
        return steps.isEmpty() ? NONE : new HashPolicy(List.copyOf(steps));
    }

    private static HashSource source(RouteAction.HashPolicy message) throws ConfigProblem {
        return switch (message.getPolicySpecifierCase()) {
            case HEADER ->
                    new HashSource.Header(
                            message.getHeader().getHeaderName().toLowerCase(Locale.ROOT),
                            message.getHeader().hasRegexRewrite()
                                    ? Substitution.of(message.getHeader().getRegexRewrite())
                                    : null);
            case COOKIE -> cookie(message.getCookie());
            case CONNECTION_PROPERTIES -> {
                if (!message.getConnectionProperties().getSourceIp()) {
                    throw new ConfigProblem(
                            "hash_policy.connection_properties", "source_ip is not set");
                }
                yield new HashSource.SourceIp();
            }
            case QUERY_PARAMETER -> new HashSource.Parameter(message.getQueryParameter().getName());
            case FILTER_STATE -> new HashSource.State(message.getFilterState().getKey());
            case POLICYSPECIFIER_NOT_SET ->
                    throw new ConfigProblem("hash_policy.policy_specifier", "is missing");
        };
    }

    private static HashSource cookie(RouteAction.HashPolicy.Cookie cookie) {
        if (!cookie.hasTtl()) {
            return new HashSource.Cookie(cookie.getName(), null);
        }
        var attributes = new StringBuilder();
        var seconds = Durations.toSeconds(cookie.getTtl());
        if (seconds > 0) {
            attributes.append("; Max-Age=").append(seconds);
        }
        if (!cookie.getPath().isEmpty()) {
            attributes.append("; Path=").append(cookie.getPath());
        }
        for (var attribute : cookie.getAttributesList()) {
            attributes.append("; ").append(attribute.getName());
            if (!attribute.getValue().isEmpty()) {
                attributes.append('=').append(attribute.getValue());
            }
        }
        return new HashSource.Cookie(cookie.getName(), attributes.append("; HttpOnly").toString());
    }

    /// The hash of a connection; empty if it has nothing to hash by.
    public OptionalLong hash(Downstream downstream, Slots slots) {
        return hash(NO_REQUEST, downstream, slots, _ -> {});
    }

    /// The hash of a request; empty if it has nothing to hash by.
    ///
    /// @param cookies is told of a `set-cookie` that the response shall carry
    public OptionalLong hash(
            RequestHead request, Downstream downstream, Slots slots, Consumer<String> cookies) {
        var found = false;
        var hash = 0L;
        for (var step : steps) {
            var text = step.source().text(request, downstream, slots, cookies);
            if (text != null) {
                hash = Long.rotateLeft(hash, 1) ^ Hashes.xx(text); // the same twice is not nothing
                found = true;
            }
            if (found && step.terminal()) {
                break;
            }
        }
        return found ? OptionalLong.of(hash) : OptionalLong.empty();
    }
}
