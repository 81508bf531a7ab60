package dev.serin.proxy.stream;

/// Is told of TCP connections. Called on the connection's event loop, so it must neither block nor
/// throw.
public interface ConnectionObserver {
    /// The client is connected and, if that succeeds at all, so is the host. `soFar` has no end
    /// time.
    default void opened(ConnectionEnd soFar) {}

    /// About every five seconds while it lives; the traffic is that since the beginning.
    default void progressed(ConnectionEnd soFar) {}

    void ended(ConnectionEnd end);
}
