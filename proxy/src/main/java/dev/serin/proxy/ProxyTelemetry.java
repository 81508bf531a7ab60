package dev.serin.proxy;

import dev.serin.proxy.extension.AccessLogFactory;
import dev.serin.proxy.extension.NetworkObserverFactory;
import dev.serin.proxy.extension.ProxyName;
import dev.serin.proxy.http.filter.HttpFilterFactory;
import dev.serin.proxy.network.filter.NetworkFilterFactory;
import dev.serin.proxy.telemetry.ClusterStats;
import dev.serin.proxy.telemetry.EnvoyStats;
import dev.serin.proxy.telemetry.istio.PeerExchange;
import dev.serin.proxy.telemetry.istio.PeerMetadata;
import dev.serin.proxy.telemetry.istio.PeerMetadataFilters;
import dev.serin.proxy.telemetry.istio.StatsFilters;
import dev.serin.proxy.telemetry.istio.StatsObservers;
import dev.serin.proxy.telemetry.log.FileAccessLogs;
import dev.serin.proxy.telemetry.log.LogLines;
import dev.serin.proxy.telemetry.log.ProxyLog;
import dev.serin.proxy.telemetry.metrics.Metrics;

import io.envoyproxy.envoy.config.core.v3.Node;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// All telemetry of one proxy, wired: its metrics, its log, and the extensions that feed them.
final class ProxyTelemetry {
    private static final int SERIES_BOUND = 20_000;
    private static final int LINES_BOUND = 16_384;

    private final Metrics metrics = new Metrics(SERIES_BOUND);
    private final EnvoyStats envoyStats = new EnvoyStats(metrics);
    private final ClusterStats clusterStats = new ClusterStats(metrics);
    private final ProxyLog log;
    private final ProxyName proxy;
    private final LogLines output;
    private final FileAccessLogs accessLogs;
    private final List<HttpFilterFactory> httpFilters;
    private final List<NetworkObserverFactory> networkObservers;
    private final List<NetworkFilterFactory> networkFilters;

    ProxyTelemetry(Node node, ProxyPlace place, ProxyRuntime runtime) {
        output = new LogLines(place.log(), runtime.logWriter(), runtime.timers(), LINES_BOUND);
        log = new ProxyLog(output, runtime.ticker());
        accessLogs =
                new FileAccessLogs(
                        path -> open(path, place),
                        runtime.logWriter(),
                        runtime.timers(),
                        runtime.ticker());
        metrics.gauge("serin_log_lines_dropped", () -> accessLogs.dropped() + output.dropped());
        proxy = new ProxyName(node.getCluster(), node.getId());
        var peers = new PeerMetadata(node.getId(), node.getMetadata());
        httpFilters = List.of(new PeerMetadataFilters(peers), new StatsFilters(metrics, peers));
        networkObservers = List.of(new StatsObservers(metrics, peers));
        networkFilters = List.of(new PeerExchange(peers));
    }

    private static OutputStream open(String path, ProxyPlace place) throws IOException {
        if (path.equals("/dev/stdout")) {
            return new KeptOpen(place.output());
        }
        if (path.equals("/dev/stderr")) {
            return new KeptOpen(new FileOutputStream(FileDescriptor.err));
        }
        return Files.newOutputStream(
                place.files().find(path), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    Metrics metrics() {
        return metrics;
    }

    /// Is to be told of every stream and connection.
    EnvoyStats envoyStats() {
        return envoyStats;
    }

    /// Is told of what happens in clusters.
    ClusterStats clusterStats() {
        return clusterStats;
    }

    ProxyLog log() {
        return log;
    }

    /// Who the proxy is to others.
    ProxyName proxy() {
        return proxy;
    }

    List<HttpFilterFactory> httpFilters() {
        return httpFilters;
    }

    List<NetworkObserverFactory> networkObservers() {
        return networkObservers;
    }

    List<NetworkFilterFactory> networkFilters() {
        return networkFilters;
    }

    List<AccessLogFactory> accessLogs() {
        return List.of(accessLogs);
    }

    /// Opens the files of access logs anew: somebody has moved them away.
    void reopenLogs() {
        accessLogs.reopen(log::error);
    }

    /// Writes what waits; completes when all is written.
    CompletableFuture<Void> end() {
        return accessLogs.end().thenCompose(_ -> output.flush()).thenAccept(_ -> {});
    }

    /// The proxy's own output, which outlives the logs that write to it.
    private static final class KeptOpen extends FilterOutputStream {
        KeptOpen(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
