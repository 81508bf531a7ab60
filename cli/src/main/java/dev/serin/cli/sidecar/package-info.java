/// The processes that proxies need on one machine, as the supervisor starts them and starts them
/// again: the one with all proxies, which has no right at all, and the broker that makes its
/// sockets. Start here: [Unprivileged], then [ProxyProcess].
@NullMarked
package dev.serin.cli.sidecar;

import org.jspecify.annotations.NullMarked;
