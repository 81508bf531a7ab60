package dev.serin.proxy.route;

import dev.serin.proxy.route.hash.HashPolicy;
import dev.serin.proxy.route.retry.RetryPolicy;
import dev.serin.proxy.route.rewrite.HostRewrite;
import dev.serin.proxy.route.rewrite.PathRewrite;
import dev.serin.proxy.upstream.balance.MetadataMatch;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// What a route does with a request.
public sealed interface RouteAction {
    /// Sends it to a cluster.
    ///
    /// @param mirrors where copies go
    /// @param redirects which redirects of a host are followed here; null for none
    /// @param bodyLimit octets of the request's body that are kept for another attempt
    record Forward(
            ClusterChoice cluster,
            PathRewrite path,
            HostRewrite host,
            Timeouts timeouts,
            RetryPolicy retry,
            Balance balance,
            List<Mirror> mirrors,
            @Nullable FollowedRedirects redirects,
            long bodyLimit,
            Upgrades upgrades,
            int notFoundStatus)
            implements RouteAction {}

    /// How long things may take, in milliseconds; 0 for as long as it takes, -1 for not said.
    ///
    /// @param total from the end of the request to the end of the response
    /// @param idle without a sign of life in the stream
    /// @param grpcMost at which `grpc-timeout` is taken in place of `total`; -1 if it is not
    /// @param grpcOffset that `grpc-timeout` is lessened by
    /// @param stream for the whole stream; when any of the three is said, `total` is not in force
    /// @param streamGrpcMost at which `grpc-timeout` is taken in place of `stream`
    record Timeouts(
            long total,
            long idle,
            long grpcMost,
            long grpcOffset,
            long stream,
            long streamGrpcMost,
            long streamGrpcOffset) {
        static final Timeouts USUAL = new Timeouts(15_000, -1, -1, 0, -1, -1, 0);
    }

    /// What the balancer of the cluster may look at.
    ///
    /// @param high whether the breakers of high priority count
    record Balance(HashPolicy hash, MetadataMatch metadata, boolean high) {}

    /// Where a copy of a request goes. As Envoy's RequestMirrorPolicy.
    ///
    /// @param cluster null if `header` names it
    /// @param fraction of the requests, null for all
    /// @param suffix whether the copy's authority is told apart by `-shadow`
    /// @param sampled whether the copy is traced; null as its original is
    record Mirror(
            @Nullable String cluster,
            @Nullable String header,
            @Nullable Fraction fraction,
            boolean suffix,
            @Nullable Boolean sampled) {}

    /// Which cluster.
    sealed interface ClusterChoice {}

    /// Always this one.
    record One(String name) implements ClusterChoice {}

    /// The one that the request's header names.
    record ByHeader(String header) implements ClusterChoice {}

    /// One of several, by weight.
    ///
    /// @param total of the weights
    /// @param header whose number takes the place of a draw; may be null
    record Weighted(List<Share> shares, long total, @Nullable String header)
            implements ClusterChoice {}

    /// A cluster with its weight and what it changes of heads.
    ///
    /// @param name null if the header `byHeader` names it
    /// @param metadata that of the route included
    /// @param changes those of the route and what holds it included
    record Share(
            @Nullable String name,
            @Nullable String byHeader,
            long weight,
            @Nullable String host,
            MetadataMatch metadata,
            Changes changes,
            Map<String, Object> perFilter) {}

    /// What is changed of the headers of requests and of responses, in this order.
    record Changes(List<HeaderChanges> request, List<HeaderChanges> response) {
        static final Changes NONE = new Changes(List.of(), List.of());
    }

    /// Sends the client elsewhere.
    ///
    /// @param port 0 to keep it
    /// @param rewrite if `path` is null
    record Redirect(
            int status,
            @Nullable String scheme,
            @Nullable String host,
            int port,
            @Nullable String path,
            PathRewrite rewrite,
            boolean stripQuery)
            implements RouteAction {}

    /// Answers from here.
    record Direct(int status, String body) implements RouteAction {}
}
