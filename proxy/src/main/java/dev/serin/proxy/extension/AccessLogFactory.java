package dev.serin.proxy.extension;

import dev.serin.proxy.stream.AccessLog;

import java.util.List;

/// Compiles the configuration of an access logger. The caller applies the log's filter, so the log
/// writes whatever it is given.
public interface AccessLogFactory {
    /// The types of configuration that it reads, as
    /// `envoy.extensions.access_loggers.file.v3.FileAccessLog`.
    List<String> types();

    AccessLog compile(ExtensionConfig config) throws ConfigProblem;
}
