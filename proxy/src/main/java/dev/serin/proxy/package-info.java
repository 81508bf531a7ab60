/// The data plane of a sidecar or gateway: it consumes Envoy's v3 configuration. Start here:
/// [dev.serin.proxy.snapshot.ConfigUpdate].
@NullMarked
package dev.serin.proxy;

import org.jspecify.annotations.NullMarked;
