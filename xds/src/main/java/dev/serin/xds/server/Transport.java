package dev.serin.xds.server;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

import org.jspecify.annotations.Nullable;

import java.net.SocketAddress;

import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// A door of the server: where it listens, and how its sockets are made (inside a pod's network
/// namespace on one machine).
///
/// @param loops of the kind that `channels` belong to; the caller closes them after the server
/// @param tls null for plain text
public record Transport(
        SocketAddress address,
        EventLoopGroup loops,
        ChannelFactory<? extends ServerChannel> channels,
        @Nullable Tls tls) {

    /// The server's own keys, which may be exchanged behind the manager while it runs.
    ///
    /// @param callers verifies certificates of callers, which need not show one; null not to ask
    public record Tls(X509ExtendedKeyManager keys, @Nullable X509ExtendedTrustManager callers) {}

    /// Event loops and sockets of the JDK, for tests and where nothing else is needed.
    public static Transport plain(SocketAddress address, EventLoopGroup loops) {
        return new Transport(address, loops, NioServerSocketChannel::new, null);
    }

    public static EventLoopGroup loops(int threads) {
        return new MultiThreadIoEventLoopGroup(threads, NioIoHandler.newFactory());
    }
}
