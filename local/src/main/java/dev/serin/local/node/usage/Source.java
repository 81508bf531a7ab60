package dev.serin.local.node.usage;

import java.util.function.IntSupplier;

/// Where it is read what a container has used.
public sealed interface Source {
    /// A process and all that it started. Without a cgroup: an ordinary user's mesh.
    ///
    /// @param pid as this process sees it
    record Tree(long pid) implements Source {}

    record Group(Cgroup cgroup) implements Source {}

    /// One of several containers in one process, which are taken to use the same.
    ///
    /// @param containers how many there are now
    record Share(long pid, IntSupplier containers) implements Source {}

    /// Nobody can tell.
    record Unknown() implements Source {}
}
