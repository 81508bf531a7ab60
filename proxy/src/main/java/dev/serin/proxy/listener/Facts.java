package dev.serin.proxy.listener;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.List;

/// What is known of a connection when its filter chain is chosen.
///
/// @param local what the client meant to reach
/// @param remote whom a PROXY header tells of, else as `direct`
/// @param direct who is at the other end
/// @param serverName by SNI, in lower case
/// @param transport `tls` or `raw_buffer`
/// @param protocols by ALPN, or by the first octets `http/1.0`, `http/1.1`, `h2c`
record Facts(
        InetSocketAddress local,
        InetSocketAddress remote,
        InetSocketAddress direct,
        @Nullable String serverName,
        String transport,
        List<String> protocols) {}
