package dev.serin.proxy.telemetry.istio;

import dev.serin.proxy.expression.Expression;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.telemetry.EnvoyStats;
import dev.serin.proxy.telemetry.metrics.Histogram;
import dev.serin.proxy.telemetry.metrics.Metrics;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Stream;

/// Istio's standard metrics. The series of one kind of traffic are found by one look-up of a record
/// that holds all that their labels depend on. Safe for any thread.
final class IstioMetrics {
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

    private final List<Expression> expressions;
    private final Maker<LongAdder> requests;
    private final Maker<Histogram> durations;
    private final Maker<Histogram> requestBytes;
    private final Maker<Histogram> responseBytes;
    private final Maker<LongAdder> requestMessages;
    private final Maker<LongAdder> responseMessages;
    private final Maker<LongAdder> opened;
    private final Maker<LongAdder> closed;
    private final Maker<LongAdder> sent;
    private final Maker<LongAdder> received;
    private final List<Own> own;
    private final Map<HttpTraffic, OfHttp> http = new ConcurrentHashMap<>();
    private final Map<TcpTraffic, OfTcp> tcp = new ConcurrentHashMap<>();

    /// @throws ConfigProblem naming the override that cannot be done
    IstioMetrics(Metrics metrics, StatsSettings settings) throws ConfigProblem {
        var plans = new Plans(metrics, settings);
        requests = plans.counters("requests_total", HTTP_LABELS);
        durations = plans.histograms("request_duration_milliseconds", HTTP_LABELS);
        requestBytes = plans.histograms("request_bytes", HTTP_LABELS);
        responseBytes = plans.histograms("response_bytes", HTTP_LABELS);
        requestMessages = plans.counters("request_messages_total", HTTP_LABELS);
        responseMessages = plans.counters("response_messages_total", HTTP_LABELS);
        opened = plans.counters("tcp_connections_opened_total", TCP_LABELS);
        closed = plans.counters("tcp_connections_closed_total", TCP_LABELS);
        sent = plans.counters("tcp_sent_bytes_total", TCP_LABELS);
        received = plans.counters("tcp_received_bytes_total", TCP_LABELS);
        own = plans.own();
        expressions = List.copyOf(plans.expressions.values());
    }

    /// The values of the user's expressions.
    List<String> values(Expression.Node attributes) {
        if (expressions.isEmpty()) {
            return List.of();
        }
        return expressions.stream()
                .map(e -> Objects.requireNonNullElse(e.text(attributes), Peer.UNKNOWN_WORD))
                .toList();
    }

    /// Whether anything is asked of the attributes of a stream.
    boolean asks() {
        return !expressions.isEmpty() || !own.isEmpty();
    }

    OfHttp http(HttpTraffic traffic) {
        return found(http, traffic, this::find);
    }

    OfTcp tcp(TcpTraffic traffic) {
        return found(tcp, traffic, this::find);
    }

    private static <K, V> V found(Map<K, V> all, K key, Function<K, V> make) {
        var known = all.get(key);
        if (known != null) {
            return known;
        }
        if (all.size() >= BOUND) {
            all.clear();
        }
        return all.computeIfAbsent(key, make);
    }

    private OfHttp find(HttpTraffic traffic) {
        var values = new ArrayList<>(traffic.traffic().labels());
        values.add(Integer.toString(traffic.status()));
        values.add(traffic.grpcStatus());
        values.addAll(traffic.more());
        return new OfHttp(
                requests.of(values),
                durations.of(values),
                requestBytes.of(values),
                responseBytes.of(values),
                requestMessages.of(values),
                responseMessages.of(values),
                own.stream().map(o -> o.of(values)).toList());
    }

    private OfTcp find(TcpTraffic traffic) {
        var values = new ArrayList<>(traffic.traffic().labels());
        values.add("");
        values.add("");
        values.addAll(traffic.more());
        return new OfTcp(
                opened.of(values),
                closed.of(values),
                sent.of(values),
                received.of(values),
                own.stream().map(o -> o.of(values)).toList());
    }

    /// Finds a series by all values that there are; one that nobody reads where the metric is
    /// dropped.
    private interface Maker<S> {
        S of(List<String> values);
    }

    /// Makes the families that the settings ask for.
    private static final class Plans {
        private final LinkedHashMap<String, Expression> expressions = new LinkedHashMap<>();
        private final Metrics metrics;
        private final StatsSettings settings;

        Plans(Metrics metrics, StatsSettings settings) {
            this.metrics = metrics;
            this.settings = settings;
        }

