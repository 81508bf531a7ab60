package dev.serin.proxy.stream;

import com.google.protobuf.Struct;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.Map;

/// The cluster, and the host of it, that a stream or connection used last.
///
/// @param cluster the cluster's name
/// @param host null if no host was chosen
/// @param local the proxy's own end towards the host; null if it never connected
/// @param clusterMetadata the cluster's `filter_metadata`, for instance `istio` with its services
/// @param hostMetadata the endpoint's `filter_metadata`, for instance `istio` with its workload
/// @param attempts how often a host was tried
/// @param transportFailure why connecting failed, as `%UPSTREAM_TRANSPORT_FAILURE_REASON%`
/// @param tls of the connection to the host; null without TLS
public record UpstreamUse(
        String cluster,
        @Nullable InetSocketAddress host,
        @Nullable InetSocketAddress local,
        Map<String, Struct> clusterMetadata,
        Map<String, Struct> hostMetadata,
        int attempts,
        @Nullable String transportFailure,
        @Nullable TlsFacts tls) {
    /// Without TLS, or before it.
    public UpstreamUse(
            String cluster,
            @Nullable InetSocketAddress host,
            @Nullable InetSocketAddress local,
            Map<String, Struct> clusterMetadata,
            Map<String, Struct> hostMetadata,
            int attempts,
            @Nullable String transportFailure) {
        this(cluster, host, local, clusterMetadata, hostMetadata, attempts, transportFailure, null);
    }
}
