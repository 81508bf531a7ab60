package dev.serin.proxy.route;

import com.google.protobuf.Any;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.extension.Extensions;
import dev.serin.proxy.route.RouteTable.Domains;
import dev.serin.proxy.route.RouteTable.Wildcard;
import dev.serin.proxy.stream.RouteUse;

import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.route.v3.CorsPolicy;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Compiles Envoy's RouteConfiguration. Pure: the same message always gives the same table.
public final class RouteCompiler {
    private static final String CORS = "envoy.filters.http.cors";

    private final Extensions extensions;
    private final Draws draws;
    private final Set<String> clusters = new LinkedHashSet<>();
    private boolean toggles;

    private RouteCompiler(Extensions extensions, Draws draws) {
        this.extensions = extensions;
        this.draws = draws;
    }

    /// @throws ConfigProblem naming the field that cannot be done
    public static RouteTable compile(RouteConfiguration config, Extensions extensions, Draws draws)
            throws ConfigProblem {
        return new RouteCompiler(extensions, draws).table(config);
    }

    private RouteTable table(RouteConfiguration config) throws ConfigProblem {
        if (config.hasVhds()) {
            throw new ConfigProblem("vhds", "is not supported");
        }
        var exact = new HashMap<String, VirtualHost>();
        var wildcards = new ArrayList<Wildcard>();
        VirtualHost any = null;
        for (var message : config.getVirtualHostsList()) {
            var host = host(message);
            for (var domain : message.getDomainsList()) {
                var lower = domain.toLowerCase(Locale.ROOT);
                if (lower.equals("*")) {
                    any = first(any, host, domain);
                } else if (lower.startsWith("*")) {
                    wildcards.add(new Wildcard(lower.substring(1), true, host));
                } else if (lower.endsWith("*")) {
                    var prefix = lower.substring(0, lower.length() - 1);
                    wildcards.add(new Wildcard(prefix, false, host));
                } else {
                    exact.put(lower, first(exact.get(lower), host, domain));
                }
            }
        }
        wildcards.sort(
                Comparator.comparing(Wildcard::suffix)
                        .thenComparingInt(w -> w.text().length())
                        .reversed());
        return new RouteTable(
                config.getName(),
                new Domains(exact, List.copyOf(wildcards), any),
                config.getIgnorePortInHostMatching(),
                changes(
                        config.getRequestHeadersToAddList(),
                        config.getRequestHeadersToRemoveList()),
                changes(
                        config.getResponseHeadersToAddList(),
                        config.getResponseHeadersToRemoveList()),
                new RouteTable.Needs(Set.copyOf(clusters), toggles),
                draws);
    }

    private static VirtualHost first(@Nullable VirtualHost before, VirtualHost host, String domain)
            throws ConfigProblem {
        if (before != null) {
            throw new ConfigProblem(
                    "virtual_hosts.domains",
                    "'" + domain + "' is in " + before.name() + " and in " + host.name());
        }
        return host;
    }

    private VirtualHost host(io.envoyproxy.envoy.config.route.v3.VirtualHost message)
            throws ConfigProblem {
        try {
            if (message.hasMatcher()) {
                throw new ConfigProblem("matcher", "is not supported");
            }
            var fallback =
                    message.hasRetryPolicy()
                            ? ActionCompiler.retry(message.getRetryPolicy())
                            : RetryPolicy.NONE;
            var routes = new ArrayList<Route>();
            for (var route : message.getRoutesList()) {
                routes.add(route(message.getName(), route, fallback));
            }
            return new VirtualHost(
                    message.getName(),
                    List.copyOf(routes),
                    changes(
                            message.getRequestHeadersToAddList(),
                            message.getRequestHeadersToRemoveList()),
                    changes(
                            message.getResponseHeadersToAddList(),
                            message.getResponseHeadersToRemoveList()),
                    message.getIncludeRequestAttemptCount(),
                    perFilter(message.getTypedPerFilterConfigMap(), cors(message)));
        } catch (ConfigProblem e) {
            throw e.under("virtual_hosts['" + message.getName() + "']");
        }
    }

    private Route route(
            String virtualHost,
            io.envoyproxy.envoy.config.route.v3.Route message,
            RetryPolicy fallback)
            throws ConfigProblem {
        try {
            var match = message.getMatch();
            if (match.hasGrpc()
                    || match.hasTlsContext()
                    || match.getDynamicMetadataCount() > 0
                    || match.getFilterStateCount() > 0) {
                throw new ConfigProblem(
                        "match",
                        "grpc, tls_context, dynamic_metadata and filter_state are not supported");
            }
            var headers = new ArrayList<HeaderMatch>();
            for (var header : match.getHeadersList()) {
                headers.add(HeaderMatch.of(header));
            }
            var query = new ArrayList<QueryMatch>();
            for (var parameter : match.getQueryParametersList()) {
                query.add(QueryMatch.of(parameter));
            }
            return new Route(
                    message.getName(),
                    PathMatch.of(match),
                    List.copyOf(headers),
                    List.copyOf(query),
                    match.hasRuntimeFraction()
                            ? Fraction.of(match.getRuntimeFraction().getDefaultValue())
                            : null,
                    new ActionCompiler(this, clusters).action(message, fallback),
                    changes(
                            message.getRequestHeadersToAddList(),
                            message.getRequestHeadersToRemoveList()),
                    changes(
                            message.getResponseHeadersToAddList(),
                            message.getResponseHeadersToRemoveList()),
                    new RouteUse(
                            message.getName(),
                            virtualHost,
                            message.getMetadata().getFilterMetadataMap()),
                    perFilter(message.getTypedPerFilterConfigMap(), cors(message.getRoute())));
        } catch (ConfigProblem e) {
            throw e.under("route['" + message.getName() + "']");
        }
    }

