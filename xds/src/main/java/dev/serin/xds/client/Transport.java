package dev.serin.xds.client;

import io.grpc.ManagedChannel;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/// How the server is reached. Asked anew for each connection, so that a name that moved, a root
/// that was replaced and a token that was renewed count from then on.
public interface Transport {
    /// A channel of its own for one connection; the client shuts it down.
    ///
    /// @throws IOException if what it needs cannot be read now; the client tries again later
    ManagedChannel open() throws IOException;

    /// The bearer token, null where the server wants none.
    default @Nullable String token() throws IOException {
        return null;
    }

    /// What is connected to, as people read it.
    String address();
}
