package dev.serin.proxy.socket;

import dev.serin.loop.EpollLoop;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

import java.nio.channels.spi.SelectorProvider;

/// How the machine's sockets are driven. Event loops and the sockets on them are of one transport.
public enum Transport {
    EPOLL,
    NIO;

    /// Epoll where its native part loads, else NIO.
    public static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    public IoHandlerFactory ioHandler() {
        return this == EPOLL ? EpollLoop.newFactory() : NioIoHandler.newFactory();
    }

    /// Makes a socket on the calling thread, and so in its network namespace.
    public ServerChannel newServer(boolean v6) {
        return this == EPOLL
                ? new EpollServerSocketChannel(family(v6))
                : new NioServerSocketChannel(SelectorProvider.provider(), family(v6));
    }

    /// Makes a socket on the calling thread, and so in its network namespace.
    public Channel newClient(boolean v6) {
        return this == EPOLL
                ? new EpollSocketChannel(family(v6))
                : new NioSocketChannel(SelectorProvider.provider(), family(v6));
    }

    /// Makes a Unix socket; for NIO the machine's own kind of it.
    public Channel newPipe() {
        return this == EPOLL
                ? new io.netty.channel.epoll.EpollDomainSocketChannel()
                : new io.netty.channel.socket.nio.NioDomainSocketChannel();
    }

    /// Makes a socket on the calling thread, and so in its network namespace.
    public DatagramChannel newDatagram(boolean v6) {
        return this == EPOLL
                ? new EpollDatagramChannel(family(v6))
                : new NioDatagramChannel(SelectorProvider.provider(), family(v6));
    }

    private static SocketProtocolFamily family(boolean v6) {
        return v6 ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
    }
}
