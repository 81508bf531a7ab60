package dev.serin.proxy.extension;

import dev.serin.proxy.stream.AccessLog;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.StreamEnd;

import java.util.ArrayList;
import java.util.List;

/// Compiles a list of access logs with their filters.
public final class LogCompiler {
    private LogCompiler() {}

    /// @throws ConfigProblem naming the log that cannot be done
    public static List<AccessLog> compile(
            List<io.envoyproxy.envoy.config.accesslog.v3.AccessLog> configs, Extensions extensions)
            throws ConfigProblem {
        var logs = new ArrayList<AccessLog>();
        for (var config : configs) {
            try {
                var log =
                        extensions.accessLog(
                                ExtensionConfig.of(config.getName(), config.getTypedConfig()));
                logs.add(
                        config.hasFilter()
                                ? new Filtered(log, LogFilter.of(config.getFilter()))
                                : log);
            } catch (ConfigProblem e) {
                throw e.under("access_log['" + config.getName() + "']");
            }
        }
        return List.copyOf(logs);
    }

    private record Filtered(AccessLog log, LogFilter filter) implements AccessLog {
        @Override
        public void ended(StreamEnd end) {
            if (filter.test(LogFilter.Seen.of(end))) {
                log.ended(end);
            }
        }

        @Override
        public void ended(ConnectionEnd end) {
            if (filter.test(LogFilter.Seen.of(end))) {
                log.ended(end);
            }
        }
    }
}
