package dev.serin.proxy.tls;

import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.tls.verify.Verdict;

import org.jspecify.annotations.Nullable;

/// The other end of one connection, as [TlsHandler] deals with it. The connection's event loop
/// only.
interface TlsPeer {
    /// Whether this proxy is the server.
    boolean server();

    /// What to speak with; without a `hello` null means that it depends on that, with one that this
    /// client gets no connection.
    @Nullable NativeContext context(@Nullable ClientHello hello);

    /// Why [#context] gave none.
    String refusal();

    /// The native connection is there, and has said nothing yet.
    void opened(long ssl);

    /// Whether the certificates are those of someone to speak with.
    ///
    /// @param chain DER, the peer's own first
    Verdict verify(byte[][] chain);

    TlsFacts facts(long ssl, NativeContext context);

    void secured(TlsHandler handler, TlsFacts facts);

    /// The handshake has failed.
    void failed(String reason, boolean connectionError);

    /// A connection that was secured has failed.
    void broken(BoringSsl.Errors errors);

    void gone(TlsHandler handler);
}
