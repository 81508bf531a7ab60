package dev.serin.proxy.telemetry;

import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.ConnectionObserver;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.stream.StreamObserver;
import dev.serin.proxy.telemetry.metrics.Family;
import dev.serin.proxy.telemetry.metrics.Histogram;
import dev.serin.proxy.telemetry.metrics.Metrics;
import dev.serin.proxy.tls.TlsObserver;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/// The metrics that Envoy has under the same names, as far as the ends of streams and connections
/// tell them. Any event loop.
public final class EnvoyStats implements StreamObserver, ConnectionObserver, TlsObserver {
    /// Upper ends of the buckets that Envoy's histograms have, in milliseconds or bytes.
    private static final double[] BUCKETS = {
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000,
        1800000, 3600000
    };

    private static final String CLUSTER = "envoy_cluster_name";
    private static final String LISTENER = "envoy_listener_address";

    private final Metrics metrics;
    private final Map<String, OfCluster> clusters = new ConcurrentHashMap<>();
    private final Map<String, OfListener> listeners = new ConcurrentHashMap<>();

    public EnvoyStats(Metrics metrics) {
        this.metrics = metrics;
    }

    /// The buckets of Envoy's histograms.
    public static double[] buckets() {
        return BUCKETS.clone();
    }

    @Override
    public void ended(StreamEnd end) {
        var listener = listener(end.downstream().listener());
        listener.requests.increment();
        listener.classes.count(end.status());
        var upstream = end.upstream();
        if (upstream == null) {
            return;
        }
        var cluster = cluster(upstream.cluster());
        if (upstream.attempts() > 0) {
            cluster.requests.add(upstream.attempts());
            cluster.retries.add(upstream.attempts() - 1L);
        }
        cluster.failed(end.flags());
        cluster.codes.count(end.status());
        cluster.classes.count(end.status());
        var timing = end.timing();
        if (timing.upstreamEnd() != 0 && timing.upstreamStart() != 0) {
            var millis = (timing.upstreamEnd() - timing.upstreamStart()) / 1_000_000;
            cluster.time.observe((double) millis);
        }
    }

    @Override
    public void ended(ConnectionEnd end) {
        listener(end.downstream().listener()).connections.increment();
        var upstream = end.upstream();
        if (upstream != null) {
            var cluster = cluster(upstream.cluster());
            if (upstream.local() != null) {
                cluster.connections.increment();
            }
            cluster.failed(end.flags());
            cluster.sent.add(end.traffic().received());
            cluster.received.add(end.traffic().sent());
        }
    }

    private OfListener listener(String name) {
        return listeners.computeIfAbsent(name, n -> new OfListener(metrics, n));
    }

    private OfCluster cluster(String name) {
        return clusters.computeIfAbsent(name, n -> new OfCluster(metrics, n));
    }

    /// Counters by status, each made when it is first needed.
    private static final class ByStatus {
        private final AtomicReferenceArray<@Nullable LongAdder> counters =
                new AtomicReferenceArray<>(600);
        private final Family<LongAdder> family;
        private final String of;
        private final int divisor;

        ByStatus(Family<LongAdder> family, String of, int divisor) {
            this.family = family;
            this.of = of;
            this.divisor = divisor;
        }

        void count(int status) {
            if (status < 100 || status > 599) {
                return;
            }
            var at = status / divisor;
            var counter = counters.get(at);
            if (counter == null) {
                counter = family.of(Integer.toString(at), of);
                counters.set(at, counter);
            }
            counter.increment();
        }
    }

    /// One listener's series.
    private static final class OfListener {
        private final LongAdder requests;
        private final LongAdder connections;
        private final ByStatus classes;

        OfListener(Metrics metrics, String listener) {
            var label = List.of(LISTENER);
            requests = metrics.counters("envoy_http_downstream_rq_total", label).of(listener);
            connections = metrics.counters("envoy_tcp_downstream_cx_total", label).of(listener);
            classes =
                    new ByStatus(
                            metrics.counters(
                                    "envoy_http_downstream_rq_xx",
                                    List.of("envoy_response_code_class", LISTENER)),
                            listener,
                            100);
        }
    }

    /// One cluster's series.
    private static final class OfCluster {
        private final LongAdder requests;
        private final LongAdder retries;
        private final LongAdder timeouts;
        private final LongAdder connections;
        private final LongAdder connectFailures;
        private final LongAdder noneHealthy;
        private final LongAdder overflows;
        private final LongAdder sent;
        private final LongAdder received;
        private final Histogram time;
        private final ByStatus codes;
        private final ByStatus classes;

        OfCluster(Metrics metrics, String cluster) {
            requests = counter(metrics, "rq_total", cluster);
            retries = counter(metrics, "rq_retry", cluster);
            timeouts = counter(metrics, "rq_timeout", cluster);
            connections = counter(metrics, "cx_total", cluster);
            connectFailures = counter(metrics, "cx_connect_fail", cluster);
            noneHealthy = counter(metrics, "cx_none_healthy", cluster);
            overflows = counter(metrics, "rq_pending_overflow", cluster);
            sent = counter(metrics, "cx_tx_bytes_total", cluster);
            received = counter(metrics, "cx_rx_bytes_total", cluster);
            time =
                    metrics.histograms("envoy_cluster_upstream_rq_time", List.of(CLUSTER), BUCKETS)
                            .of(cluster);
            codes =
                    new ByStatus(
                            metrics.counters(
                                    "envoy_cluster_upstream_rq",
                                    List.of("envoy_response_code", CLUSTER)),
                            cluster,
                            1);
            classes =
                    new ByStatus(
                            metrics.counters(
                                    "envoy_cluster_upstream_rq_xx",
                                    List.of("envoy_response_code_class", CLUSTER)),
                            cluster,
                            100);
        }

        private static LongAdder counter(Metrics metrics, String what, String cluster) {
            return metrics.counters("envoy_cluster_upstream_" + what, List.of(CLUSTER)).of(cluster);
        }

        void failed(long flags) {
            if (flags == 0) {
                return;
            }
            add(flags, ResponseFlag.UPSTREAM_REQUEST_TIMEOUT, timeouts);
            add(flags, ResponseFlag.UPSTREAM_CONNECTION_FAILURE, connectFailures);
            add(flags, ResponseFlag.NO_HEALTHY_UPSTREAM, noneHealthy);
            add(flags, ResponseFlag.UPSTREAM_OVERFLOW, overflows);
        }

        private static void add(long flags, ResponseFlag flag, LongAdder counter) {
            if ((flags & flag.bit()) != 0) {
                counter.increment();
            }
        }
    }
}
