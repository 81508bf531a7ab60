package dev.serin.xds.client;

import com.google.protobuf.Any;

import dev.serin.xds.ResourceType;

import java.util.List;

/// Is told what the server changed. Called on the client's owner, one change at a time; the answer
/// decides the ACK.
@FunctionalInterface
public interface ResourceWatcher {
    /// Applies what is good and names the rest. A resource that is refused keeps its last good
    /// version.
    ///
    /// @return the refused ones; empty is an ACK, anything else a NACK whose text names them
    List<Refused> changed(Change change);

    /// The server answers on a new stream.
    default void connected() {}

    /// The stream has ended, or none could be opened; the client tries again.
    default void disconnected(String why) {}

    /// One response of the server.
    ///
    /// @param resources new or changed
    /// @param removed names of those that are gone
    record Change(
            ResourceType type, String version, List<Received> resources, List<String> removed) {}

    /// One resource as it came.
    record Received(String name, String version, Any body) {}

    /// A resource that was not applied.
    ///
    /// @param reason with type URL and field, as a person reads it
    record Refused(String name, String reason) {}
}
