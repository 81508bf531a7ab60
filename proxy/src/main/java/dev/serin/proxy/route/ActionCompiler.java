package dev.serin.proxy.route;

import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.route.RouteAction.Balance;
import dev.serin.proxy.route.RouteAction.ByHeader;
import dev.serin.proxy.route.RouteAction.Changes;
import dev.serin.proxy.route.RouteAction.ClusterChoice;
import dev.serin.proxy.route.RouteAction.Direct;
import dev.serin.proxy.route.RouteAction.Forward;
import dev.serin.proxy.route.RouteAction.Mirror;
import dev.serin.proxy.route.RouteAction.One;
import dev.serin.proxy.route.RouteAction.Redirect;
import dev.serin.proxy.route.RouteAction.Share;
import dev.serin.proxy.route.RouteAction.Timeouts;
import dev.serin.proxy.route.RouteAction.Weighted;
import dev.serin.proxy.route.hash.HashPolicy;
import dev.serin.proxy.route.retry.RetryCompiler;
import dev.serin.proxy.route.retry.RetryPolicy;
import dev.serin.proxy.route.rewrite.RewriteCompiler;
import dev.serin.proxy.upstream.balance.MetadataMatch;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HedgePolicy;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster.ClusterWeight;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Compiles what a route does.
final class ActionCompiler {
    private final RouteCompiler routes;
    private final Inherited inherited;

    /// What a route has of the levels above it.
    ///
    /// @param bodyLimit octets; of the virtual host
    /// @param directBody octets that a direct response may have
    record Inherited(RetryPolicy retry, List<Mirror> mirrors, long bodyLimit, int directBody) {}

    ActionCompiler(RouteCompiler routes, Inherited inherited) {
        this.routes = routes;
        this.inherited = inherited;
    }

    /// @param path how the route matches it
    /// @param changes of the route and the levels above it, for its weighted clusters to add to
    RouteAction action(Route route, PathMatch path, Changes changes) throws ConfigProblem {
        return switch (route.getActionCase()) {
            case ROUTE -> forward(route, path, changes);
            case REDIRECT -> redirect(route.getRedirect());
            case DIRECT_RESPONSE -> direct(route.getDirectResponse());
            case FILTER_ACTION, NON_FORWARDING_ACTION, ACTION_NOT_SET ->
                    throw new ConfigProblem("action", route.getActionCase() + " is not supported");
        };
    }

    private RouteAction forward(Route route, PathMatch path, Changes changes) throws ConfigProblem {
        var action = route.getRoute();
        if (action.hasRetryPolicyTypedConfig()) {
            throw new ConfigProblem("route.retry_policy_typed_config", "is not supported");
        }
        noHedge(action.getHedgePolicy());
        var metadata = metadata(action.getMetadataMatch());
        return new Forward(
                choice(action, metadata, changes),
                RewriteCompiler.path(
                        action, path instanceof PathMatch.Template t ? t.template() : null),
                RewriteCompiler.host(action),
                timeouts(action),
                action.hasRetryPolicy()
                        ? RetryCompiler.compile(action.getRetryPolicy())
                        : inherited.retry(),
                new Balance(
                        HashPolicy.of(action.getHashPolicyList()),
                        metadata,
                        action.getPriority() == RoutingPriority.HIGH),
                action.getRequestMirrorPoliciesCount() > 0
                        ? mirrors(action.getRequestMirrorPoliciesList())
                        : inherited.mirrors(),
                action.hasInternalRedirectPolicy()
                        ? FollowedRedirects.of(action.getInternalRedirectPolicy())
                        : null,
                route.hasPerRequestBufferLimitBytes()
                        ? Integer.toUnsignedLong(route.getPerRequestBufferLimitBytes().getValue())
                        : inherited.bodyLimit(),
                Upgrades.of(action.getUpgradeConfigsList()),
                switch (action.getClusterNotFoundResponseCode()) {
                    case NOT_FOUND -> 404;
                    case INTERNAL_SERVER_ERROR -> 500;
                    case SERVICE_UNAVAILABLE, UNRECOGNIZED -> 503;
                });
    }

