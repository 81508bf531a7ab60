package dev.serin.proxy.upstream.dns;

import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.clusters.dns.v3.DnsCluster;
import io.envoyproxy.envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// How a cluster's names are resolved. Immutable.
///
/// @param refresh between two answers
/// @param respectTtl whether the answer's own time to live counts instead
/// @param jitter at most this is added
/// @param failureBase first pause after a failure, `failureMost` the longest; null for `refresh`
public record DnsConfig(
        Family family,
        Duration refresh,
        boolean respectTtl,
        Duration jitter,
        @Nullable Duration failureBase,
        @Nullable Duration failureMost) {
    public static final DnsConfig USUAL =
            new DnsConfig(Family.AUTO, Duration.ofSeconds(5), false, Duration.ZERO, null, null);

    /// Which addresses of a name are used.
    public enum Family {
        /// IPv6, and IPv4 where there is none.
        AUTO,
        V4_ONLY,
        V6_ONLY,
        /// IPv4, and IPv6 where there is none.
        V4_PREFERRED,
        ALL
    }

    /// Of a cluster's own fields.
    ///
    /// @throws ConfigProblem naming the field that cannot be done
    @SuppressWarnings("deprecation") // what servers send
    public static DnsConfig compile(Cluster cluster) throws ConfigProblem {
        if (cluster.getDnsResolversCount() > 0) {
            throw new ConfigProblem("dns_resolvers", "is not supported");
        }
        if (cluster.getUseTcpForDnsLookups()) {
            throw new ConfigProblem("use_tcp_for_dns_lookups", "is not supported");
        }
        if (cluster.hasDnsResolutionConfig()) {
            throw new ConfigProblem("dns_resolution_config", "is not supported");
        }
        resolver(cluster.hasTypedDnsResolverConfig(), cluster.getTypedDnsResolverConfig());
        var failure = cluster.getDnsFailureRefreshRate();
        return new DnsConfig(
                family(cluster.getDnsLookupFamily()),
                cluster.hasDnsRefreshRate()
                        ? duration(cluster.getDnsRefreshRate())
                        : Duration.ofSeconds(5),
                cluster.getRespectDnsTtl(),
                duration(cluster.getDnsJitter()),
                failure.hasBaseInterval() ? duration(failure.getBaseInterval()) : null,
                failure.hasMaxInterval() ? duration(failure.getMaxInterval()) : null);
    }

    /// Of the cluster extension `envoy.cluster.dns`.
    ///
    /// @throws ConfigProblem naming the field that cannot be done
    public static DnsConfig compile(DnsCluster dns) throws ConfigProblem {
        resolver(dns.hasTypedDnsResolverConfig(), dns.getTypedDnsResolverConfig());
        var failure = dns.getDnsFailureRefreshRate();
        return new DnsConfig(
                switch (dns.getDnsLookupFamily()) {
                    case UNSPECIFIED, AUTO -> Family.AUTO;
                    case V4_ONLY -> Family.V4_ONLY;
                    case V6_ONLY -> Family.V6_ONLY;
                    case V4_PREFERRED -> Family.V4_PREFERRED;
                    case ALL -> Family.ALL;
                    case UNRECOGNIZED ->
                            throw new ConfigProblem("dns_lookup_family", "unknown value");
                },
                dns.hasDnsRefreshRate() ? duration(dns.getDnsRefreshRate()) : Duration.ofSeconds(5),
                dns.getRespectDnsTtl(),
                duration(dns.getDnsJitter()),
                failure.hasBaseInterval() ? duration(failure.getBaseInterval()) : null,
                failure.hasMaxInterval() ? duration(failure.getMaxInterval()) : null);
    }

    /// Of the cache of a dynamic forward proxy.
    ///
    /// @throws ConfigProblem naming the field that cannot be done
    public static DnsConfig compile(DnsCacheConfig cache) throws ConfigProblem {
        resolver(cache.hasTypedDnsResolverConfig(), cache.getTypedDnsResolverConfig());
        var failure = cache.getDnsFailureRefreshRate();
        var refresh =
                cache.hasDnsRefreshRate()
                        ? duration(cache.getDnsRefreshRate())
                        : Duration.ofSeconds(60);
        return new DnsConfig(
                family(cache.getDnsLookupFamily()),
                refresh,
                true,
                Duration.ZERO,
                failure.hasBaseInterval() ? duration(failure.getBaseInterval()) : refresh,
                failure.hasMaxInterval() ? duration(failure.getMaxInterval()) : null);
    }

    /// Names are resolved as the pod's resolv.conf says; of the resolvers that is what the
    /// machine's own is.
    private static void resolver(boolean set, TypedExtensionConfig config) throws ConfigProblem {
        if (set && !config.getTypedConfig().getTypeUrl().endsWith("GetAddrInfoDnsResolverConfig")) {
            throw new ConfigProblem(
                    "typed_dns_resolver_config", "'" + config.getName() + "' is not supported");
        }
    }

    /// The same family by the cluster's own enum.
    public static Family family(Cluster.DnsLookupFamily family) throws ConfigProblem {
        return switch (family) {
            case AUTO -> Family.AUTO;
            case V4_ONLY -> Family.V4_ONLY;
            case V6_ONLY -> Family.V6_ONLY;
            case V4_PREFERRED -> Family.V4_PREFERRED;
            case ALL -> Family.ALL;
            case UNRECOGNIZED -> throw new ConfigProblem("dns_lookup_family", "unknown value");
        };
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofMillis(Durations.toMillis(duration));
    }
}
