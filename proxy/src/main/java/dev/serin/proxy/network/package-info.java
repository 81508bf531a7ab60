/// Connections that are not HTTP: taken to a host octet by octet. Start here: [TcpProxy], then
/// [TcpConfig].
@NullMarked
package dev.serin.proxy.network;

import org.jspecify.annotations.NullMarked;
