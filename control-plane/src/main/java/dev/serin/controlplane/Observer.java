package dev.serin.controlplane;

import dev.serin.config.ResourceKey;
import dev.serin.controlplane.mesh.MeshSnapshot;

/// Is told what the control plane does. Called on its thread; must not block.
public interface Observer {
    /// Looks away.
    Observer NONE = new Observer() {};

    /// A snapshot was published and is on its way to the proxies.
    default void published(MeshSnapshot mesh) {}

    /// A resource could not be read; its last good version stays.
    default void unreadable(ResourceKey key, String why) {}

    /// Something of ours broke; the control plane goes on with what it has.
    default void failed(String what, Throwable cause) {}

    /// A proxy refused a resource.
    default void rejected(String proxy, String what) {}

    /// A caller was turned away.
    default void refused(String peer, String why) {}
}
