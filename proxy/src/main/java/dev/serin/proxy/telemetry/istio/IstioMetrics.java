package dev.serin.proxy.telemetry.istio;

import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.telemetry.EnvoyStats;
import dev.serin.proxy.telemetry.metrics.Family;
import dev.serin.proxy.telemetry.metrics.Histogram;
import dev.serin.proxy.telemetry.metrics.Metrics;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/// Istio's standard metrics. The series of one kind of traffic are found by one look-up of a record
/// that holds all that their labels depend on. Safe for any thread.
public final class IstioMetrics {
    private static final List<String> TCP_LABELS =
            List.of(
                    "reporter",
                    "source_workload",
                    "source_canonical_service",
                    "source_canonical_revision",
                    "source_workload_namespace",
                    "source_principal",
                    "source_app",
                    "source_version",
                    "source_cluster",
                    "destination_workload",
                    "destination_workload_namespace",
                    "destination_principal",
                    "destination_app",
                    "destination_version",
                    "destination_service",
                    "destination_canonical_service",
                    "destination_canonical_revision",
                    "destination_service_name",
                    "destination_service_namespace",
                    "destination_cluster",
                    "request_protocol",
                    "response_flags",
                    "connection_security_policy");
    private static final List<String> HTTP_LABELS =
            Stream.concat(TCP_LABELS.stream(), Stream.of("response_code", "grpc_response_status"))
                    .toList();
    private static final int BOUND = 20_000;

    private final Family<LongAdder> requests;
    private final Family<Histogram> durations;
    private final Family<Histogram> requestBytes;
    private final Family<Histogram> responseBytes;
    private final Family<LongAdder> opened;
    private final Family<LongAdder> closed;
    private final Family<LongAdder> sent;
    private final Family<LongAdder> received;
    private final Map<HttpTraffic, OfHttp> http = new ConcurrentHashMap<>();
    private final Map<Traffic, OfTcp> tcp = new ConcurrentHashMap<>();

    public IstioMetrics(Metrics metrics) {
        var buckets = EnvoyStats.buckets();
        requests = metrics.counters("istio_requests_total", HTTP_LABELS);
        durations = metrics.histograms("istio_request_duration_milliseconds", HTTP_LABELS, buckets);
        requestBytes = metrics.histograms("istio_request_bytes", HTTP_LABELS, buckets);
        responseBytes = metrics.histograms("istio_response_bytes", HTTP_LABELS, buckets);
        opened = metrics.counters("istio_tcp_connections_opened_total", TCP_LABELS);
        closed = metrics.counters("istio_tcp_connections_closed_total", TCP_LABELS);
        sent = metrics.counters("istio_tcp_sent_bytes_total", TCP_LABELS);
        received = metrics.counters("istio_tcp_received_bytes_total", TCP_LABELS);
    }

    OfHttp http(HttpTraffic traffic) {
        var known = http.get(traffic);
        if (known != null) {
            return known;
        }
        if (http.size() >= BOUND) {
            http.clear();
        }
        return http.computeIfAbsent(traffic, this::find);
    }

    OfTcp tcp(Traffic traffic) {
        var known = tcp.get(traffic);
        if (known != null) {
            return known;
        }
        if (tcp.size() >= BOUND) {
            tcp.clear();
        }
        return tcp.computeIfAbsent(traffic, this::find);
    }

    private OfHttp find(HttpTraffic traffic) {
        var labels =
                Stream.concat(
                                traffic.traffic().labels().stream(),
                                Stream.of(Integer.toString(traffic.status()), traffic.grpcStatus()))
                        .toList();
        return new OfHttp(
                requests.of(labels),
                durations.of(labels),
                requestBytes.of(labels),
                responseBytes.of(labels));
    }

    private OfTcp find(Traffic traffic) {
        var labels = traffic.labels();
        return new OfTcp(
                opened.of(labels), closed.of(labels), sent.of(labels), received.of(labels));
    }

    /// The series of one kind of HTTP traffic.
    record OfHttp(
            LongAdder requests,
            Histogram durations,
            Histogram requestBytes,
            Histogram responseBytes) {}

    /// The series of one kind of TCP traffic. Sent and received are meant as the client's: received
    /// is what the destination sent back.
    record OfTcp(LongAdder opened, LongAdder closed, LongAdder sent, LongAdder received) {}

    /// What HTTP labels depend on.
    ///
    /// @param grpcStatus empty where it is not gRPC
    record HttpTraffic(Traffic traffic, int status, String grpcStatus) {}

    /// What all labels depend on.
    ///
    /// @param flags as logs show them
    record Traffic(
            boolean reportedBySource,
            Peer source,
            Peer destination,
            Service service,
            Principals principals,
            String protocol,
            long flags) {

        List<String> labels() {
            return List.of(
                    reportedBySource ? "source" : "destination",
                    source.workload(),
                    source.canonicalService(),
                    source.canonicalRevision(),
                    source.namespace(),
                    principals.source(),
                    source.app(),
                    source.version(),
                    source.cluster(),
                    destination.workload(),
                    destination.namespace(),
                    principals.destination(),
                    destination.app(),
                    destination.version(),
                    service.host(),
                    destination.canonicalService(),
                    destination.canonicalRevision(),
                    service.name(),
                    service.namespace(),
                    destination.cluster(),
                    protocol,
                    ResponseFlag.shown(flags),
                    principals.policy());
        }
    }

    /// The service that was called.
    record Service(String host, String name, String namespace) {}

    /// Who the two ends proved to be, and how.
    record Principals(String source, String destination, String policy) {}
}
