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
/// @param client whom a PROXY header tells of; null where none is sent
public record ConnectionWish(
        @Nullable String serverName,
        @Nullable String verifiedName,
        @Nullable List<String> alpn,
        @Nullable ProxiedClient client) {
    /// Nothing special.
    public static final ConnectionWish NONE = new ConnectionWish(null, null, null, null);

    ServerWish toServer(String hostName) {
        return serverName == null && verifiedName == null && alpn == null && hostName.isEmpty()
                ? ServerWish.NONE
                : new ServerWish(serverName, verifiedName, alpn, hostName);
    }
}
