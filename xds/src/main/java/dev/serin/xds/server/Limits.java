package dev.serin.xds.server;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// Bounds of a server.
///
/// @param maxMessageBytes of a request
/// @param maxConnectionAge after which a proxy is asked to connect anew, so that several replicas
///   share the load; null for never
/// @param keepAlive silence after which a connection is probed
/// @param patience how long routes wait for a proxy that does not answer its clusters
public record Limits(
        int maxMessageBytes,
        @Nullable Duration maxConnectionAge,
        Duration keepAlive,
        Duration patience) {
    public static final Limits USUAL =
            new Limits(4 << 20, null, Duration.ofSeconds(30), Duration.ofSeconds(5));
}
