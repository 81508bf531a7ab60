package dev.serin.local.controllers.scale;

import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.controllers.Selection;
import dev.serin.local.controllers.scale.Exposition.Series;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Request rate and latency of pods as their own sidecars count them: what a cluster has Prometheus
/// and its adapter for. Sidecars are read every 5 s while somebody asks for their pods, so the
/// first answer comes with the second reading; values are of the last 15 s. Safe for any thread.
public final class MeshMetrics implements NamedMetrics, AutoCloseable {
    /// Requests that a pod answers in a second.
    static final String RATE = "istio_requests_per_second";

    private static final Pattern LATENCY =
            Pattern.compile("istio_request_duration_p(\\d{1,2})_milliseconds");
    private static final String COUNTER = "istio_requests_total";
    private static final String BUCKET = "istio_request_duration_milliseconds_bucket";
    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final Duration WINDOW = Duration.ofSeconds(15);
    private static final Duration ASKED = Duration.ofMinutes(1);
    private static final Duration STALE = Duration.ofSeconds(30);

    private final ResourceClient client;
    private final Ticker ticker;
    private final Timers timers;
    private final Executor blocking;
    private final Pages pages;
    private final Map<String, Sidecar> sidecars = new ConcurrentHashMap<>();
    private Timers.@Nullable Timer timer;

    /// Where a sidecar's metrics are read.
    @FunctionalInterface
    public interface Pages {
        /// May block.
        ///
        /// @param address of the pod
        String read(String address) throws IOException;
    }

    private record Reading(long nanos, Map<Series, Double> values) {}

    /// One that is read; guarded by itself.
    private static final class Sidecar {
        private final String address;
        private final Deque<Reading> readings = new ArrayDeque<>();
        private long asked;
        private boolean busy;

        Sidecar(String address) {
            this.address = address;
        }
    }

    /// @param blocking runs what waits for a sidecar
    public MeshMetrics(
            ResourceClient client, Ticker ticker, Timers timers, Executor blocking, Pages pages) {
        this.client = client;
        this.ticker = ticker;
        this.timers = timers;
        this.blocking = blocking;
        this.pages = pages;
    }

    @Override
    public Map<String, Double> ofPods(List<Resource> pods, String metric, JsonNode selector) {
        var wanted = wanted(selector, Map.of());
        var all = new HashMap<String, Double>();
        for (var pod : pods) {
            var change = change(List.of(pod), metric, wanted);
            if (change != null) {
                all.put(pod.name(), change);
            }
        }
        if (all.isEmpty()) {
            throw unread(metric);
        }
        return all;
    }

    @Override
    public double ofObject(String namespace, JsonNode object, String metric, JsonNode selector) {
        var kind = object.path("kind").asString("");
        var name = object.path("name").asString("");
        var labels =
                kind.equals("Service")
                        ? Map.of("destination_service_name", name)
                        : Map.<String, String>of();
        var change = change(pods(namespace, kind, name), metric, wanted(selector, labels));
        if (change == null) {
            throw unread(metric);
        }
        return change;
    }

    private List<Resource> pods(String namespace, String kind, String name) {
        if (kind.equals("Pod")) {
            return list(namespace, pod -> pod.name().equals(name));
        }
        for (var one :
                List.of(
                        Kinds.SERVICE,
                        Kinds.DEPLOYMENT,
                        Kinds.REPLICA_SET,
                        Kinds.STATEFUL_SET,
                        Kinds.DAEMON_SET)) {
            if (one.kind().equals(kind)) {
                return list(namespace, selected(one, namespace, name));
            }
        }
        throw new UnknownMetricException(
                "no metrics of a "
                        + kind
                        + " (expected: a Service, Deployment, ReplicaSet, StatefulSet, DaemonSet or"
                        + " Pod)");
    }

    private Predicate<Resource> selected(ResourceKind kind, String namespace, String name) {
        var found = client.get(Kinds.key(kind, namespace, name));
        if (found == null) {
            throw new UnknownMetricException(kind.plural() + " \"" + name + "\" not found");
        }
        if (!kind.family().equals(Kinds.SERVICE.family())) {
            return Selection.of(found)::selects;
        }
        var labels = new HashMap<String, String>();
        found.spec()
                .path("selector")
                .properties()
                .forEach(p -> labels.put(p.getKey(), p.getValue().asString("")));
        return pod -> !labels.isEmpty() && pod.labels().entrySet().containsAll(labels.entrySet());
    }

    private List<Resource> list(@Nullable String namespace, Predicate<Resource> wanted) {
        return client.list(Kinds.POD, namespace, Map.of()).stream().filter(wanted).toList();
    }

    @Override
    public double external(String namespace, String metric, JsonNode selector) {
        var change =
                change(list(null, MeshMetrics::hasSidecar), metric, wanted(selector, Map.of()));
        if (change == null) {
            throw unread(metric);
        }
        return change;
    }

