/// The data plane: a sidecar, a gateway, or a proxy of its own. Start here: [Proxy], then
/// [DataPlane], then [dev.serin.proxy.listener.ListenerConfig].
@NullMarked
package dev.serin.proxy;

import org.jspecify.annotations.NullMarked;
