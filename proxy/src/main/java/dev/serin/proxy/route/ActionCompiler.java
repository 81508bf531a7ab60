package dev.serin.proxy.route;

import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.route.RouteAction.ByHeader;
import dev.serin.proxy.route.RouteAction.ClusterChoice;
import dev.serin.proxy.route.RouteAction.Direct;
import dev.serin.proxy.route.RouteAction.Forward;
import dev.serin.proxy.route.RouteAction.One;
import dev.serin.proxy.route.RouteAction.Redirect;
import dev.serin.proxy.route.RouteAction.Rewrite;
import dev.serin.proxy.route.RouteAction.Share;
import dev.serin.proxy.route.RouteAction.Weighted;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Compiles what a route does.
final class ActionCompiler {
    private static final long USUAL_TIMEOUT_MILLIS = 15_000;
    private static final Set<String> RETRY_WORDS =
            Set.of(
                    "5xx",
                    "gateway-error",
                    "reset",
                    "reset-before-request",
                    "connect-failure",
                    "refused-stream",
                    "retriable-4xx",
                    "retriable-status-codes",
                    "cancelled",
                    "deadline-exceeded",
                    "internal",
                    "resource-exhausted",
                    "unavailable",
                    "http3-post-connect-failure",
                    "envoy-ratelimited",
                    "retriable-headers");

    private final RouteCompiler routes;
    private final Set<String> clusters;

    /// @param clusters gets every cluster that is named
    ActionCompiler(RouteCompiler routes, Set<String> clusters) {
        this.routes = routes;
        this.clusters = clusters;
    }

    RouteAction action(io.envoyproxy.envoy.config.route.v3.Route route, RetryPolicy fallback)
            throws ConfigProblem {
        return switch (route.getActionCase()) {
            case ROUTE -> forward(route.getRoute(), fallback);
            case REDIRECT -> redirect(route.getRedirect());
            case DIRECT_RESPONSE ->
                    new Direct(
                            route.getDirectResponse().getStatus(),
                            text(route.getDirectResponse().getBody()));
            case FILTER_ACTION, NON_FORWARDING_ACTION, ACTION_NOT_SET ->
                    throw new ConfigProblem("action", route.getActionCase() + " is not supported");
        };
    }

    static String text(DataSource source) throws ConfigProblem {
        return switch (source.getSpecifierCase()) {
            case INLINE_STRING -> source.getInlineString();
            case INLINE_BYTES -> source.getInlineBytes().toStringUtf8();
            case SPECIFIER_NOT_SET -> "";
            case FILENAME, ENVIRONMENT_VARIABLE ->
                    throw new ConfigProblem(
                            "body", source.getSpecifierCase() + " is not supported");
        };
    }

    private RouteAction forward(
            io.envoyproxy.envoy.config.route.v3.RouteAction action, RetryPolicy fallback)
            throws ConfigProblem {
        if (action.getRequestMirrorPoliciesCount() > 0) {
            throw new ConfigProblem("route.request_mirror_policies", "is not supported yet");
        }
        var timeout =
                action.hasTimeout()
                        ? Durations.toMillis(action.getTimeout())
                        : USUAL_TIMEOUT_MILLIS;
        var idle = action.hasIdleTimeout() ? Durations.toMillis(action.getIdleTimeout()) : -1;
        var retry = action.hasRetryPolicy() ? retry(action.getRetryPolicy()) : fallback;
        var notFound =
                switch (action.getClusterNotFoundResponseCode()) {
                    case NOT_FOUND -> 404;
                    case INTERNAL_SERVER_ERROR -> 500;
                    case SERVICE_UNAVAILABLE, UNRECOGNIZED -> 503;
                };
        return new Forward(choice(action), rewrite(action), timeout, idle, retry, notFound);
    }

    private ClusterChoice choice(io.envoyproxy.envoy.config.route.v3.RouteAction action)
            throws ConfigProblem {
        return switch (action.getClusterSpecifierCase()) {
            case CLUSTER -> {
                clusters.add(action.getCluster());
                yield new One(action.getCluster());
            }
            case CLUSTER_HEADER -> new ByHeader(action.getClusterHeader().toLowerCase(Locale.ROOT));
            case WEIGHTED_CLUSTERS -> weighted(action.getWeightedClusters());
            case CLUSTER_SPECIFIER_PLUGIN,
                    INLINE_CLUSTER_SPECIFIER_PLUGIN,
                    CLUSTERSPECIFIER_NOT_SET ->
                    throw new ConfigProblem(
                            "route.cluster_specifier",
                            action.getClusterSpecifierCase() + " is not supported");
        };
    }

