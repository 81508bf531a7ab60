package dev.serin.proxy.stream;

/// Is told of what happens to each HTTP stream and each connection of a data plane. Called on their
/// event loops, so it must neither block nor throw. `prefix` is the `stat_prefix` of what carries
/// them.
@FunctionalInterface
public interface StreamObserver {
    void ended(StreamEnd end);

    /// The head of a request has come; its end will be told too.
    default void begun(String prefix, Downstream downstream) {}

    /// A client was told to go on with its request, by 100.
    default void continued(String prefix) {}

    /// A stream has ended.
    default void ended(String prefix, StreamEnd end) {
        ended(end);
    }

    /// A connection that is passed on octet by octet has ended.
    default void ended(String prefix, ConnectionEnd end) {}

    /// A connection was handed to what carries it.
    ///
    /// @param listener what its listener is called in metrics
    /// @param http whether that is HTTP
    default void opened(String listener, String prefix, boolean http) {}

    /// Such a connection is closed.
    default void closed(String listener, String prefix, boolean http) {}

    /// A connection that is passed on octet by octet was given up, since nothing came.
    default void idled(String prefix) {}

    /// A filter counts something under `http.PREFIX.NAME`.
    default void counted(String prefix, String name) {}

    /// A filter of connections counts something under this name.
    default void counted(String name) {}
}