    private static boolean hasSidecar(Resource pod) {
        for (var list : List.of("containers", "initContainers")) {
            for (var container : pod.spec().path(list)) {
                if (container.path("name").asString("").equals("istio-proxy")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static UnknownMetricException unread(String metric) {
        return new UnknownMetricException(
                "no sidecar has been read twice yet for "
                        + metric
                        + " (it takes some 10 s; pods without a sidecar have none)");
    }

    /// What is counted: as its receiver counts it, unless the selector says another.
    private static Predicate<Map<String, String>> wanted(
            JsonNode selector, Map<String, String> labels) {
        var selection = Selection.of(selector);
        var reporter = selector.toString().contains("\"reporter\"");
        return there ->
                selection.holds(there)
                        && there.entrySet().containsAll(labels.entrySet())
                        && (reporter || there.getOrDefault("reporter", "").equals("destination"));
    }

    /// In thousandths; null while nothing is known of any.
    private @Nullable Double change(
            List<Resource> pods, String metric, Predicate<Map<String, String>> wanted) {
        var latency = LATENCY.matcher(metric);
        if (!metric.equals(RATE) && !latency.matches()) {
            throw new UnknownMetricException(
                    "there is no metric "
                            + metric
                            + " (expected: "
                            + RATE
                            + ", istio_request_duration_p50_milliseconds or another share than"
                            + " 50)");
        }
        var read = pods.stream().map(this::readings).filter(Objects::nonNull).toList();
        if (read.isEmpty()) {
            return null;
        }
        if (metric.equals(RATE)) {
            return read.stream().mapToDouble(r -> rate(Objects.requireNonNull(r), wanted)).sum()
                    * 1000;
        }
        var buckets = new HashMap<Double, Double>();
        read.forEach(r -> buckets(Objects.requireNonNull(r), wanted, buckets));
        return Quantile.of(buckets, Integer.parseInt(latency.group(1)) / 100.0) * 1000;
    }

    private record Pair(Reading from, Reading to) {
        double seconds() {
            return (to.nanos - from.nanos) / 1e9;
        }

        double grown(Series series) {
            return Math.max(
                    0, to.values.getOrDefault(series, 0.0) - from.values.getOrDefault(series, 0.0));
        }
    }

    private static double rate(Pair pair, Predicate<Map<String, String>> wanted) {
        return pair.to.values.keySet().stream()
                        .filter(s -> s.name().equals(COUNTER) && wanted.test(s.labels()))
                        .mapToDouble(pair::grown)
                        .sum()
                / pair.seconds();
    }

    private static void buckets(
            Pair pair, Predicate<Map<String, String>> wanted, Map<Double, Double> buckets) {
        for (var series : pair.to.values.keySet()) {
            if (series.name().equals(BUCKET) && wanted.test(series.labels())) {
                var bound = series.labels().getOrDefault("le", "+Inf");
                var le =
                        bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound);
                buckets.merge(le, pair.grown(series), Double::sum);
            }
        }
    }

    /// The oldest and the newest of the window; asks for more of them.
    private @Nullable Pair readings(Resource pod) {
        var address = pod.status().path("podIP").asString("");
        if (address.isEmpty()
                || !pod.status().path("phase").asString("").equals("Running")
                || !hasSidecar(pod)) {
            return null;
        }
        var sidecar =
                sidecars.compute(
                        pod.uid(),
                        (_, known) ->
                                known == null || !known.address.equals(address)
                                        ? new Sidecar(address)
                                        : known);
        var now = ticker.nanos();
        synchronized (sidecar) {
            sidecar.asked = now;
        }
        begin(sidecar);
        synchronized (sidecar) {
            var last = sidecar.readings.peekLast();
            var first = sidecar.readings.peekFirst();
            return last == null
                            || first == null
                            || first.nanos == last.nanos
                            || now - last.nanos > STALE.toNanos()
                    ? null
                    : new Pair(first, last);
        }
    }

    private void begin(Sidecar sidecar) {
        synchronized (this) {
            if (timer == null) {
                timer = timers.every(PERIOD, this::round);
            }
        }
        synchronized (sidecar) {
            if (!sidecar.readings.isEmpty()) {
                return;
            }
        }
        read(sidecar);
    }

    private void round() {
        var now = ticker.nanos();
        Collection<Sidecar> all = sidecars.values();
        all.removeIf(sidecar -> {
            synchronized (sidecar) {
                return now - sidecar.asked > ASKED.toNanos();
            }
        });
        if (all.isEmpty()) {
            close();
            return;
        }
        all.forEach(this::read);
    }

    private void read(Sidecar sidecar) {
        synchronized (sidecar) {
            if (sidecar.busy) {
                return;
            }
            sidecar.busy = true;
        }
        blocking.execute(() -> {
            Map<Series, Double> values = null;
            try {
                values =
                        Exposition.read(
                                pages.read(sidecar.address),
                                name -> name.equals(COUNTER) || name.equals(BUCKET));
            } catch (IOException _) {
                // It starts or ends; its pod counts as one of which nothing is known.
            }
            synchronized (sidecar) {
                sidecar.busy = false;
                if (values == null) {
                    return;
                }
                var now = ticker.nanos();
                sidecar.readings.add(new Reading(now, values));
                while (sidecar.readings.size() > 2
                        && now - sidecar.readings.getFirst().nanos > WINDOW.toNanos()) {
                    sidecar.readings.removeFirst();
                }
            }
        });
    }

    /// Nothing is read after this, unless somebody asks again.
    @Override
    public synchronized void close() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
