package dev.serin.proxy.stream;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/// The connection that a client opened, as logs and metrics see it.
///
/// @param id unique in this process
/// @param local what the client meant to reach: the original destination when the connection was
///   captured
/// @param remote the client, as far as it is believed: by `x-forwarded-for` on a stream where that
///   is trusted
/// @param direct the other end of the socket
/// @param chain the name of the filter chain that it took; empty if it has none
/// @param serverName by SNI
/// @param peerIdentity the client's SPIFFE identity under mutual TLS
/// @param tls null without TLS
/// @param transportFailure why the handshake failed; null if it did not
public record Downstream(
        long id,
        String listener,
        Direction direction,
        InetSocketAddress local,
        InetSocketAddress remote,
        InetSocketAddress direct,
        String chain,
        @Nullable String serverName,
        @Nullable String peerIdentity,
        @Nullable TlsFacts tls,
        @Nullable String transportFailure) {
    /// The same connection after its handshake.
    public Downstream secured(TlsFacts facts) {
        return new Downstream(
                id,
                listener,
                direction,
                local,
                remote,
                direct,
                chain,
                facts.serverName() == null ? serverName : facts.serverName(),
                facts.peerIdentity(),
                facts,
                null);
    }

    /// The same connection, whose handshake has failed.
    public Downstream insecure(String reason) {
        return new Downstream(
                id,
                listener,
                direction,
                local,
                remote,
                direct,
                chain,
                serverName,
                peerIdentity,
                null,
                reason);
    }

    /// The same connection, whose client is known to be `client`.
    public Downstream from(InetSocketAddress client) {
        return new Downstream(
                id,
                listener,
                direction,
                local,
                client,
                direct,
                chain,
                serverName,
                peerIdentity,
                tls,
                transportFailure);
    }
}
