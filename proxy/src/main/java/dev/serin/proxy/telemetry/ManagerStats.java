package dev.serin.proxy.telemetry;

import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.telemetry.metrics.Histogram;
import dev.serin.proxy.telemetry.metrics.Metrics;
import dev.serin.proxy.telemetry.metrics.StatName;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;

/// The statistics `http.PREFIX.*` of one connection manager. Any event loop.
final class ManagerStats {
    private static final String HTTP = "http.{envoy_http_conn_manager_prefix}.";

    /// Of requests that came to the router, which found nowhere to send them.
    private static final long NOWHERE =
            ResponseFlag.NO_ROUTE_FOUND.bit()
                    | ResponseFlag.NO_CLUSTER_FOUND.bit()
                    | ResponseFlag.DROP_OVERLOAD.bit()
                    | ResponseFlag.UNCONDITIONAL_DROP_OVERLOAD.bit();

    private static final Pattern OF_RULES =
            Pattern.compile("rbac\\.([^.]+)\\.((?:shadow_)?(?:allowed|denied))");

    private final Metrics metrics;
    private final String prefix;
    private final LongAdder requests;
    private final LongAdder active;
    private final LongAdder completed;
    private final LongAdder http1;
    private final LongAdder http2;
    private final LongAdder idle;
    private final LongAdder noRoute;
    private final LongAdder noCluster;
    private final LongAdder routed;
    private final LongAdder direct;
    private final LongAdder connections;
    private final LongAdder openConnections;
    private final LongAdder destroyed;
    private final Histogram time;
    private final StatusCounters classes;
    private final Map<String, LongAdder> ofFilters = new ConcurrentHashMap<>();

    ManagerStats(Metrics metrics, String prefix) {
        this.metrics = metrics;
        this.prefix = prefix;
        requests = counter("downstream_rq_total");
        active = gauge("downstream_rq_active");
        completed = counter("downstream_rq_completed");
        http1 = counter("downstream_rq_http1_total");
        http2 = counter("downstream_rq_http2_total");
        counted("downstream_rq_rx_reset", 0);
        idle = counter("downstream_rq_idle_timeout");
        noRoute = counter("no_route");
        noCluster = counter("no_cluster");
        routed = counter("rq_total");
        direct = counter("rq_direct_response");
        connections = counter("downstream_cx_total");
        openConnections = gauge("downstream_cx_active");
        destroyed = counter("downstream_cx_destroy");
        time =
                metrics.histograms(StatName.of(HTTP + "downstream_rq_time"), EnvoyStats.buckets())
                        .of(prefix);
        classes =
                new StatusCounters(
                        metrics.counters(
                                StatName.of(HTTP + "downstream_rq_{envoy_response_code_class}xx")),
                        prefix,
                        100);
        for (var group = 1; group <= 5; group++) {
            classes.make(group * 100);
        }
    }

    private LongAdder counter(String name) {
        return metrics.counters(StatName.of(HTTP + name)).of(prefix);
    }

    private LongAdder gauge(String name) {
        return metrics.gauges(StatName.of(HTTP + name)).of(prefix);
    }

    void begun() {
        requests.increment();
        active.increment();
    }

    /// As Envoy, which counts 100 as an answer of its own.
    void continued() {
        completed.increment();
        classes.count(100);
    }

    void ended(StreamEnd end) {
        active.decrement();
        (end.request().protocol() == HttpProtocol.HTTP2 ? http2 : http1).increment();
        if (end.status() != 0 && !end.details().equals("internal_redirect")) {
            completed.increment();
            classes.count(end.status());
        }
        time.observe((double) end.timing().durationMillis());
        var flags = end.flags();
        var told = end.details().equals("direct_response");
        var lost = (flags & NOWHERE) != 0;
        if (told || lost || end.upstream() != null && end.upstream().attempts() > 0) {
            routed.increment();
        }
        if (told) {
            direct.increment();
        }
        if (flags != 0) {
            add(flags, ResponseFlag.STREAM_IDLE_TIMEOUT, idle);
            add(flags, ResponseFlag.NO_ROUTE_FOUND, noRoute);
            add(flags, ResponseFlag.NO_CLUSTER_FOUND, noCluster);
        }
    }

    static void add(long flags, ResponseFlag flag, LongAdder counter) {
        if ((flags & flag.bit()) != 0) {
            counter.increment();
        }
    }

    void opened() {
        connections.increment();
        openConnections.increment();
    }

    void closed() {
        openConnections.decrement();
        destroyed.increment();
    }

    /// A filter counts something.
    void counted(String name, int times) {
        ofFilters.computeIfAbsent(name, this::ofFilter).add(times);
    }

    /// The prefix that rules were given is a tag of its own, as with Envoy.
    private LongAdder ofFilter(String name) {
        var ruled = OF_RULES.matcher(name);
        return ruled.matches()
                ? metrics.counters(
                                StatName.of(
                                        HTTP + "rbac.{envoy_rbac_http_prefix}." + ruled.group(2)))
                        .of(prefix, ruled.group(1))
                : counter(name);
    }
}