    /// @throws ConfigProblem if it asks for a second request while the first is out
    static void noHedge(HedgePolicy policy) throws ConfigProblem {
        if (policy.getHedgeOnPerTryTimeout()
                || policy.getInitialRequests().getValue() > 1
                || policy.hasAdditionalRequestChance()) {
            throw new ConfigProblem("hedge_policy", "is not supported");
        }
    }

    private static MetadataMatch metadata(Metadata metadata) {
        var lb = metadata.getFilterMetadataMap().get(MetadataMatch.NAMESPACE);
        return lb == null ? MetadataMatch.NONE : MetadataMatch.of(lb);
    }

    @SuppressWarnings("deprecation") // Istio sends max_grpc_timeout
    private static Timeouts timeouts(io.envoyproxy.envoy.config.route.v3.RouteAction action) {
        var stream = action.getMaxStreamDuration();
        return new Timeouts(
                action.hasMaxStreamDuration()
                        ? 0
                        : action.hasTimeout()
                                ? Durations.toMillis(action.getTimeout())
                                : Timeouts.USUAL.total(),
                action.hasIdleTimeout() ? Durations.toMillis(action.getIdleTimeout()) : -1,
                action.hasMaxGrpcTimeout() && !action.hasMaxStreamDuration()
                        ? Durations.toMillis(action.getMaxGrpcTimeout())
                        : -1,
                Durations.toMillis(action.getGrpcTimeoutOffset()),
                stream.hasMaxStreamDuration()
                        ? Durations.toMillis(stream.getMaxStreamDuration())
                        : -1,
                stream.hasGrpcTimeoutHeaderMax()
                        ? Durations.toMillis(stream.getGrpcTimeoutHeaderMax())
                        : -1,
                Durations.toMillis(stream.getGrpcTimeoutHeaderOffset()));
    }

    private ClusterChoice choice(
            io.envoyproxy.envoy.config.route.v3.RouteAction action,
            MetadataMatch metadata,
            Changes changes)
            throws ConfigProblem {
        return switch (action.getClusterSpecifierCase()) {
            case CLUSTER -> {
                routes.uses(action.getCluster());
                yield new One(action.getCluster());
            }
            case CLUSTER_HEADER -> new ByHeader(action.getClusterHeader().toLowerCase(Locale.ROOT));
            case WEIGHTED_CLUSTERS -> weighted(action.getWeightedClusters(), metadata, changes);
            case CLUSTER_SPECIFIER_PLUGIN,
                    INLINE_CLUSTER_SPECIFIER_PLUGIN,
                    CLUSTERSPECIFIER_NOT_SET ->
                    throw new ConfigProblem(
                            "route.cluster_specifier",
                            action.getClusterSpecifierCase() + " is not supported");
        };
    }

    private ClusterChoice weighted(
            WeightedCluster weighted, MetadataMatch metadata, Changes changes)
            throws ConfigProblem {
        var shares = new ArrayList<Share>();
        var total = 0L;
        for (var cluster : weighted.getClustersList()) {
            total += Integer.toUnsignedLong(cluster.getWeight().getValue());
            shares.add(share(cluster, metadata, changes));
        }
        if (total <= 0 || total > 0xffff_ffffL) {
            throw new ConfigProblem(
                    "weighted_clusters", "the weights sum to " + total + ", not to 1 or more");
        }
        return new Weighted(
                List.copyOf(shares),
                total,
                weighted.getHeaderName().isEmpty()
                        ? null
                        : weighted.getHeaderName().toLowerCase(Locale.ROOT));
    }

