package dev.serin.proxy.listener;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/// The listeners that a connection may be handed to. Any thread.
@FunctionalInterface
public interface Neighbours {
    /// The listener in use for exactly this address, else for its port on every address; null if
    /// there is none.
    @Nullable ListenerConfig at(InetSocketAddress destination);
}
