/// The data plane of a sidecar or gateway: it consumes Envoy's v3 configuration. Start here:
/// [DataPlane], then [dev.serin.proxy.listener.ListenerConfig].
@NullMarked
package dev.serin.proxy;

import org.jspecify.annotations.NullMarked;