    private Share share(ClusterWeight cluster, MetadataMatch metadata, Changes changes)
            throws ConfigProblem {
        var byHeader = !cluster.getClusterHeader().isEmpty();
        if (byHeader != cluster.getName().isEmpty()) {
            throw new ConfigProblem(
                    "weighted_clusters", "a cluster has either a name or a cluster_header");
        }
        if (!byHeader) {
            routes.uses(cluster.getName());
        }
        return new Share(
                byHeader ? null : cluster.getName(),
                byHeader ? cluster.getClusterHeader().toLowerCase(Locale.ROOT) : null,
                Integer.toUnsignedLong(cluster.getWeight().getValue()),
                cluster.getHostRewriteLiteral().isEmpty() ? null : cluster.getHostRewriteLiteral(),
                metadata.with(metadata(cluster.getMetadataMatch())),
                routes.with(
                        changes,
                        HeaderChanges.of(
                                cluster.getRequestHeadersToAddList(),
                                cluster.getRequestHeadersToRemoveList()),
                        HeaderChanges.of(
                                cluster.getResponseHeadersToAddList(),
                                cluster.getResponseHeadersToRemoveList())),
                routes.perFilter(cluster.getTypedPerFilterConfigMap()));
    }

    static List<Mirror> mirrors(List<RequestMirrorPolicy> policies) throws ConfigProblem {
        var mirrors = new ArrayList<Mirror>();
        for (var policy : policies) {
            var byHeader = !policy.getClusterHeader().isEmpty();
            if (byHeader != policy.getCluster().isEmpty()) {
                throw new ConfigProblem(
                        "request_mirror_policies", "has either a cluster or a cluster_header");
            }
            mirrors.add(
                    new Mirror(
                            byHeader ? null : policy.getCluster(),
                            byHeader ? policy.getClusterHeader().toLowerCase(Locale.ROOT) : null,
                            policy.hasRuntimeFraction()
                                    ? Fraction.of(policy.getRuntimeFraction().getDefaultValue())
                                    : null,
                            !policy.getDisableShadowHostSuffixAppend(),
                            policy.hasTraceSampled() ? policy.getTraceSampled().getValue() : null));
        }
        return List.copyOf(mirrors);
    }

    private RouteAction direct(DirectResponseAction action) throws ConfigProblem {
        if (action.getStatus() < 200 || action.getStatus() > 599) {
            throw new ConfigProblem(
                    "direct_response.status", action.getStatus() + " is not from 200 to 599");
        }
        var body = text(action.getBody());
        var octets = body.getBytes(StandardCharsets.UTF_8).length;
        if (octets > inherited.directBody()) {
            throw new ConfigProblem(
                    "direct_response.body",
                    "has " + octets + " octets; at most are allowed " + inherited.directBody());
        }
        return new Direct(action.getStatus(), body);
    }

    private static String text(DataSource source) throws ConfigProblem {
        return switch (source.getSpecifierCase()) {
            case INLINE_STRING -> source.getInlineString();
            case INLINE_BYTES -> source.getInlineBytes().toStringUtf8();
            case SPECIFIER_NOT_SET -> "";
            case FILENAME -> file(source.getFilename());
            case ENVIRONMENT_VARIABLE ->
                    throw new ConfigProblem(
                            "direct_response.body", "environment_variable is not supported");
        };
    }

    private static String file(String name) throws ConfigProblem {
        try {
            return Files.readString(Path.of(name));
        } catch (IOException e) {
            throw new ConfigProblem("direct_response.body", "'" + name + "' cannot be read: " + e);
        }
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
                        : action.getSchemeRedirect().isEmpty()
                                ? null
                                : action.getSchemeRedirect().toLowerCase(Locale.ROOT);
        return new Redirect(
                status,
                scheme,
                action.getHostRedirect().isEmpty() ? null : action.getHostRedirect(),
                action.getPortRedirect(),
                action.getPathRedirect().isEmpty() ? null : action.getPathRedirect(),
                RewriteCompiler.path(action),
                action.getStripQuery());
    }
}
