package dev.serin.local.api.wire;

import dev.serin.loop.EpollLoop;

import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/// How server sockets are made and waited for. A caller that needs them made elsewhere (in another
/// network namespace) hands in a factory that does so, of the kind that `io` serves.
public record Sockets(IoHandlerFactory io, ChannelFactory<? extends ServerChannel> servers) {
    /// In this thread's namespace: epoll where the machine has it.
    public static Sockets ofMachine() {
        return Epoll.isAvailable()
                ? new Sockets(EpollLoop.newFactory(), EpollServerSocketChannel::new)
                : new Sockets(NioIoHandler.newFactory(), NioServerSocketChannel::new);
    }
}
