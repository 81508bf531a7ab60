package dev.serin.proxy.network.filter;

import io.netty.channel.ChannelHandler;

import org.jspecify.annotations.Nullable;

/// A step in a connection's path, before what carries it (a TCP proxy or HTTP). Its calls come on
/// the connection's event loop, in the order of the configuration.
public interface NetworkFilter {
    /// Looks at a connection before anything else happens to it. Null lets it pass, else why it is
    /// closed, as `%CONNECTION_TERMINATION_DETAILS%`.
    default @Nullable String refusal(ConnectionContext connection) {
        return null;
    }

    /// How long a connection that is refused stays open.
    default long refusalMillis() {
        return 0;
    }

    /// What stands in the path of the connection's octets; null for nothing.
    default @Nullable ChannelHandler handler(ConnectionContext connection) {
        return null;
    }
}
