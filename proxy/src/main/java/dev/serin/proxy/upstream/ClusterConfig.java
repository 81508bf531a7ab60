package dev.serin.proxy.upstream;

import com.google.protobuf.Struct;

import dev.serin.proxy.transport.ClusterTransports;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A cluster as configured, compiled from Envoy's Cluster. Immutable; equal configurations are the
/// same cluster.
///
/// @param edsName the name of its ClusterLoadAssignment, for [Discovery#EDS]
/// @param endpoints given inline, for [Discovery#STATIC]; names to resolve for
///   [Discovery#STRICT_DNS]
/// @param bind local addresses of upstream connections, at most one a family
/// @param metadata `filter_metadata`
/// @param outlier null if hosts are not ejected
public record ClusterConfig(
        String name,
        Discovery discovery,
        String edsName,
        Balancing balancing,
        List<Endpoint> endpoints,
        Duration connectTimeout,
        HttpUpstream http,
        Limits limits,
        @Nullable Outlier outlier,
        List<InetSocketAddress> bind,
        Map<String, Struct> metadata,
        int panicPercent,
        ClusterTransports transports) {
    /// How hosts are found.
    public enum Discovery {
        STATIC,
        STRICT_DNS,
        LOGICAL_DNS,
        EDS,
        ORIGINAL_DST
    }

    /// How a host is chosen.
    public enum Balancing {
        ROUND_ROBIN,
        LEAST_REQUEST,
        RANDOM,
        PROVIDED
    }

    /// Circuit breakers: how much of each may be in use at once, by all workers together.
    public record Limits(int connections, int pending, int requests, int retries) {
        /// As Envoy's defaults.
        public static final Limits USUAL = new Limits(1024, 1024, 1024, 3);
    }

    /// Ejection of hosts that fail.
    ///
    /// @param consecutive5xx in a row; 0 turns it off
    /// @param consecutiveGateway 502, 503 or 504 in a row; 0 turns it off
    /// @param maxPercent of the hosts that may be out at once
    public record Outlier(
            int consecutive5xx, int consecutiveGateway, Duration ejection, int maxPercent) {}

    /// One endpoint as configured.
    ///
    /// @param host a literal address, or a name for DNS
    /// @param priority 0 is best
    /// @param metadata `filter_metadata`
    public record Endpoint(
            String host,
            int port,
            int weight,
            int priority,
            boolean healthy,
            Map<String, Struct> metadata) {}
}