    @SuppressWarnings("deprecation") // Istio before 1.2x sends it
    private static @Nullable Any cors(io.envoyproxy.envoy.config.route.v3.VirtualHost host) {
        return host.hasCors() ? cors(host.getCors()) : null;
    }

    @SuppressWarnings("deprecation") // Istio before 1.2x sends it
    private static @Nullable Any cors(io.envoyproxy.envoy.config.route.v3.RouteAction action) {
        return action.hasCors() ? cors(action.getCors()) : null;
    }

    /// The policy that stands beside the filters' own configuration, in the form that the filter
    /// takes.
    private static Any cors(CorsPolicy policy) {
        var same =
                io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy.newBuilder()
                        .addAllAllowOriginStringMatch(policy.getAllowOriginStringMatchList())
                        .setAllowMethods(policy.getAllowMethods())
                        .setAllowHeaders(policy.getAllowHeaders())
                        .setExposeHeaders(policy.getExposeHeaders())
                        .setMaxAge(policy.getMaxAge());
        if (policy.hasAllowCredentials()) {
            same.setAllowCredentials(policy.getAllowCredentials());
        }
        if (policy.hasAllowPrivateNetworkAccess()) {
            same.setAllowPrivateNetworkAccess(policy.getAllowPrivateNetworkAccess());
        }
        if (policy.hasForwardNotMatchingPreflights()) {
            same.setForwardNotMatchingPreflights(policy.getForwardNotMatchingPreflights());
        }
        if (policy.hasFilterEnabled()) {
            same.setFilterEnabled(policy.getFilterEnabled());
        }
        if (policy.hasShadowEnabled()) {
            same.setShadowEnabled(policy.getShadowEnabled());
        }
        return Any.pack(same.build());
    }

    Map<String, Object> perFilter(Map<String, Any> configs) throws ConfigProblem {
        return perFilter(configs, null);
    }

    private Map<String, Object> perFilter(Map<String, Any> own, @Nullable Any cors)
            throws ConfigProblem {
        if (own.isEmpty() && cors == null) {
            return Map.of();
        }
        var configs = new HashMap<>(own);
        if (cors != null) {
            configs.putIfAbsent(CORS, cors);
        }
        var compiled = new HashMap<String, Object>();
        for (var entry : configs.entrySet()) {
            try {
                var config = ExtensionConfig.of(entry.getKey(), entry.getValue());
                if (config.type().equals("envoy.config.route.v3.FilterConfig")) {
                    var wrapped = config.as(FilterConfig.parser());
                    if (wrapped.getIsOptional() && !extensions.knowsHttp(wrapped.getConfig())) {
                        continue;
                    }
                    toggles |= wrapped.getDisabled() || !wrapped.hasConfig();
                    if (wrapped.getDisabled() || !wrapped.hasConfig()) {
                        compiled.put(
                                entry.getKey(),
                                wrapped.getDisabled()
                                        ? FilterToggle.DISABLED
                                        : FilterToggle.ENABLED);
                        continue;
                    }
                    config = ExtensionConfig.of(entry.getKey(), wrapped.getConfig());
                }
                compiled.put(entry.getKey(), extensions.httpFilter(config).compilePerRoute(config));
            } catch (ConfigProblem e) {
                throw e.under("typed_per_filter_config['" + entry.getKey() + "']");
            }
        }
        return Map.copyOf(compiled);
    }

    /// @throws ConfigProblem naming the operator that is not known
    public static HeaderChanges changes(List<HeaderValueOption> added, List<String> removed)
            throws ConfigProblem {
        if (added.isEmpty() && removed.isEmpty()) {
            return HeaderChanges.NONE;
        }
        var changes = new ArrayList<HeaderChanges.Change>();
        for (var option : added) {
            changes.add(
                    new HeaderChanges.Change(
                            option.getHeader().getKey().toLowerCase(Locale.ROOT),
                            Format.of(option.getHeader().getValue()),
                            mode(option),
                            option.getKeepEmptyValue()));
        }
        return new HeaderChanges(
                List.copyOf(changes),
                removed.stream().map(n -> n.toLowerCase(Locale.ROOT)).toList());
    }

    @SuppressWarnings("deprecation") // Istio still sends `append`
    private static HeaderChanges.Mode mode(HeaderValueOption option) throws ConfigProblem {
        if (option.hasAppend()) {
            return option.getAppend().getValue()
                    ? HeaderChanges.Mode.APPEND
                    : HeaderChanges.Mode.OVERWRITE;
        }
        return switch (option.getAppendAction()) {
            case APPEND_IF_EXISTS_OR_ADD -> HeaderChanges.Mode.APPEND;
            case ADD_IF_ABSENT -> HeaderChanges.Mode.IF_ABSENT;
            case OVERWRITE_IF_EXISTS_OR_ADD -> HeaderChanges.Mode.OVERWRITE;
            case OVERWRITE_IF_EXISTS -> HeaderChanges.Mode.OVERWRITE_IF_PRESENT;
            case UNRECOGNIZED -> throw new ConfigProblem("append_action", "unknown value");
        };
    }
}
