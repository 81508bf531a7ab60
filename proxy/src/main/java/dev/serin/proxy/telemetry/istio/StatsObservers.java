package dev.serin.proxy.telemetry.istio;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.extension.NetworkObserverFactory;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.ConnectionObserver;
import dev.serin.proxy.stream.Slot;

import java.util.List;

/// Counts Istio's standard metrics of TCP connections, while they live and at their end.
public final class StatsObservers implements NetworkObserverFactory {
    private static final Slot<Counted> COUNTED = new Slot<>(Counted.class, "counted");

    private final IstioMetrics metrics;
    private final PeerMetadata own;

    public StatsObservers(IstioMetrics metrics, PeerMetadata own) {
        this.metrics = metrics;
        this.own = own;
    }

    @Override
    public List<String> types() {
        return List.of("stats.PluginConfig");
    }

    @Override
    public ConnectionObserver compile(ExtensionConfig config) throws ConfigProblem {
        return new CountingTcp(metrics, new TrafficReader(own.local(), StatsSettings.read(config)));
    }

    /// Counts a connection while it lives.
    private record CountingTcp(IstioMetrics metrics, TrafficReader reader)
            implements ConnectionObserver {
        @Override
        public void opened(ConnectionEnd soFar) {
            metrics.tcp(reader.read(soFar)).opened().increment();
        }

        @Override
        public void progressed(ConnectionEnd soFar) {
            count(soFar);
        }

        @Override
        public void ended(ConnectionEnd end) {
            count(end).closed().increment();
        }

        private IstioMetrics.OfTcp count(ConnectionEnd now) {
            var series = metrics.tcp(reader.read(now));
            var before = now.slots().get(COUNTED);
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
