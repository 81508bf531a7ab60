package dev.serin.proxy.network;

import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.transport.ConnectionWish;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/// The host's side of a TCP proxy: one try at one host, then what carries the octets. The client
/// connection's event loop only.
sealed interface HostSide permits HostSocket, HostTunnel {
    /// What the proxy is told. Nothing comes after [HostSide#close].
    interface Owner {
        /// Octets go both ways from now on.
        void connected();

        /// The host cannot be had; the last call. It may come before [HostSide#connect] returns.
        ///
        /// @param failed whether the host failed, and not a limit of this proxy
        /// @param asked whether the host was chosen before that
        /// @param reason as `%UPSTREAM_TRANSPORT_FAILURE_REASON%`; null for none
        void unconnected(boolean failed, boolean asked, @Nullable String reason);

        /// Octets for the client, now the owner's.
        void octets(ByteBuf part);

        /// All that was there to read has been handed over, for now.
        void readComplete();

        /// @param more whether the host takes more now
        void writable(boolean more);

        /// The host has ended its direction.
        ///
        /// @param both nothing can be written to it any more, either
        void ended(boolean both);

        /// The connection is closed; the last call.
        void gone();

        /// The host has reset it; the last call.
        void broken();
    }

    void connect(ConnectionWish wish);

    /// Octets of the client, now this side's.
    void write(ByteBuf part);

    void flush();

    /// Whether the host takes more now.
    boolean hasRoom();

    /// Whether more of the host is wanted now.
    void readMore(boolean wanted);

    /// Ends the client's direction after what was written has gone.
    ///
    /// @param then called once [#close] loses nothing of it any more
    void shut(Runnable then);

    /// The client was reset, so the host is too when it is closed.
    void abort();

    /// Gives the host up, or lets go of it after its end.
    void close();

    /// The proxy's own end; null while there is none.
    @Nullable InetSocketAddress local();

    /// Null without TLS.
    @Nullable TlsFacts tls();
}
