package dev.serin.proxy.network;

import dev.serin.proxy.route.hash.HashPolicy;
import dev.serin.proxy.route.retry.RetryPolicy.Pause;
import dev.serin.proxy.stream.AccessLog;
import dev.serin.proxy.stream.ConnectionObserver;
import dev.serin.proxy.upstream.balance.MetadataMatch;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A TCP proxy as configured. Immutable.
///
/// @param shares of the connections, by cluster
/// @param total of the weights
/// @param most how long a connection may live; zero for ever
/// @param idle without an octet either way; zero for ever
/// @param pause before another host is tried; null for none
/// @param tunnel what the octets go into; null for a connection of their own
/// @param observers access logs and metrics
public record TcpConfig(
        String statPrefix,
        List<Share> shares,
        int total,
        Duration idle,
        Duration most,
        HashPolicy hash,
        int connectAttempts,
        @Nullable Pause pause,
        @Nullable TunnelRequest tunnel,
        List<ConnectionObserver> observers) {
    /// The same, whose connections these logs tell of too when they are over.
    public TcpConfig loggedBy(List<AccessLog> logs) {
        if (logs.isEmpty()) {
            return this;
        }
        var all = new ArrayList<ConnectionObserver>(logs);
        all.addAll(observers);
        return new TcpConfig(
                statPrefix, shares, total, idle, most, hash, connectAttempts, pause, tunnel, all);
    }

    /// A cluster with its weight.
    ///
    /// @param metadata what its endpoints' metadata must hold
    public record Share(String cluster, int weight, MetadataMatch metadata) {}
}
