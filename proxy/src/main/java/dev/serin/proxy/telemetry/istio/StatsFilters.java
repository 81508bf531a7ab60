package dev.serin.proxy.telemetry.istio;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.http.GrpcMessages;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.HttpFilterFactory;
import dev.serin.proxy.http.filter.StreamContext;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.telemetry.metrics.Metrics;

import java.util.List;
import java.util.function.Supplier;

/// The filter that counts Istio's standard metrics, for HTTP streams. As Istio's `istio.stats`;
/// [StatsObservers] is its half for TCP.
public final class StatsFilters implements HttpFilterFactory {
    private final Metrics metrics;
    private final PeerMetadata own;

    public StatsFilters(Metrics metrics, PeerMetadata own) {
        this.metrics = metrics;
        this.own = own;
    }

    @Override
    public List<String> types() {
        return List.of("stats.PluginConfig");
    }

    @Override
    public Supplier<HttpFilter> compile(ExtensionConfig config) throws ConfigProblem {
        var settings = StatsSettings.read(config);
        own.tellBuild(metrics);
        var filter =
                new Counting(new IstioMetrics(metrics, settings), new TrafficReader(own, settings));
        return () -> filter;
    }

    /// Counts a stream at its end.
    private record Counting(IstioMetrics metrics, TrafficReader reader) implements HttpFilter {
        @Override
        public void ended(StreamContext stream, StreamEnd end) {
            var attributes = metrics.asks() ? reader.attributes(end) : null;
            var more = attributes == null ? List.<String>of() : metrics.values(attributes);
            var series = metrics.http(reader.read(end, more));
            series.requests().increment();
            series.durations().observe((double) end.timing().durationMillis());
            var traffic = end.traffic();
            series.requestBytes().observe((double) traffic.received() + traffic.receivedHead());
            series.responseBytes().observe((double) traffic.sent() + traffic.sentHead());
            var messages = end.slots().get(GrpcMessages.SLOT);
            if (messages != null) {
                series.requestMessages().add(messages.requests());
                series.responseMessages().add(messages.responses());
            }
            if (attributes != null) {
                series.own().forEach(o -> o.count(attributes));
            }
        }
    }
}
