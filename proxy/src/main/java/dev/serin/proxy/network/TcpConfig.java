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
    /// How often observers are told while a connection lives; 0 for never.
    long progressMillis() {
        var least = 0L;
        for (var observer : observers) {
            var every = observer.everyMillis();
            if (every > 0 && (least == 0 || every < least)) {
                least = every;
            }
        }
        return least;
    }

    /// A cluster with its weight.
    public record Share(String cluster, int weight) {}
}
