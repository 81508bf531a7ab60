package dev.serin.proxy.route;

import com.google.protobuf.Any;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.extension.Extensions;
import dev.serin.proxy.ratelimit.RateLimits;
import dev.serin.proxy.route.ActionCompiler.Inherited;
import dev.serin.proxy.route.retry.RetryCompiler;
import dev.serin.proxy.route.retry.RetryPolicy;
import dev.serin.proxy.stream.RouteUse;

import io.envoyproxy.envoy.config.route.v3.CorsPolicy;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Compiles Envoy's RouteConfiguration. Pure: the same message always gives the same table.
public final class RouteCompiler {
    private static final int USUAL_DIRECT_BODY = 4096;
    private static final long USUAL_BODY = 1 << 20;
    private static final String CORS = "envoy.filters.http.cors";

    private final Extensions extensions;
    private final Draws draws;
    private final Set<String> clusters = new LinkedHashSet<>();
    private final boolean specificLast;
    private boolean toggles;

    private RouteCompiler(Extensions extensions, Draws draws, boolean specificLast) {
        this.extensions = extensions;
        this.draws = draws;
        this.specificLast = specificLast;
    }

    /// @throws ConfigProblem naming the field that cannot be done
    public static RouteTable compile(RouteConfiguration config, Extensions extensions, Draws draws)
            throws ConfigProblem {
        return new RouteCompiler(extensions, draws, config.getMostSpecificHeaderMutationsWins())
                .table(config);
    }

    private RouteTable table(RouteConfiguration config) throws ConfigProblem {
        if (config.hasVhds()) {
            throw new ConfigProblem("vhds", "is not supported");
        }
        if (config.getClusterSpecifierPluginsCount() > 0) {
            throw new ConfigProblem("cluster_specifier_plugins", "is not supported");
        }
        var level =
                with(
                        RouteAction.Changes.NONE,
                        HeaderChanges.of(
                                config.getRequestHeadersToAddList(),
                                config.getRequestHeadersToRemoveList()),
                        HeaderChanges.of(
                                config.getResponseHeadersToAddList(),
                                config.getResponseHeadersToRemoveList()));
        var mirrors = mirrors(config.getRequestMirrorPoliciesList());
        var body =
                config.hasMaxDirectResponseBodySizeBytes()
                        ? config.getMaxDirectResponseBodySizeBytes().getValue()
                        : USUAL_DIRECT_BODY;
        var domains = new DomainIndex();
        for (var message : config.getVirtualHostsList()) {
            var host =
                    host(
                            message,
                            new Inherited(RetryPolicy.NONE, mirrors, USUAL_BODY, body),
                            level);
            for (var domain : message.getDomainsList()) {
                domains.add(domain, host);
            }
        }
        return new RouteTable(
                config.getName(),
                domains,
                new RouteTable.Settings(
                        config.getIgnorePortInHostMatching(),
                        config.getIgnorePathParametersInPathMatching(),
                        config.getInternalOnlyHeadersList().stream()
                                .map(name -> name.toLowerCase(Locale.ROOT))
                                .toList()),
                new RouteTable.Needs(
                        Set.copyOf(clusters),
                        toggles,
                        config.hasValidateClusters()
                                ? config.getValidateClusters().getValue()
                                : null),
                draws);
    }

    /// `above` and the changes of one level more, in the order in which they are made.
    RouteAction.Changes with(
            RouteAction.Changes above, HeaderChanges request, HeaderChanges response) {
        return new RouteAction.Changes(
                with(above.request(), request), with(above.response(), response));
    }

    private List<HeaderChanges> with(List<HeaderChanges> above, HeaderChanges next) {
        if (next.equals(HeaderChanges.NONE)) {
            return above;
        }
        var all = new ArrayList<>(above);
        all.add(specificLast ? above.size() : 0, next);
        return List.copyOf(all);
    }

    /// A route sends requests to this cluster.
    void uses(String cluster) {
        clusters.add(cluster);
    }

    private List<RouteAction.Mirror> mirrors(List<RequestMirrorPolicy> policies)
            throws ConfigProblem {
        var mirrors = ActionCompiler.mirrors(policies);
        for (var mirror : mirrors) {
            if (mirror.cluster() != null) {
                uses(mirror.cluster());
            }
        }
        return mirrors;
    }