        Maker<LongAdder> counters(String name, List<String> standard) throws ConfigProblem {
            var plan = plan(name, standard);
            if (plan.dropped()) {
                var nowhere = new LongAdder();
                return _ -> nowhere;
            }
            var family = metrics.counters("istio_" + name, plan.labels());
            return values -> family.of(plan.values(values));
        }

        /// Only the user's own ones, which have no labels but those that they are given.
        private Maker<LongAdder> gauges(String name) throws ConfigProblem {
            var plan = plan(name, List.of());
            var family = metrics.gauges("istio_" + name, plan.labels());
            return values -> family.of(plan.values(values));
        }

        Maker<Histogram> histograms(String name, List<String> standard) throws ConfigProblem {
            var plan = plan(name, standard);
            if (plan.dropped()) {
                var nowhere = Histogram.nowhere();
                return _ -> nowhere;
            }
            var family = metrics.histograms("istio_" + name, plan.labels(), EnvoyStats.buckets());
            return values -> family.of(plan.values(values));
        }

        private LabelPlan plan(String name, List<String> standard) throws ConfigProblem {
            return LabelPlan.of(name, standard, HTTP_LABELS.size(), settings, expressions);
        }

        List<Own> own() throws ConfigProblem {
            var own = new ArrayList<Own>();
            for (var definition : settings.definitions()) {
                var value = Expression.compile(definition.value());
                var name = definition.name();
                own.add(
                        switch (definition.kind()) {
                            case COUNTER -> new Own(value, counters(name, List.of()), null, false);
                            case GAUGE -> new Own(value, gauges(name), null, true);
                            case HISTOGRAM ->
                                    new Own(value, null, histograms(name, List.of()), false);
                        });
            }
            return List.copyOf(own);
        }
    }

    /// A metric of the user's own: what it adds, and where.
    private record Own(
            Expression value,
            @Nullable Maker<LongAdder> counters,
            @Nullable Maker<Histogram> histograms,
            boolean lastStands) {
        OfOwn of(List<String> values) {
            return new OfOwn(
                    value,
                    counters == null ? null : counters.of(values),
                    histograms == null ? null : histograms.of(values),
                    lastStands);
        }
    }

    /// One series of a metric of the user's own.
    record OfOwn(
            Expression value,
            @Nullable LongAdder counter,
            @Nullable Histogram histogram,
            boolean lastStands) {
        void count(Expression.Node attributes) {
            if (!(value.value(attributes) instanceof Number number)) {
                return;
            }
            if (counter != null) {
                if (lastStands) {
                    counter.reset();
                }
                counter.add(number.longValue());
            }
            if (histogram != null) {
                histogram.observe(number.doubleValue());
            }
        }
    }

    /// The series of one kind of HTTP traffic.
    record OfHttp(
            LongAdder requests,
            Histogram durations,
            Histogram requestBytes,
            Histogram responseBytes,
            LongAdder requestMessages,
            LongAdder responseMessages,
            List<OfOwn> own) {}

    /// The series of one kind of TCP traffic. Sent and received are meant as the client's: received
    /// is what the destination sent back.
    record OfTcp(
            LongAdder opened,
            LongAdder closed,
            LongAdder sent,
            LongAdder received,
            List<OfOwn> own) {}

    /// What TCP labels depend on.
    record TcpTraffic(Traffic traffic, List<String> more) {}

    /// What HTTP labels depend on.
    ///
    /// @param grpcStatus empty where it is not gRPC
    /// @param more values of the user's expressions
    record HttpTraffic(Traffic traffic, int status, String grpcStatus, List<String> more) {}

    /// What all labels depend on.
    ///
    /// @param flags as logs show them
    record Traffic(
            String reporter,
            Peer source,
            Peer destination,
            Service service,
            Principals principals,
            String protocol,
            long flags) {

        List<String> labels() {
            return List.of(
                    reporter,
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
                    protocol.equals("tcp")
                            ? ResponseFlag.shown(flags)
                            : ResponseFlag.ofStream(flags),
                    principals.policy());
        }
    }

    /// The service that was called.
    record Service(String host, String name, String namespace) {
        /// This, where the host does not say it, as the workload that answers names itself.
        Service or(Peer destination) {
            return new Service(
                    host.equals(Peer.UNKNOWN_WORD) ? destination.canonicalService() : host,
                    name.equals(Peer.UNKNOWN_WORD) ? destination.canonicalService() : name,
                    namespace.equals(Peer.UNKNOWN_WORD) ? destination.namespace() : namespace);
        }
    }

    /// Who the two ends proved to be, and how.
    record Principals(String source, String destination, String policy) {}
}
