package dev.serin.proxy.telemetry.istio;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.extension.NetworkObserverFactory;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.ConnectionObserver;
import dev.serin.proxy.stream.Slot;
import dev.serin.proxy.telemetry.istio.IstioMetrics.TcpTraffic;
import dev.serin.proxy.telemetry.metrics.Metrics;

import java.util.List;

/// Counts Istio's standard metrics of TCP connections, while they live and at their end.
public final class StatsObservers implements NetworkObserverFactory {
    private static final Slot<Counted> COUNTED = new Slot<>(Counted.class, "counted");

    private final Metrics metrics;
    private final PeerMetadata own;

    public StatsObservers(Metrics metrics, PeerMetadata own) {
        this.metrics = metrics;
        this.own = own;
    }

    @Override
    public List<String> types() {
        return List.of("stats.PluginConfig");
    }

    @Override
    public ConnectionObserver compile(ExtensionConfig config) throws ConfigProblem {
        var settings = StatsSettings.read(config);
        own.tellBuild(metrics);
        return new CountingTcp(
                settings.tcpMillis(),
                new IstioMetrics(metrics, settings),
                new TrafficReader(own, settings));
    }

    /// Counts a connection while it lives.
    private record CountingTcp(long everyMillis, IstioMetrics metrics, TrafficReader reader)
            implements ConnectionObserver {
        /// Waits for what the peer may be about to tell of itself; whatever comes next counts it.
        @Override
        public void opened(ConnectionEnd soFar) {
            if (soFar.slots().get(PeerExchange.AWAITED) == null) {
                count(soFar);
            }
        }

        @Override
        public void progressed(ConnectionEnd soFar) {
            count(soFar);
        }

        @Override
        public void ended(ConnectionEnd end) {
            var series = count(end);
            series.closed().increment();
            if (metrics.asks()) {
                var attributes = reader.attributes(end);
                series.own().forEach(o -> o.count(attributes));
            }
        }

        private IstioMetrics.OfTcp count(ConnectionEnd now) {
            var more = metrics.asks() ? metrics.values(reader.attributes(now)) : List.<String>of();
            var series = metrics.tcp(new TcpTraffic(reader.read(now), more));
            var before = now.slots().get(COUNTED);
            if (before == null) {
                series.opened().increment();
            }
            var sent = now.traffic().sent();
            var received = now.traffic().received();
            series.sent().add(sent - (before == null ? 0 : before.sent()));
            series.received().add(received - (before == null ? 0 : before.received()));
            now.slots().put(COUNTED, new Counted(sent, received));
            return series;
        }
    }

    /// What of a connection was counted already.
    private record Counted(long sent, long received) {}
}
