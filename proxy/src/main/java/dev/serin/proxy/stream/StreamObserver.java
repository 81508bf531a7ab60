package dev.serin.proxy.stream;

/// Is told of the end of each HTTP stream. Called on the stream's event loop, so it must neither
/// block nor throw.
@FunctionalInterface
public interface StreamObserver {
    void ended(StreamEnd end);

    /// A filter counts something under `http.PREFIX.NAME`.
    default void counted(String prefix, String name) {}

    /// A filter of connections counts something under this name.
    default void counted(String name) {}
}
