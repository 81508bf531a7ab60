package dev.serin.xds.server;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Tells who a caller is. May block; called on the server's executor.
public interface CallerAuthenticator {
    /// Admits everyone: for tests, and for a port that only trusted processes reach.
    CallerAuthenticator OPEN = (_, _) -> Caller.ANYONE;

    /// @param bearerToken from the `authorization` header, null if there was none
    /// @param peerNames URI names of the caller's verified certificate, empty without mutual TLS
    /// @throws dev.serin.base.ProblemException if it is refused; its text goes to the caller with
    ///   UNAUTHENTICATED
    Caller authenticate(@Nullable String bearerToken, List<String> peerNames);
}
