package dev.serin.controlplane.generate.route;

import dev.serin.config.ResourceKey;
import dev.serin.config.istio.HeaderOperations;
import dev.serin.config.istio.HttpMatch;
import dev.serin.config.istio.HttpRoute;
import dev.serin.config.istio.LoadBalancer;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Everything that one route configuration depends on: its hosts in order, each with the rules that
/// hold for this proxy on this port. The key of the route generator.
///
/// @param otherwise what becomes of a host that none of these is
/// @param ignorePort whether the port of a Host header counts
record RoutePlan(String name, List<Host> hosts, Otherwise otherwise, boolean ignorePort) {
    /// What becomes of an unknown host.
    enum Otherwise {
        /// Passed on to where it was going.
        PASS,
        /// 502, as Istio's REGISTRY_ONLY.
        BLOCK,
        /// 404.
        UNKNOWN
    }

    /// @param domains that are this host, as Envoy writes them
    /// @param httpsOnly whether plain HTTP is redirected
    record Host(String name, List<String> domains, List<Rule> rules, boolean httpsOnly) {}

    /// One way that a request may go; the first whose match holds is taken.
    ///
    /// @param match null: every request
    /// @param route what the VirtualService says, null for the plain way to a service
    /// @param targets the clusters of a forward that are there; none: answered with 503
    /// @param operation its name in traces
    /// @param source the VirtualService, null without one
    /// @param port of the listener
    record Rule(
            String name,
            @Nullable HttpMatch match,
            @Nullable HttpRoute route,
            Targets targets,
            String operation,
            @Nullable ResourceKey source,
            int port) {}

    /// @param hash keys by which the clusters choose a host
    record Targets(
            List<Target> clusters, List<MirrorTarget> mirrors, List<LoadBalancer.HashKey> hash) {}

    /// @param headers null: unchanged
    record Target(String cluster, int weight, @Nullable HeaderOperations headers) {}

    record MirrorTarget(String cluster, double percent) {}
}
