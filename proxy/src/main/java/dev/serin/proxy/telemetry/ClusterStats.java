package dev.serin.proxy.telemetry;

import dev.serin.proxy.telemetry.metrics.Metrics;
import dev.serin.proxy.telemetry.metrics.StatName;
import dev.serin.proxy.upstream.Breaker;
import dev.serin.proxy.upstream.Breakers;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.ClusterObserver;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.HostFlag;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.balance.Policy.Health;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/// What clusters count of themselves, and how they are now, under Envoy's names (`cluster.NAME.*`).
/// Any thread.
public final class ClusterStats implements ClusterObserver.Source {
    private static final String CLUSTER = "cluster.{envoy_cluster_name}.";

    private final Metrics metrics;
    private final Map<String, ClusterObserver> observers = new ConcurrentHashMap<>();

    public ClusterStats(Metrics metrics) {
        this.metrics = metrics;
    }

    /// Clusters of one name in metrics are counted together, as a cluster and its next version.
    @Override
    public ClusterObserver of(String statName) {
        return observers.computeIfAbsent(statName, Counts::new);
    }

    @Override
    public void counted(String name) {
        metrics.counters(StatName.of(name)).of().increment();
    }

    private final class Counts implements ClusterObserver {
        private final String cluster;
        private final AtomicReferenceArray<@Nullable LongAdder> counters =
                new AtomicReferenceArray<>(ClusterEvent.values().length);
        private final StatusCounters codes;
        private final StatusCounters classes;

        Counts(String cluster) {
            this.cluster = cluster;
            var rq = CLUSTER + "upstream_rq_";
            codes = statuses(rq + "{envoy_response_code}", 1);
            classes = statuses(rq + "{envoy_response_code_class}xx", 100);
        }

        private StatusCounters statuses(String pattern, int divisor) {
            return new StatusCounters(metrics.counters(StatName.of(pattern)), cluster, divisor);
        }

        @Override
        public void answered(int status) {
            count(ClusterEvent.UPSTREAM_RQ_COMPLETED);
            codes.count(status);
            classes.count(status);
        }

        @Override
        @SuppressWarnings("EnumOrdinal") // never stored or sent
        public void count(ClusterEvent event, long times) {
            var counter = counters.get(event.ordinal());
            if (counter == null) {
                counter = metrics.counters(StatName.of(CLUSTER + event.shown())).of(cluster);
                counters.set(event.ordinal(), counter);
            }
            counter.add(times);
        }
    }

    // ---- how clusters are

    /// Shows the present of these clusters as gauges.
    ///
    /// @param clusters those that are live, asked whenever metrics are read
    public void show(Supplier<Collection<LiveCluster>> clusters) {
        gauge("membership_total", clusters, c -> c.hosts().size());
        gauge("membership_healthy", clusters, c -> hosts(c, h -> h.health() == Health.HEALTHY));
        gauge("membership_degraded", clusters, c -> hosts(c, h -> h.health() == Health.DEGRADED));
        gauge("membership_excluded", clusters, c -> hosts(c, Host::excluded));
        gauge(
                "outlier_detection.ejections_active",
                clusters,
                c -> hosts(c, h -> h.has(HostFlag.FAILED_OUTLIER_CHECK)));
        gauge("max_host_weight", clusters, ClusterStats::weight);
        gauge("upstream_cx_active", clusters, c -> both(c, Breakers::connections));
        gauge("upstream_rq_active", clusters, c -> both(c, Breakers::requests));
        gauge("upstream_rq_pending_active", clusters, c -> both(c, Breakers::pending));
        breakers("cx", clusters, Breakers::connections);
        breakers("rq", clusters, Breakers::requests);
        breakers("rq_pending", clusters, Breakers::pending);
        breakers("rq_retry", clusters, Breakers::retries);
        breakers("cx_pool", clusters, Breakers::pools);
    }

    private static long hosts(LiveCluster cluster, Predicate<Host> which) {
        return cluster.hosts().stream().filter(which).count();
    }

    private static long weight(LiveCluster cluster) {
        return cluster.hosts().stream().mapToLong(Host::weight).max().orElse(0);
    }

    private static long both(LiveCluster cluster, Function<Breakers, Breaker> which) {
        return (long) which.apply(cluster.breakers(false)).used()
                + which.apply(cluster.breakers(true)).used();
    }

    private void gauge(
            String name,
            Supplier<Collection<LiveCluster>> clusters,
            ToLongFunction<LiveCluster> value) {
        metrics.gauges(
                StatName.of(CLUSTER + name),
                () -> {
                    var values = new HashMap<List<String>, Long>();
                    clusters.get()
                            .forEach(c ->
                                    values.put(
                                            List.of(c.config().statName()), value.applyAsLong(c)));
                    return values;
                });
    }

    /// Whether a breaker is open, and for clusters that ask for it how much is left of it. As
    /// Envoy's track_remaining.
    private void breakers(
            String name,
            Supplier<Collection<LiveCluster>> clusters,
            Function<Breakers, Breaker> which) {
        for (var high : List.of(false, true)) {
            var prefix = CLUSTER + "circuit_breakers." + (high ? "high." : "default.");
            gauge(
                    prefix.substring(CLUSTER.length()) + name + "_open",
                    clusters,
                    c -> which.apply(c.breakers(high)).open() ? 1 : 0);
            gauge(
                    prefix.substring(CLUSTER.length()) + "remaining_" + remaining(name),
                    () ->
                            clusters.get().stream()
                                    .filter(c -> c.breakers(high).limits().tracked())
                                    .toList(),
                    c -> left(which.apply(c.breakers(high))));
        }
    }

    private static String remaining(String name) {
        return switch (name) {
            case "rq_pending" -> "pending";
            case "rq_retry" -> "retries";
            case "cx_pool" -> "cx_pools";
            default -> name;
        };
    }

    private static long left(Breaker breaker) {
        return Math.max(0, (long) breaker.limit() - breaker.used());
    }
}
