package dev.serin.proxy.listener;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.List;

/// What is known of a connection when its filter chain is chosen.
///
/// @param local what the client meant to reach
/// @param serverName by SNI, in lower case
/// @param transport `tls` or `raw_buffer`
/// @param protocols by ALPN, or by the first octets `http/1.0`, `http/1.1`, `h2c`
record Facts(
        InetSocketAddress local,
        InetSocketAddress remote,
        @Nullable String serverName,
        String transport,
        List<String> protocols) {
    static Facts plain(InetSocketAddress local, InetSocketAddress remote) {
        return new Facts(local, remote, null, "raw_buffer", List.of());
    }
}
