package dev.serin.proxy.tls;

import dev.serin.proxy.stream.TlsFacts;

/// Is told how a handshake ended; exactly one of the two, on the connection's event loop. The
/// handler behind [TlsHandler] may be put in place before `secured` returns: no octet comes before.
public interface Handshake {
    void secured(TlsFacts facts);

    /// The connection is about to be closed.
    ///
    /// @param reason in the form of `%DOWNSTREAM_TRANSPORT_FAILURE_REASON%`; empty if the peer just
    ///   went away
    void failed(String reason);
}
