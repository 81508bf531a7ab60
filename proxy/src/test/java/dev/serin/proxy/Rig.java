package dev.serin.proxy;

import com.google.protobuf.Message;
import com.google.protobuf.Struct;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.ThreadTimers;
import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.proxy.extension.Extensions;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.Rejected;
import dev.serin.proxy.snapshot.Watcher;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.Transport;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.stream.StreamObserver;
import dev.serin.proxy.telemetry.istio.PeerExchange;
import dev.serin.proxy.telemetry.istio.PeerMetadata;
import dev.serin.proxy.telemetry.istio.PeerMetadataFilters;
import dev.serin.proxy.telemetry.istio.StatsFilters;
import dev.serin.proxy.telemetry.istio.StatsObservers;
import dev.serin.proxy.telemetry.metrics.Metrics;
import dev.serin.proxy.tls.TlsNeeds;
import dev.serin.proxy.tls.TlsObserver;
import dev.serin.proxy.tls.secret.SecretSource;
import dev.serin.proxy.tracing.Span;
import dev.serin.proxy.transport.TransportCompiler;
import dev.serin.proxy.upstream.Upstream;
import dev.serin.proxy.worker.Pressure;
import dev.serin.proxy.worker.Workers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A data plane on loopback with everything around it.
final class Rig implements AutoCloseable {
    /// How long connections go on whose peers are trusted no more.
    private static final Duration DISTRUST = Duration.ofMillis(500);

    final BlockingQueue<StreamEnd> ends = new LinkedBlockingQueue<>();
    final Map<String, Integer> counts = new ConcurrentHashMap<>();
    final Metrics metrics = new Metrics(1000);
    final BlockingQueue<Span> spans = new LinkedBlockingQueue<>();
    final RecordingLog log = new RecordingLog();
    final Workers workers;
    final DataPlane plane;
    private final ThreadTimers timers;

    /// The share of the memory that is in use.
    volatile double memory;

    /// Listeners that could not be put to use; a test that expects one sets this.
    volatile List<String> failures;

    Rig(Draws draws) {
        this(draws, Ticker.system(), null, 1);
    }

    Rig(Draws draws, Ticker ticker, Timers given, int threads) {
        this(draws, ticker, given, threads, Struct.getDefaultInstance());
    }

    /// @param node what the proxy tells its peers of itself
    Rig(Draws draws, Ticker ticker, Timers given, int threads, Struct node) {
        var peers = new PeerMetadata("node", node);
        timers = given == null ? new ThreadTimers("test-timers", e -> e.printStackTrace()) : null;
        workers =
                new Workers(
                        threads,
                        Transport.best(),
                        Ticker.system(),
                        new Pressure(Ticker.system(), () -> memory, Pressure.Limits.USUAL));
        var extensions =
                new Extensions(
                        Stream.concat(
                                        Filters.ofStreams(ticker, draws).stream(),
                                        Stream.of(
                                                new PeerMetadataFilters(peers),
                                                new StatsFilters(metrics, peers)))
                                .toList(),
                        List.of(log),
                        List.of(new StatsObservers(metrics, peers)),
                        Stream.concat(
                                        Filters.ofConnections(ticker).stream(),
                                        Stream.of(new PeerExchange(peers)))
                                .toList(),
                        new TransportCompiler(
                                new TlsNeeds(
                                        ticker,
                                        Path::of,
                                        SecretSource.NONE,
                                        DISTRUST,
                                        TlsObserver.NONE)),
                        (_, _) -> spans::add);
        plane =
                new DataPlane(
                        "test",
                        new DataPlane.Parts(
                                workers,
                                new HostSockets(Transport.best(), 0),
                                ticker,
                                given == null ? timers : given,
                                draws,
                                extensions,
                                new StreamObserver() {
                                    @Override
                                    public void ended(StreamEnd end) {
                                        ends.add(end);
                                    }

                                    @Override
                                    public void counted(String prefix, String name) {
                                        counted(prefix + "." + name);
                                    }

                                    @Override
                                    public void counted(String name) {
                                        counts.merge(name, 1, Integer::sum);
                                    }
                                },
                                Upstream.Outside.PLAIN),
                        new Watcher() {
                            @Override
                            public void listenerFailed(String name, String reason) {
                                if (failures == null) {
                                    throw new AssertionError(name + ": " + reason);
                                }
                                failures.add(name + ": " + reason);
                            }
                        },
                        Throwable::printStackTrace);
    }

    List<Rejected> apply(Message... messages) {
        return java.util.stream.Stream.of(messages)
                .flatMap(m -> plane.apply(Yaml.update(m)).stream())
                .toList();
    }

    void remove(String typeUrl, String name) {
        plane.apply(new ConfigUpdate(typeUrl, List.of(), List.of(name)));
    }

    /// The port that a listener was given.
    int port(String listener) {
        return plane.addresses(listener).getFirst().getPort();
    }

    StreamEnd end() {
        try {
            var end = ends.poll(5, TimeUnit.SECONDS);
            if (end == null) {
                throw new AssertionError("no stream has ended");
            }
            return end;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        plane.close();
        workers.close();
        if (timers != null) {
            timers.close();
        }
    }

    /// A listener `main` that serves HTTP by the discovered routes `routes`.
    static io.envoyproxy.envoy.config.listener.v3.Listener http() {
        return http("");
    }

    /// The same with more fields of the connection manager.
    static io.envoyproxy.envoy.config.listener.v3.Listener managed(String fields) {
        return http("", fields);
    }

    /// @param filters further HTTP filters, as YAML list items
    static io.envoyproxy.envoy.config.listener.v3.Listener http(String filters) {
        return http(filters, "");
    }

    private static io.envoyproxy.envoy.config.listener.v3.Listener http(
            String filters, String fields) {
        return Yaml.listener(
                """
                name: main
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                filter_chains:
                - filters:
                  - name: hcm
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: main
                      server_name: istio-envoy
                      use_remote_address: true
                      http_protocol_options: {enable_trailers: true}
                      upgrade_configs: [{upgrade_type: websocket}]
                      rds: {route_config_name: routes, config_source: {ads: {}}}
                FIELDS
                      http_filters:
                FILTERS
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                """
                        .replace("FIELDS", fields.indent(6))
                        .replace("FILTERS", filters.indent(6)));
    }

    /// Routes `routes` of one virtual host for every domain.
    ///
    /// @param routes YAML list items at column 2
    static io.envoyproxy.envoy.config.route.v3.RouteConfiguration routes(String routes) {
        return Yaml.route(
                """
                name: routes
                virtual_hosts:
                - name: all
                  domains: ["*"]
                  routes:
                """
                        + routes.indent(2));
    }

    /// A STATIC cluster.
    static io.envoyproxy.envoy.config.cluster.v3.Cluster cluster(String name, int... ports) {
        return cluster(name, "", ports);
    }

    static io.envoyproxy.envoy.config.cluster.v3.Cluster cluster(
            String name, String more, int... ports) {
        var yaml =
                new StringBuilder(
                        """
                        name: NAME
                        type: STATIC
                        connect_timeout: 1s
                        http_protocol_options: {enable_trailers: true}
                        """
                                .replace("NAME", name));
        yaml.append(more);
        yaml.append("load_assignment:\n  cluster_name: x\n  endpoints:\n  - lb_endpoints:\n");
        for (var port : ports) {
            yaml.append(
                            "    - endpoint: {address: {socket_address: {address: 127.0.0.1,"
                                    + " port_value: ")
                    .append(port)
                    .append("}}}\n");
        }
        return Yaml.cluster(yaml.toString());
    }
}
