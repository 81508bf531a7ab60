package dev.serin.proxy.tls;

import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.tls.verify.Verdict;

/// Is told of handshakes. Called on event loops, so it must neither block nor throw.
public interface TlsObserver {
    /// Whom a handshake belongs to.
    ///
    /// @param listener whether `name` is a listener's or a cluster's
    record Whose(boolean listener, String name) {}

    /// Nobody is told.
    TlsObserver NONE = new TlsObserver() {};

    default void secured(Whose whose, TlsFacts facts) {}

    /// Something is wrong with a peer's certificate, which may be taken nevertheless.
    default void doubted(Whose whose, Verdict.Kind kind) {}

    /// @param connectionError whether the library failed
    /// @param noCertificate whether the peer showed none and should have
    default void failed(Whose whose, boolean connectionError, boolean noCertificate) {}

    /// A secret that is not discovered but read cannot be used; the last good version stays.
    default void secretRefused(String name, String reason) {}
}
