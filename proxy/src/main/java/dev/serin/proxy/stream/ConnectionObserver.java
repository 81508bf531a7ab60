package dev.serin.proxy.stream;

/// Is told of TCP connections. Called on the connection's event loop, so it must neither block nor
/// throw.
public interface ConnectionObserver {
    /// The client is connected and, if that succeeds at all, so is the host. `soFar` has no end
    /// time.
    default void opened(ConnectionEnd soFar) {}

    /// How often it is to be told while a connection lives; 0 for never.
    default long everyMillis() {
        return 0;
    }

    /// While it lives; the traffic is that since the beginning.
    default void progressed(ConnectionEnd soFar) {}

    void ended(ConnectionEnd end);
}
