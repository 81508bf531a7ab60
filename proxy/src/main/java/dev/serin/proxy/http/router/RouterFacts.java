package dev.serin.proxy.http.router;

import dev.serin.proxy.route.RouteAction.Forward;
import dev.serin.proxy.route.RouteMatch;
import dev.serin.proxy.stream.UpstreamUse;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.LiveCluster;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// What there is to tell of a request's way to its host, for logs and for the cluster's metrics.
/// The way itself is [Router]'s.
public abstract sealed class RouterFacts permits Router {
    final RoutedStream stream;
    final RouteMatch route;
    final Forward forward;
    final Picking picking;
    @Nullable LiveCluster cluster;
    @Nullable Attempt attempt;
    @Nullable String transportFailure;
    int attempts;
    long upstreamFirst;
    long upstreamEnd;

    RouterFacts(RoutedStream stream, RouteMatch route, Forward forward) {
        this.stream = stream;
        this.route = route;
        this.forward = forward;
        this.picking = new Picking(stream, route, forward);
    }

    /// Null if no cluster was found.
    public @Nullable UpstreamUse use() {
        var live = cluster;
        if (live == null) {
            return null;
        }
        var last = attempt;
        return new UpstreamUse(
                live.name(),
                live.config().statName(),
                last == null ? null : last.host().address(),
                last == null ? null : last.host().hostname(),
                last == null ? null : last.local(),
                live.config().metadata(),
                last == null ? Map.of() : last.host().metadata(),
                attempts,
                picking.triedAddresses(),
                transportFailure,
                last == null ? null : last.protocol(),
                last == null ? null : last.tls());
    }

    /// By the ticker; 0 before there was a connection.
    public long upstreamStart() {
        return attempt == null ? 0 : attempt.started();
    }

    /// By the ticker; 0 before the response's head.
    public long upstreamFirst() {
        return upstreamFirst;
    }

    /// By the ticker; 0 before the response is whole.
    public long upstreamEnd() {
        return upstreamEnd;
    }

    /// A cluster that stands in for this one does not count that it has no host.
    final void countNoHost(@Nullable LiveCluster from) {
        if (from == null || picking.forcedPriority() >= 0) {
            count(ClusterEvent.UPSTREAM_CX_NONE_HEALTHY);
        }
    }

    final void count(ClusterEvent event) {
        if (cluster != null) {
            cluster.observer().count(event);
        }
    }

    /// The request has its answer, from a host or for want of one.
    final void answered(int status) {
        if (cluster != null) {
            cluster.observer().answered(status);
        }
    }

    /// Tells the host the scheme of the connection to it, where that is wanted.
    final void tellScheme(RouterConfig config) {
        if (config.schemeOfHost() && attempt != null) {
            stream.request().scheme(attempt.tls() == null ? "http" : "https");
        }
    }

    final long now() {
        return stream.worker().ticker().nanos();
    }
}
