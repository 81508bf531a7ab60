package dev.serin.proxy.telemetry;

import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.stream.StreamObserver;
import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.telemetry.metrics.Histogram;
import dev.serin.proxy.telemetry.metrics.Metrics;
import dev.serin.proxy.telemetry.metrics.StatName;
import dev.serin.proxy.tls.TlsObserver;
import dev.serin.proxy.tls.verify.Verdict;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// The metrics that Envoy has under the same names, as far as the ends of streams and connections
/// tell them. Any event loop.
public final class EnvoyStats implements StreamObserver, TlsObserver {
    /// Upper ends of the buckets that Envoy's histograms have, in milliseconds or bytes.
    private static final double[] BUCKETS = {
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000,
        1800000, 3600000
    };

    private static final String CLUSTER = "cluster.{envoy_cluster_name}.upstream_";

    private final Metrics metrics;
    private final Map<String, OfCluster> clusters = new ConcurrentHashMap<>();
    private final Map<String, OfListener> listeners = new ConcurrentHashMap<>();
    private final Map<String, ManagerStats> managers = new ConcurrentHashMap<>();
    private final Map<String, OfTcp> tcp = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> named = new ConcurrentHashMap<>();

    public EnvoyStats(Metrics metrics) {
        this.metrics = metrics;
    }

    /// The buckets of Envoy's histograms.
    public static double[] buckets() {
        return BUCKETS.clone();
    }

    private ManagerStats manager(String prefix) {
        return managers.computeIfAbsent(prefix, p -> new ManagerStats(metrics, p));
    }

    private OfListener listener(String name) {
        return listeners.computeIfAbsent(name, n -> new OfListener(metrics, n));
    }

    private OfCluster cluster(String name) {
        return clusters.computeIfAbsent(name, n -> new OfCluster(metrics, n));
    }

    private OfTcp tcp(String prefix) {
        return tcp.computeIfAbsent(prefix, p -> new OfTcp(metrics, p));
    }

    @Override
    public void begun(String prefix, Downstream downstream) {
        manager(prefix).begun();
    }

    @Override
    public void continued(String prefix) {
        manager(prefix).continued();
    }

    @Override
    public void ended(String prefix, StreamEnd end) {
        manager(prefix).ended(end);
        ended(end);
    }

    @Override
    public void opened(String listener, String prefix, boolean http) {
        listener(listener).opened();
        if (http) {
            manager(prefix).opened();
        } else {
            tcp(prefix).connections.increment();
            tcp(prefix).active.increment();
        }
    }

    @Override
    public void closed(String listener, String prefix, boolean http) {
        listener(listener).closed();
        if (http) {
            manager(prefix).closed();
        } else {
            tcp(prefix).active.decrement();
        }
    }

    @Override
    public void idled(String prefix) {
        tcp(prefix).idle.increment();
    }

    @Override
    public void counted(String prefix, String name) {
        manager(prefix).counted(name, 1);
    }

    @Override
    public void counted(String name) {
        named.computeIfAbsent(name, n -> metrics.counters(StatName.of(n)).of()).increment();
    }

    @Override
    public void secured(Whose whose, TlsFacts facts) {
        ssl(whose, "handshake").increment();
        if (facts.resumed()) {
            ssl(whose, "session_reused").increment();
        }
        if (whose.listener() && facts.peer() == null) {
            ssl(whose, "no_certificate").increment();
        }
    }

    @Override
    public void doubted(Whose whose, Verdict.Kind kind) {
        switch (kind) {
            case OK -> {}
            case CHAIN -> ssl(whose, "fail_verify_error").increment();
            case SAN -> ssl(whose, "fail_verify_san").increment();
            case PIN -> ssl(whose, "fail_verify_cert_hash").increment();
        }
    }

    @Override
    public void failed(Whose whose, boolean connectionError, boolean noCertificate) {
        if (connectionError) {
            ssl(whose, "connection_error").increment();
        }
        if (noCertificate) {
            ssl(whose, "fail_verify_no_cert").increment();
        }
    }

    private LongAdder ssl(Whose whose, String what) {
        var of =
                whose.listener()
                        ? "listener.{envoy_listener_address}"
                        : "cluster.{envoy_cluster_name}";
        return metrics.counters(StatName.of(of + ".ssl." + what)).of(whose.name());
    }

    @Override
    public void ended(StreamEnd end) {
        var upstream = end.upstream();
        if (upstream == null || upstream.attempts() == 0) {
            return;
        }
        var timing = end.timing();
        if (timing.upstreamEnd() != 0 && timing.upstreamStart() != 0) {
            var millis = (timing.upstreamEnd() - timing.upstreamStart()) / 1_000_000;
            cluster(upstream.statName()).time.observe((double) millis);
        }
    }

    @Override
    public void ended(String prefix, ConnectionEnd end) {
        var own = tcp(prefix);
        own.received.add(end.traffic().received());
        own.sent.add(end.traffic().sent());
        ManagerStats.add(end.flags(), ResponseFlag.NO_CLUSTER_FOUND, own.noRoute);
        var upstream = end.upstream();
        if (upstream != null) {
            var cluster = cluster(upstream.statName());
            cluster.sent.add(end.traffic().received());
            cluster.received.add(end.traffic().sent());
        }
    }

    /// One listener's series, `listener.ADDRESS.*`.
    private static final class OfListener {
        private final LongAdder connections;
        private final LongAdder active;
        private final LongAdder destroyed;

        OfListener(Metrics metrics, String listener) {
            var prefix = "listener.{envoy_listener_address}.downstream_cx_";
            connections = metrics.counters(StatName.of(prefix + "total")).of(listener);
            active = metrics.gauges(StatName.of(prefix + "active")).of(listener);
            destroyed = metrics.counters(StatName.of(prefix + "destroy")).of(listener);
        }

        void opened() {
            connections.increment();
            active.increment();
        }

        void closed() {
            active.decrement();
            destroyed.increment();
        }
    }

    /// One TCP proxy's series, `tcp.PREFIX.*`.
    private static final class OfTcp {
        private final LongAdder connections;
        private final LongAdder active;
        private final LongAdder received;
        private final LongAdder sent;
        private final LongAdder idle;
        private final LongAdder noRoute;

        OfTcp(Metrics metrics, String prefix) {
            var tcp = "tcp.{envoy_tcp_prefix}.";
            connections = metrics.counters(StatName.of(tcp + "downstream_cx_total")).of(prefix);
            active = metrics.gauges(StatName.of(tcp + "downstream_cx_active")).of(prefix);
            received =
                    metrics.counters(StatName.of(tcp + "downstream_cx_rx_bytes_total")).of(prefix);
            sent = metrics.counters(StatName.of(tcp + "downstream_cx_tx_bytes_total")).of(prefix);
            idle = metrics.counters(StatName.of(tcp + "idle_timeout")).of(prefix);
            noRoute = metrics.counters(StatName.of(tcp + "downstream_cx_no_route")).of(prefix);
        }
    }

    /// One cluster's series.
    private static final class OfCluster {
        private final LongAdder sent;
        private final LongAdder received;
        private final Histogram time;

        OfCluster(Metrics metrics, String cluster) {
            sent = counter(metrics, "cx_tx_bytes_total", cluster);
            received = counter(metrics, "cx_rx_bytes_total", cluster);
            time = metrics.histograms(StatName.of(CLUSTER + "rq_time"), BUCKETS).of(cluster);
        }

        private static LongAdder counter(Metrics metrics, String what, String cluster) {
            return metrics.counters(StatName.of(CLUSTER + what)).of(cluster);
        }
    }
}
