package dev.serin.proxy.bootstrap;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// The application beside a proxy, as far as the agent asks it.
///
/// @param address where it listens: the pod's
/// @param probes by the path that the kubelet was given in their place
/// @param metrics where it gives metrics, null if it gives none
public record Application(String address, Map<String, Probe> probes, @Nullable Scrape metrics) {
    /// An application's metrics.
    public record Scrape(int port, String path) {}
}
