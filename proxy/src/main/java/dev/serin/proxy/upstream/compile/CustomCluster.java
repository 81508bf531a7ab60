package dev.serin.proxy.upstream.compile;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.upstream.ClusterConfig.Discovery;
import dev.serin.proxy.upstream.ClusterConfig.Forward;
import dev.serin.proxy.upstream.dns.DnsConfig;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.extensions.clusters.dns.v3.DnsCluster;
import io.envoyproxy.envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// Compiles `cluster_type`: kinds of clusters that Envoy has as extensions. Pure.
///
/// @param dns of the names that it resolves; null if it resolves none
/// @param forward null unless hosts are what requests name
/// @param members names of the clusters that it stands for
public record CustomCluster(
        Discovery discovery,
        @Nullable DnsConfig dns,
        @Nullable Forward forward,
        List<String> members) {
    private static final String PACKAGE = "envoy.extensions.clusters.";
    private static final int MOST_HOSTS = 1024;

    /// Null if the cluster is of one of the usual types.
    ///
    /// @throws ConfigProblem naming the field that cannot be done
    public static @Nullable CustomCluster compile(Cluster cluster) throws ConfigProblem {
        if (!cluster.hasClusterType()) {
            return null;
        }
        try {
            var any = cluster.getClusterType().getTypedConfig();
            var type = any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('/') + 1);
            return switch (type) {
                case PACKAGE + "dns.v3.DnsCluster" -> dns(parse(any, DnsCluster.parser()));
                case PACKAGE + "aggregate.v3.ClusterConfig" ->
                        aggregate(
                                cluster,
                                parse(
                                        any,
                                        io.envoyproxy.envoy.extensions.clusters.aggregate.v3
                                                .ClusterConfig.parser()));
                case PACKAGE + "dynamic_forward_proxy.v3.ClusterConfig" ->
                        forward(
                                cluster,
                                parse(
                                        any,
                                        io.envoyproxy.envoy.extensions.clusters
                                                .dynamic_forward_proxy.v3.ClusterConfig.parser()));
                default ->
                        throw new ConfigProblem(
                                "",
                                "'" + cluster.getClusterType().getName() + "' is not supported");
            };
        } catch (ConfigProblem e) {
            throw e.under("cluster_type");
        }
    }

    private static CustomCluster dns(DnsCluster dns) throws ConfigProblem {
        return new CustomCluster(
                dns.getAllAddressesInSingleEndpoint()
                        ? Discovery.LOGICAL_DNS
                        : Discovery.STRICT_DNS,
                DnsConfig.compile(dns),
                null,
                List.of());
    }

    // ---- clusters that stand for others

    private static CustomCluster aggregate(
            Cluster cluster,
            io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterConfig config)
            throws ConfigProblem {
        provided(cluster);
        if (config.getClustersCount() == 0) {
            throw new ConfigProblem("clusters", "is empty");
        }
        return new CustomCluster(
                Discovery.AGGREGATE, null, null, List.copyOf(config.getClustersList()));
    }

    private static void provided(Cluster cluster) throws ConfigProblem {
        if (cluster.getLbPolicy() != Cluster.LbPolicy.CLUSTER_PROVIDED
                && !cluster.hasLoadBalancingPolicy()) {
            throw new ConfigProblem("lb_policy", "must be CLUSTER_PROVIDED for this cluster_type");
        }
    }

    // ---- hosts that requests name

    private static CustomCluster forward(
            Cluster cluster,
            io.envoyproxy.envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig config)
            throws ConfigProblem {
        provided(cluster);
        if (!config.hasDnsCacheConfig()) {
            throw new ConfigProblem("dns_cache_config", "is missing");
        }
        var cache = config.getDnsCacheConfig();
        return new CustomCluster(
                Discovery.FORWARD,
                DnsConfig.compile(cache),
                new Forward(
                        cache(cache),
                        cache.hasMaxHosts() ? cache.getMaxHosts().getValue() : MOST_HOSTS,
                        cache.hasHostTtl()
                                ? Duration.ofMillis(Durations.toMillis(cache.getHostTtl()))
                                : Duration.ofMinutes(5),
                        cache.hasDnsQueryTimeout()
                                ? Duration.ofMillis(Durations.toMillis(cache.getDnsQueryTimeout()))
                                : Duration.ofSeconds(5),
                        pending(cache),
                        cluster.hasTransportSocket() ? 443 : 80,
                        config.getAllowInsecureClusterOptions()),
                List.of());
    }

    private static String cache(DnsCacheConfig cache) throws ConfigProblem {
        if (cache.getName().isEmpty()) {
            throw new ConfigProblem("dns_cache_config.name", "is missing");
        }
        return cache.getName();
    }

    private static int pending(DnsCacheConfig cache) {
        var breaker = cache.getDnsCacheCircuitBreaker();
        return breaker.hasMaxPendingRequests()
                ? breaker.getMaxPendingRequests().getValue()
                : MOST_HOSTS;
    }

    private static <M extends Message> M parse(Any any, Parser<M> parser) throws ConfigProblem {
        try {
            return parser.parseFrom(any.getValue());
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem("", "does not parse: " + e.getMessage());
        }
    }
}
