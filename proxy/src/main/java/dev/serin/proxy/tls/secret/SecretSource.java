package dev.serin.proxy.tls.secret;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;

import java.util.function.Consumer;

/// Where this proxy's own identity comes from: in Istio's configuration the secrets `default` (its
/// certificate) and `ROOTCA` (whom to trust).
public interface SecretSource {
    /// There is none: whoever refers to it waits.
    SecretSource NONE = (_, _) -> {};

    /// Calls `changed` with each version of the secret, from any thread, the first as soon as it is
    /// there. For as long as the proxy lives.
    void watch(String name, Consumer<Secret> changed);
}
