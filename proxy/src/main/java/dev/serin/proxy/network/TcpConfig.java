package dev.serin.proxy.network;

import dev.serin.proxy.stream.ConnectionObserver;

import java.time.Duration;
import java.util.List;

/// A TCP proxy as configured. Immutable.
///
/// @param shares of the connections, by cluster
/// @param total of the weights
/// @param idle without an octet either way; zero for ever
/// @param observers access logs and metrics
public record TcpConfig(
        String statPrefix,
        List<Share> shares,
        int total,
        Duration idle,
        int connectAttempts,
        List<ConnectionObserver> observers) {
    /// A cluster with its weight.
    public record Share(String cluster, int weight) {}
}
