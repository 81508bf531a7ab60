package dev.serin.proxy.upstream.health;

import com.google.protobuf.ByteString;

import dev.serin.proxy.route.TextMatch;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// One active health check of a cluster. Immutable, compiled by [HealthCompiler].
///
/// @param unhealthyThreshold failures in a row that make a host unhealthy, `healthyThreshold`
///   successes that make it healthy
/// @param port 0 for the endpoint's own
/// @param reuse whether the connection is kept for the next check
/// @param alpn protocols that checks offer instead of the cluster's; empty for those
public record HealthConfig(
        Duration timeout,
        Pace pace,
        int unhealthyThreshold,
        int healthyThreshold,
        int port,
        boolean reuse,
        Probe probe,
        Log log,
        List<String> alpn) {
    /// How often a host is checked. Those that are null are as `interval`.
    ///
    /// @param initialJitter at most this before the first check, `jitter` and `jitterPercent`
    ///   before each
    /// @param noTraffic while the cluster has never been used
    /// @param noTrafficHealthy the same for hosts that are healthy
    /// @param unhealthyEdge after the first failure of a healthy host, `healthyEdge` the reverse
    public record Pace(
            Duration interval,
            Duration initialJitter,
            Duration jitter,
            int jitterPercent,
            Duration noTraffic,
            @Nullable Duration noTrafficHealthy,
            @Nullable Duration unhealthy,
            @Nullable Duration unhealthyEdge,
            @Nullable Duration healthyEdge) {}

    /// What of the checks is written to the proxy's log beside changes of health.
    public record Log(boolean failures, boolean successes) {}

    /// What is asked.
    public sealed interface Probe {}

    /// A request.
    ///
    /// @param host empty for the cluster's name
    /// @param add fields that are added or, if their flag is set, replaced
    /// @param expected statuses of a healthy host, from and to (exclusive)
    /// @param retriable statuses that count to the threshold instead of failing at once
    /// @param body what the response's body must contain, in this order
    /// @param mostBody how much of it is looked at
    /// @param service what `x-envoy-upstream-healthchecked-cluster` must match, null for anything
    public record Http(
            String method,
            String host,
            String path,
            boolean http2,
            List<Header> add,
            List<String> remove,
            List<Range> expected,
            List<Range> retriable,
            List<ByteString> body,
            int mostBody,
            @Nullable TextMatch service)
            implements Probe {}

    /// A header field.
    public record Header(String name, String value, boolean append) {}

    /// Whole numbers from `from` to below `to`.
    public record Range(long from, long to) {
        static boolean any(List<Range> ranges, int status) {
            for (var range : ranges) {
                if (status >= range.from && status < range.to) {
                    return true;
                }
            }
            return false;
        }
    }

    /// The gRPC health service.
    public record Grpc(String service, String authority, List<Header> metadata) implements Probe {}

    /// Octets.
    ///
    /// @param send may be empty: then a connection that opens is enough
    /// @param receive what must come, in this order
    public record Tcp(ByteString send, List<ByteString> receive) implements Probe {}
}
