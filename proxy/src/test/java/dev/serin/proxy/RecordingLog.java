package dev.serin.proxy;

import dev.serin.proxy.extension.AccessLogFactory;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.stream.AccessLog;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.StreamEnd;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// The file access log, but into queues.
final class RecordingLog implements AccessLogFactory {
    final BlockingQueue<StreamEnd> streams = new LinkedBlockingQueue<>();
    final BlockingQueue<ConnectionEnd> connections = new LinkedBlockingQueue<>();

    @Override
    public List<String> types() {
        return List.of("envoy.extensions.access_loggers.file.v3.FileAccessLog");
    }

    @Override
    public AccessLog compile(ExtensionConfig config) {
        return new AccessLog() {
            @Override
            public void ended(StreamEnd end) {
                streams.add(end);
            }

            @Override
            public void ended(ConnectionEnd end) {
                connections.add(end);
            }
        };
    }
}
