package dev.serin.proxy.stream;

import com.google.protobuf.Struct;

import dev.serin.proxy.http.HttpProtocol;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/// The cluster that a stream or connection is for, and the host of it that was used last.
///
/// @param cluster the cluster's name
/// @param statName what the cluster is called in metrics, as its `alt_stat_name`
/// @param host null if no host was chosen
/// @param hostName as configured or resolved; null or empty if it has none
/// @param local the proxy's own end towards the host; null if it never connected
/// @param clusterMetadata the cluster's `filter_metadata`, for instance `istio` with its services
/// @param hostMetadata the endpoint's `filter_metadata`, for instance `istio` with its workload
/// @param attempts how often a host was tried; 0 if it did not come so far
/// @param tried those that were tried before `host`, in this order
/// @param transportFailure why connecting failed, as `%UPSTREAM_TRANSPORT_FAILURE_REASON%`
/// @param protocol that the host is spoken to in; null where it is no HTTP, or never connected
/// @param tls of the connection to the host; null without TLS
public record UpstreamUse(
        String cluster,
        String statName,
        @Nullable InetSocketAddress host,
        @Nullable String hostName,
        @Nullable InetSocketAddress local,
        Map<String, Struct> clusterMetadata,
        Map<String, Struct> hostMetadata,
        int attempts,
        List<InetSocketAddress> tried,
        @Nullable String transportFailure,
        @Nullable HttpProtocol protocol,
        @Nullable TlsFacts tls) {
    /// Of a stream whose route goes to a cluster that it did not get to.
    public static UpstreamUse of(String cluster, String statName, Map<String, Struct> metadata) {
        return new UpstreamUse(
                cluster, statName, null, null, null, metadata, Map.of(), 0, List.of(), null, null,
                null);
    }
}