    private VirtualHost host(
            io.envoyproxy.envoy.config.route.v3.VirtualHost message,
            Inherited above,
            RouteAction.Changes changes)
            throws ConfigProblem {
        try {
            if (message.hasMatcher()) {
                throw new ConfigProblem("matcher", "is not supported");
            }
            if (message.hasRetryPolicyTypedConfig()) {
                throw new ConfigProblem("retry_policy_typed_config", "is not supported");
            }
            ActionCompiler.noHedge(message.getHedgePolicy());
            var inherited =
                    new Inherited(
                            message.hasRetryPolicy()
                                    ? RetryCompiler.compile(message.getRetryPolicy())
                                    : above.retry(),
                            message.getRequestMirrorPoliciesCount() > 0
                                    ? mirrors(message.getRequestMirrorPoliciesList())
                                    : above.mirrors(),
                            message.hasPerRequestBufferLimitBytes()
                                    ? Integer.toUnsignedLong(
                                            message.getPerRequestBufferLimitBytes().getValue())
                                    : above.bodyLimit(),
                            above.directBody());
            var level =
                    with(
                            changes,
                            HeaderChanges.of(
                                    message.getRequestHeadersToAddList(),
                                    message.getRequestHeadersToRemoveList()),
                            HeaderChanges.of(
                                    message.getResponseHeadersToAddList(),
                                    message.getResponseHeadersToRemoveList()));
            var routes = new ArrayList<Route>();
            for (var route : message.getRoutesList()) {
                routes.add(route(message, route, inherited, level));
            }
            return new VirtualHost(
                    message.getName(),
                    new RouteIndex(routes),
                    switch (message.getRequireTls()) {
                        case NONE -> VirtualHost.Tls.NOBODY;
                        case EXTERNAL_ONLY -> VirtualHost.Tls.EXTERNAL;
                        case ALL -> VirtualHost.Tls.EVERYBODY;
                        case UNRECOGNIZED ->
                                throw new ConfigProblem("require_tls", "unknown value");
                    },
                    new VirtualHost.Told(
                            message.getIncludeRequestAttemptCount(),
                            message.getIncludeAttemptCountInResponse(),
                            message.getIncludeIsTimeoutRetryHeader()),
                    limited(
                            perFilter(message.getTypedPerFilterConfigMap(), cors(message)),
                            message.getRateLimitsList(),
                            null),
                    message.getMetadata().getFilterMetadataMap());
        } catch (ConfigProblem e) {
            throw e.under("virtual_hosts['" + message.getName() + "']");
        }
    }

    private Route route(
            io.envoyproxy.envoy.config.route.v3.VirtualHost host,
            io.envoyproxy.envoy.config.route.v3.Route message,
            Inherited inherited,
            RouteAction.Changes changes)
            throws ConfigProblem {
        try {
            var match = RequestMatch.of(message.getMatch());
            var level =
                    with(
                            changes,
                            HeaderChanges.of(
                                    message.getRequestHeadersToAddList(),
                                    message.getRequestHeadersToRemoveList()),
                            HeaderChanges.of(
                                    message.getResponseHeadersToAddList(),
                                    message.getResponseHeadersToRemoveList()));
            mirrors(message.getRoute().getRequestMirrorPoliciesList());
            return new Route(
                    message.getName(),
                    match,
                    new ActionCompiler(this, inherited).action(message, match.path(), level),
                    level,
                    new RouteUse(
                            message.getName(),
                            host.getName(),
                            message.getMetadata().getFilterMetadataMap(),
                            host.getMetadata().getFilterMetadataMap()),
                    message.hasDecorator() || message.hasTracing()
                            ? new Route.Traced(
                                    message.hasDecorator() ? message.getDecorator() : null,
                                    message.hasTracing() ? message.getTracing() : null)
                            : null,
                    limited(
                            perFilter(
                                    message.getTypedPerFilterConfigMap(), cors(message.getRoute())),
                            message.getRoute().getRateLimitsList(),
                            message.getRoute()));
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

    /// What is said of filters, with how requests are described to those that limit them.
    ///
    /// @param route null for a virtual host
    @SuppressWarnings("deprecation") // what control planes still send
    private static Map<String, Object> limited(
            Map<String, Object> perFilter,
            List<RateLimit> limits,
            io.envoyproxy.envoy.config.route.v3.@Nullable RouteAction route)
            throws ConfigProblem {
        if (limits.isEmpty()) {
            return perFilter;
        }
        var all = new HashMap<>(perFilter);
        var withHost = route != null && route.getIncludeVhRateLimits().getValue();
        all.put(RateLimits.KEY, RateLimits.of(limits, route == null, withHost));
        return Map.copyOf(all);
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
                    if (!wrapped.hasConfig() && !wrapped.getDisabled()) {
                        throw new ConfigProblem("config", "is not set, and disabled neither");
                    }
                    var bare = wrapped.getConfig().getTypeUrl().isEmpty();
                    toggles |= wrapped.getDisabled() || bare;
                    if (wrapped.getDisabled() || bare) {
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
}