    private ClusterChoice weighted(WeightedCluster weighted) throws ConfigProblem {
        var shares = new ArrayList<Share>();
        var total = 0L;
        for (var cluster : weighted.getClustersList()) {
            if (!cluster.getClusterHeader().isEmpty()) {
                throw new ConfigProblem("weighted_clusters.cluster_header", "is not supported");
            }
            clusters.add(cluster.getName());
            total += cluster.getWeight().getValue();
            shares.add(
                    new Share(
                            cluster.getName(),
                            cluster.getWeight().getValue(),
                            cluster.getHostRewriteLiteral().isEmpty()
                                    ? null
                                    : cluster.getHostRewriteLiteral(),
                            RouteCompiler.changes(
                                    cluster.getRequestHeadersToAddList(),
                                    cluster.getRequestHeadersToRemoveList()),
                            RouteCompiler.changes(
                                    cluster.getResponseHeadersToAddList(),
                                    cluster.getResponseHeadersToRemoveList()),
                            routes.perFilter(cluster.getTypedPerFilterConfigMap())));
        }
        if (total <= 0 || total > Integer.MAX_VALUE) {
            throw new ConfigProblem(
                    "weighted_clusters", "the weights sum to " + total + ", not to 1 or more");
        }
        return new Weighted(List.copyOf(shares), (int) total);
    }

    private static Rewrite rewrite(io.envoyproxy.envoy.config.route.v3.RouteAction action)
            throws ConfigProblem {
        if (action.hasPathRewritePolicy()) {
            throw new ConfigProblem("route.path_rewrite_policy", "is not supported");
        }
        var prefix = action.getPrefixRewrite().isEmpty() ? null : action.getPrefixRewrite();
        var regex =
                action.hasRegexRewrite()
                        ? TextMatch.pattern(action.getRegexRewrite().getPattern().getRegex())
                        : null;
        var substitution = substitution(action.getRegexRewrite().getSubstitution());
        return switch (action.getHostRewriteSpecifierCase()) {
            case HOST_REWRITE_LITERAL ->
                    new Rewrite(
                            prefix,
                            regex,
                            substitution,
                            action.getHostRewriteLiteral(),
                            null,
                            false);
            case HOST_REWRITE_HEADER ->
                    new Rewrite(
                            prefix,
                            regex,
                            substitution,
                            null,
                            action.getHostRewriteHeader().toLowerCase(Locale.ROOT),
                            false);
            case AUTO_HOST_REWRITE, HOSTREWRITESPECIFIER_NOT_SET ->
                    prefix == null && regex == null
                            ? Rewrite.NONE
                            : new Rewrite(prefix, regex, substitution, null, null, false);
            case HOST_REWRITE_PATH_REGEX ->
                    throw new ConfigProblem("route.host_rewrite_path_regex", "is not supported");
        };
    }

    /// RE2 writes a group as `\1`, RE2/J as `$1`.
    private static String substitution(String re2) {
        return re2.replace("$", "\\$").replaceAll("\\\\([0-9])", "\\$$1");
    }

    static RetryPolicy retry(io.envoyproxy.envoy.config.route.v3.RetryPolicy policy)
            throws ConfigProblem {
        var words = Set.of(policy.getRetryOn().isEmpty() ? new String[0] : unique(policy));
        for (var word : words) {
            if (!RETRY_WORDS.contains(word)) {
                throw new ConfigProblem("retry_policy.retry_on", "unknown word '" + word + "'");
            }
        }
        for (var predicate : policy.getRetryHostPredicateList()) {
            if (!predicate.getName().endsWith("previous_hosts")) {
                throw new ConfigProblem(
                        "retry_policy.retry_host_predicate",
                        "'" + predicate.getName() + "' is not supported");
            }
        }
        var base = 25L;
        if (policy.getRetryBackOff().hasBaseInterval()) {
            base = Math.max(1, Durations.toMillis(policy.getRetryBackOff().getBaseInterval()));
        }
        var max = base * 10;
        if (policy.getRetryBackOff().hasMaxInterval()) {
            max = Durations.toMillis(policy.getRetryBackOff().getMaxInterval());
        }
        return new RetryPolicy(
                words,
                policy.hasNumRetries() ? policy.getNumRetries().getValue() : 1,
                Set.copyOf(policy.getRetriableStatusCodesList()),
                Durations.toMillis(policy.getPerTryTimeout()),
                base,
                max,
                policy.getRetryHostPredicateCount() > 0);
    }

    private static String[] unique(io.envoyproxy.envoy.config.route.v3.RetryPolicy policy) {
        return java.util.Arrays.stream(policy.getRetryOn().split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .distinct()
                .toArray(String[]::new);
    }

    private static Redirect redirect(RedirectAction action) throws ConfigProblem {
        var status =
                switch (action.getResponseCode()) {
                    case MOVED_PERMANENTLY, UNRECOGNIZED -> 301;
                    case FOUND -> 302;
                    case SEE_OTHER -> 303;
                    case TEMPORARY_REDIRECT -> 307;
                    case PERMANENT_REDIRECT -> 308;
                };
        var scheme =
                action.getHttpsRedirect()
                        ? "https"
                        : action.getSchemeRedirect().isEmpty() ? null : action.getSchemeRedirect();
        return new Redirect(
                status,
                scheme,
                action.getHostRedirect().isEmpty() ? null : action.getHostRedirect(),
                action.getPortRedirect(),
                action.getPathRedirect().isEmpty() ? null : action.getPathRedirect(),
                action.getPrefixRewrite().isEmpty() ? null : action.getPrefixRewrite(),
                action.hasRegexRewrite()
                        ? TextMatch.pattern(action.getRegexRewrite().getPattern().getRegex())
                        : null,
                substitution(action.getRegexRewrite().getSubstitution()),
                action.getStripQuery());
    }
}
