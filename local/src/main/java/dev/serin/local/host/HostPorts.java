package dev.serin.local.host;

import dev.serin.base.net.HostPort;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.function.Supplier;

/// Ports on the machine's own loopback that lead into the mesh. The mesh lives in namespaces of its
/// own, where it can't bind them; the process outside does and hands them in.
public interface HostPorts {
    /// Opens `address` on the host and passes each connection to the backend that is asked for at
    /// that moment.
    ///
    /// @param backend where to connect, seen from the mesh's namespace; null: the connection is
    ///   closed
    /// @throws dev.serin.base.ProblemException if the port is taken, naming it and the cure
    Opened open(HostPort address, Supplier<@Nullable InetSocketAddress> backend);

    /// An open port; closing it ends its connections.
    interface Opened extends AutoCloseable {
        /// With the port that was given where 0 was asked for.
        HostPort address();

        @Override
        void close();
    }
}
