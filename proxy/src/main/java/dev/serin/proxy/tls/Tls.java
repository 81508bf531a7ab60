package dev.serin.proxy.tls;

import dev.serin.proxy.stream.TlsFacts;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;

import org.jspecify.annotations.Nullable;

/// What connections are asked whether they have TLS or not. The connection's event loop only.
public final class Tls {
    private Tls() {}

    /// Null without TLS, or before the handshake is over.
    public static @Nullable TlsFacts facts(Channel channel) {
        var handler = channel.pipeline().get(TlsHandler.class);
        return handler == null ? null : handler.facts();
    }

    /// Ends this end's direction and leaves the other one open.
    public static void shutdownOutput(Channel channel) {
        var handler = channel.pipeline().get(TlsHandler.class);
        if (handler != null) {
            handler.shutdownOutput();
        } else if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        }
    }
}
