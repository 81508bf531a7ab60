package dev.serin.proxy.transport;

import dev.serin.proxy.tls.TlsConfig;

import io.envoyproxy.envoy.config.core.v3.TlvEntry;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/// A transport socket as configured. Immutable; equal configurations are the same.
public sealed interface TransportConfig {
    /// Nothing lies between.
    record Raw() implements TransportConfig {
        public static final Raw NOTHING = new Raw();
    }

    /// TLS.
    record Secure(TlsConfig tls) implements TransportConfig {}

    /// A PROXY header comes before everything else.
    ///
    /// @param version 1 or 2
    /// @param added to every header of version 2
    /// @param passed types of the client's own TLVs that go on; null for all
    record Announced(
            int version, List<TlvEntry> added, @Nullable Set<Integer> passed, TransportConfig inner)
            implements TransportConfig {}

    /// The TLS in it; null if there is none.
    default @Nullable TlsConfig secure() {
        return switch (this) {
            case Raw _ -> null;
            case Secure(var tls) -> tls;
            case Announced announced -> announced.inner().secure();
        };
    }
}
