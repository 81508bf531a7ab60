package dev.serin.proxy.extension;

import dev.serin.proxy.stream.ConnectionObserver;

import java.util.List;

/// Compiles a network filter that only watches TCP connections, for instance `istio.stats` before a
/// TCP proxy.
public interface NetworkObserverFactory {
    /// The types of configuration that it reads.
    List<String> types();

    ConnectionObserver compile(ExtensionConfig config) throws ConfigProblem;
}
