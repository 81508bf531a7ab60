package dev.serin.proxy.stream;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/// The connection that a client opened, as logs and metrics see it.
///
/// @param id unique in this process
/// @param local what the client meant to reach: the original destination when the connection was
///   captured
/// @param remote the client
/// @param serverName by SNI
/// @param peerIdentity the client's SPIFFE identity under mutual TLS
public record Downstream(
        long id,
        String listener,
        Direction direction,
        InetSocketAddress local,
        InetSocketAddress remote,
        @Nullable String serverName,
        @Nullable String peerIdentity) {}
