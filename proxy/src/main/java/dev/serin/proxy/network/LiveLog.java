package dev.serin.proxy.network;

import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.stream.AccessLog;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.ConnectionObserver;

import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;

import java.util.List;

/// An access log that is told of a connection while it lives, too. As Envoy's TcpAccessLogOptions.
///
/// @param connected whether there is a line when the host is connected
/// @param everyMillis how often there is a line from then on; 0 for never
record LiveLog(AccessLog log, boolean connected, long everyMillis) implements ConnectionObserver {
    /// The logs as they were, or as the options want them.
    ///
    /// @throws ConfigProblem where the options are set twice
    @SuppressWarnings("deprecation") // the two options that stood by themselves before
    static List<? extends ConnectionObserver> of(List<AccessLog> logs, TcpProxy config)
            throws ConfigProblem {
        var options = config.getAccessLogOptions();
        if (config.hasAccessLogOptions()
                && (config.hasAccessLogFlushInterval() || config.getFlushAccessLogOnConnected())) {
            throw new ConfigProblem(
                    "access_log_options",
                    "stands beside access_log_flush_interval or flush_access_log_on_connected");
        }
        var connected =
                options.getFlushAccessLogOnConnected() || config.getFlushAccessLogOnConnected();
        var every =
                config.hasAccessLogOptions()
                        ? options.getAccessLogFlushInterval()
                        : config.getAccessLogFlushInterval();
        var millis = Durations.toMillis(every);
        return connected || millis > 0
                ? logs.stream().map(log -> new LiveLog(log, connected, millis)).toList()
                : logs;
    }

    @Override
    public void opened(ConnectionEnd soFar) {
        if (connected) {
            tell(soFar, "TcpUpstreamConnected");
        }
    }

    @Override
    public void progressed(ConnectionEnd soFar) {
        tell(soFar, "TcpPeriodic");
    }

    private void tell(ConnectionEnd soFar, String type) {
        soFar.slots().put(ConnectionEnd.LOG_TYPE, type);
        log.ended(soFar);
        soFar.slots().remove(ConnectionEnd.LOG_TYPE);
    }

    @Override
    public void ended(ConnectionEnd end) {
        log.ended(end);
    }
}
