package dev.serin.proxy.network;

import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.Extensions;
import dev.serin.proxy.extension.LogCompiler;
import dev.serin.proxy.network.TcpConfig.Share;
import dev.serin.proxy.route.hash.HashPolicy;
import dev.serin.proxy.route.retry.RetryPolicy.Pause;
import dev.serin.proxy.stream.ConnectionObserver;
import dev.serin.proxy.upstream.balance.MetadataMatch;

import io.envoyproxy.envoy.config.core.v3.BackoffStrategy;
import io.envoyproxy.envoy.config.core.v3.Metadata;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Compiles Envoy's TcpProxy. Pure.
public final class TcpCompiler {
    private TcpCompiler() {}

    /// @param watching the filters before it that only watch
    /// @throws ConfigProblem naming the field that cannot be done
    public static TcpConfig compile(
            io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy config,
            List<ConnectionObserver> watching,
            Extensions extensions)
            throws ConfigProblem {
        var shares = new ArrayList<Share>();
        switch (config.getClusterSpecifierCase()) {
            case CLUSTER ->
                    shares.add(
                            new Share(config.getCluster(), 1, metadata(config.getMetadataMatch())));
            case WEIGHTED_CLUSTERS ->
                    config.getWeightedClusters()
                            .getClustersList()
                            .forEach(c ->
                                    shares.add(
                                            new Share(
                                                    c.getName(),
                                                    c.getWeight(),
                                                    metadata(config.getMetadataMatch())
                                                            .with(
                                                                    metadata(
                                                                            c
                                                                                    .getMetadataMatch())))));
            case CLUSTERSPECIFIER_NOT_SET ->
                    throw new ConfigProblem("cluster_specifier", "is missing");
        }
        var total = shares.stream().mapToLong(Share::weight).sum();
        if (total <= 0 || total > Integer.MAX_VALUE) {
            throw new ConfigProblem("weighted_clusters", "the weights sum to " + total);
        }
        var observers = new ArrayList<>(watching);
        observers.addAll(
                LiveLog.of(LogCompiler.compile(config.getAccessLogList(), extensions), config));
        return new TcpConfig(
                config.getStatPrefix(),
                List.copyOf(shares),
                (int) total,
                config.hasIdleTimeout()
                        ? Duration.ofMillis(Durations.toMillis(config.getIdleTimeout()))
                        : Duration.ofHours(1),
                Duration.ofMillis(Durations.toMillis(config.getMaxDownstreamConnectionDuration())),
                HashPolicy.ofConnections(config.getHashPolicyList()),
                config.hasMaxConnectAttempts() ? config.getMaxConnectAttempts().getValue() : 1,
                config.hasBackoffOptions() ? pause(config.getBackoffOptions()) : null,
                tunnel(config),
                List.copyOf(observers));
    }

    private static Pause pause(BackoffStrategy backOff) throws ConfigProblem {
        var base = Math.max(1, Durations.toMillis(backOff.getBaseInterval()));
        var most =
                backOff.hasMaxInterval() ? Durations.toMillis(backOff.getMaxInterval()) : base * 10;
        if (most < base) {
            throw new ConfigProblem("backoff_options.max_interval", "is less than base_interval");
        }
        return new Pause(base, most, List.of(), 0);
    }

    private static @Nullable TunnelRequest tunnel(
            io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy config)
            throws ConfigProblem {
        if (!config.hasTunnelingConfig()) {
            return null;
        }
        try {
            return TunnelRequest.compile(config.getTunnelingConfig());
        } catch (ConfigProblem e) {
            throw e.under("tunneling_config");
        }
    }

    private static MetadataMatch metadata(Metadata metadata) {
        var lb = metadata.getFilterMetadataMap().get(MetadataMatch.NAMESPACE);
        return lb == null ? MetadataMatch.NONE : MetadataMatch.of(lb);
    }
}
