/// The data plane: a sidecar, a gateway, or a proxy of its own. Start here: [Proxy], then
/// [ProxyOptions]; the traffic's way begins in the package `listener`.
@NullMarked
package dev.serin.proxy;

import org.jspecify.annotations.NullMarked;
