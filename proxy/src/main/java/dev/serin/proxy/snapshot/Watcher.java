package dev.serin.proxy.snapshot;

/// Is told what the data plane's owner does. On the owner's thread: do not block it, and do not
/// call back into the data plane.
public interface Watcher {
    /// What has to be asked for by name has changed.
    default void wanted(Wanted wanted) {}

    /// A listener is in use, or another configuration of it.
    default void listenerLive(String name) {}

    /// A listener could not be put to use, for instance because its address is taken. It is tried
    /// again when its configuration changes.
    default void listenerFailed(String name, String reason) {}

    /// A new snapshot is in use.
    default void published(ProxySnapshot snapshot) {}

    /// A resource goes into use though what it refers to is still missing after the time allowed.
    default void overdue(String kind, String name, String missing) {}
}
