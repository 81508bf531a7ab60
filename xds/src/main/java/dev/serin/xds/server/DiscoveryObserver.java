package dev.serin.xds.server;

import dev.serin.xds.Rejected;
import dev.serin.xds.ResourceType;

/// Is told what happens on the streams; for status, metrics and debug pages. Called on the server's
/// executor, for one stream one call at a time; must not block.
public interface DiscoveryObserver {
    /// Looks away.
    DiscoveryObserver NONE = new DiscoveryObserver() {};

    default void connected(StreamName stream, String userAgent) {}

    default void refused(String peer, String why) {}

    default void sent(StreamName stream, ResourceType type, String revision, int resources) {}

    /// Everything of `type` that this proxy was sent up to `revision` is accepted.
    default void acknowledged(StreamName stream, ResourceType type, String revision) {}

    default void rejected(StreamName stream, Rejected rejected) {}

    /// The stream was brought to `revision`: nothing of it is left to send or to be answered.
    default void synced(StreamName stream, String revision) {}

    /// A proxy did not answer within the bound; routes that waited for it went out.
    default void silent(StreamName stream, ResourceType type) {}

    /// Resources could not be made for a proxy; it keeps what it has.
    default void failed(String proxy, RuntimeException cause) {}

    default void disconnected(StreamName stream) {}

    /// One stream of one proxy; a proxy that reconnects has a new number.
    record StreamName(String nodeId, long number) {
        @Override
        public String toString() {
            return nodeId + "-" + number;
        }
    }
}
