package dev.serin.proxy.upstream;

import com.google.protobuf.Struct;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.transport.ClusterTransports;
import dev.serin.proxy.transport.ClusterTransports.AutoNames;
import dev.serin.proxy.upstream.Breakers.Limits;
import dev.serin.proxy.upstream.balance.Policy;
import dev.serin.proxy.upstream.dns.DnsConfig;
import dev.serin.proxy.upstream.health.HealthConfig;
import dev.serin.proxy.upstream.outlier.OutlierConfig;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A cluster as configured, compiled from Envoy's Cluster. Immutable; equal configurations are the
/// same cluster.
///
/// @param statName what it is called in metrics
/// @param edsName the name of its ClusterLoadAssignment, for [Discovery#EDS]
/// @param assignment given inline; names to resolve for the DNS kinds
/// @param dns how names are resolved
/// @param original null unless [Discovery#ORIGINAL_DST]
/// @param forward null unless [Discovery#FORWARD]
/// @param members names of the clusters that it stands for, the best first
/// @param limits of the default and the high priority
/// @param hostConnections the most to one host
/// @param checks active health checks; a host is healthy if all pass
/// @param outlier null if hosts are not ejected
/// @param sockets how connections are made
/// @param membership what happens when hosts come, go and change
/// @param metadata `filter_metadata`
/// @param filters of connections that a TCP proxy makes
public record ClusterConfig(
        String name,
        String statName,
        Discovery discovery,
        String edsName,
        Policy policy,
        Assignment assignment,
        DnsConfig dns,
        @Nullable OriginalDestination original,
        @Nullable Forward forward,
        List<String> members,
        Duration connectTimeout,
        HttpUpstream http,
        Priorities limits,
        int hostConnections,
        List<HealthConfig> checks,
        @Nullable OutlierConfig outlier,
        SocketConfig sockets,
        Membership membership,
        Map<String, Struct> metadata,
        ClusterTransports transports,
        UpstreamFilters filters) {
    /// How hosts are found.
    public enum Discovery {
        STATIC,
        STRICT_DNS,
        LOGICAL_DNS,
        EDS,
        ORIGINAL_DST,
        /// By the name in the request: the dynamic forward proxy.
        FORWARD,
        /// It has none of its own: it stands for other clusters.
        AGGREGATE
    }

    /// Breakers by routing priority.
    public record Priorities(Limits usual, Limits high) {}

    /// Hosts are where connections were meant to go.
    ///
    /// @param header that names the host instead, null for none
    /// @param port in the place of the connection's own, 0 for that
    public record OriginalDestination(@Nullable String header, int port) {}

    /// Hosts are what requests name.
    ///
    /// @param cache the name of the DNS cache, which the filter names too
    /// @param hostTtl how long a host stays that nobody asks for
    /// @param patience how long a look-up may take
    /// @param mostPending requests that wait for a look-up at once
    /// @param port of names without one
    /// @param insecure whether hosts need not prove that they are who was named
    public record Forward(
            String cache,
            int mostHosts,
            Duration hostTtl,
            Duration patience,
            int mostPending,
            int port,
            boolean insecure) {
        /// @throws ConfigProblem if connections could go to a host that is not the one that was
        ///   named
        void check(AutoNames auto) throws ConfigProblem {
            if (!insecure && !(auto.serverName() && auto.verify())) {
                throw new ConfigProblem(
                        "upstream_http_protocol_options",
                        "needs auto_sni and auto_san_validation, unless"
                                + " allow_insecure_cluster_options is set");
            }
        }
    }

    /// How connections are made.
    ///
    /// @param bind local addresses, at most one a family is used
    /// @param freebind whether they may be addresses that the machine does not have
    /// @param options set on each socket
    /// @param keepAlive null if the kernel does not probe
    /// @param bufferLimit octets that may wait to be written to a host; 0 for the usual
    public record SocketConfig(
            List<InetSocketAddress> bind,
            boolean freebind,
            List<Option> options,
            @Nullable KeepAlive keepAlive,
            int bufferLimit) {
        /// The kernel's own ways.
        public static final SocketConfig USUAL =
                new SocketConfig(List.of(), false, List.of(), null, 0);
    }

    /// A socket option by its numbers.
    public record Option(int level, int name, int value) {}

    /// The kernel's probes; -1 for its own setting.
    public record KeepAlive(int probes, int timeSeconds, int intervalSeconds) {}

    /// What happens when hosts come, go and change.
    ///
    /// @param ignoreHealthOnRemoval whether a host that is removed goes though its checks pass
    /// @param ignoreNewUntilChecked whether new hosts do not count before their first check
    /// @param closeOnFailure whether connections are closed when a host's checks fail
    /// @param closeOnChange whether connections are closed when the hosts change
    /// @param cleanup how long unused hosts of ORIGINAL_DST stay
    /// @param mergeWindow in which changes of weight, health and metadata are taken together; zero
    ///   for none
    /// @param waitForWarm whether routes wait for the first answer of DNS or checks
    public record Membership(
            boolean ignoreHealthOnRemoval,
            boolean ignoreNewUntilChecked,
            boolean closeOnFailure,
            boolean closeOnChange,
            Duration cleanup,
            Duration mergeWindow,
            boolean waitForWarm) {}

    /// The addresses that upstream connections bind.
    public List<InetSocketAddress> bind() {
        return sockets.bind();
    }
}
