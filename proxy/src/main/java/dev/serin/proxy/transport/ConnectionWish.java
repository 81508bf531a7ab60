package dev.serin.proxy.transport;

import dev.serin.proxy.tls.LiveTls.ServerWish;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What the stream, or the client's connection, for which a connection to a host is made asks of
/// it. Connections of unlike wishes are not shared: it is a key of pools. Immutable.
///
/// @param serverName for SNI instead of the cluster's; null for that
/// @param verifiedName the name that the host's certificate must have; null for none
/// @param alpn offered instead of the cluster's protocols; null for those
/// @param fallback offered where the cluster names no protocols
/// @param client whom a PROXY header tells of; null where none is sent
public record ConnectionWish(
        @Nullable String serverName,
        @Nullable String verifiedName,
        @Nullable List<String> alpn,
        List<String> fallback,
        @Nullable ProxiedClient client) {
    /// Nothing special.
    public static final ConnectionWish NONE = new ConnectionWish(null, null, null, List.of(), null);

    private static final ConnectionWish HTTP1 = NONE.carrying(List.of("http/1.1"));
    private static final ConnectionWish HTTP2 = NONE.carrying(List.of("h2"));

    /// Nothing special of a connection that will carry HTTP.
    public static ConnectionWish http(boolean http2) {
        return http2 ? HTTP2 : HTTP1;
    }

    /// The same of a connection that will carry one of these protocols. As Envoy, its pools tell
    /// the server by ALPN what they are about to speak where the configuration is silent.
    public ConnectionWish carrying(List<String> protocols) {
        return new ConnectionWish(serverName, verifiedName, alpn, protocols, client);
    }

    ServerWish toServer(String hostName) {
        return new ServerWish(serverName, verifiedName, alpn, fallback, hostName);
    }
}
