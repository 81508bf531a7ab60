package dev.serin.local.host;

import dev.serin.base.broker.PassedSocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// Channels of the machine's own network, used in the mesh's: the front makes their sockets and
/// passes them over, in the order in which they are asked for. Safe for any thread.
public final class HostSockets implements AutoCloseable {
    private final ArrayDeque<CompletableFuture<FileDescriptor>> waiting = new ArrayDeque<>();
    private final Function<ChannelHandler, Channel> connect;
    private Channel connection;
    private boolean closed;

    /// @param connect a connection to the front that takes files, with this handler
    HostSockets(Function<ChannelHandler, Channel> connect) {
        this.connect = connect;
        this.connection = connected();
    }

    /// A channel that is to be connected, unregistered. Completes on an event loop, or
    /// exceptionally when the front has no socket to give.
    CompletableFuture<EpollSocketChannel> tcp() {
        return take("tcp")
                .thenApply(
                        made -> replaced(made, new EpollSocketChannel(SocketProtocolFamily.INET)));
    }

    /// A channel that is to be bound; blocks for some hundred microseconds, so not for an event
    /// loop.
    public EpollDatagramChannel udp() {
        return take("udp")
                .thenApply(
                        made -> replaced(made, new EpollDatagramChannel(SocketProtocolFamily.INET)))
                .join();
    }

    private static <C extends UnixChannel> C replaced(FileDescriptor made, C channel) {
        PassedSocket.become(made.intValue(), channel.fd().intValue());
        return channel;
    }

    private synchronized CompletableFuture<FileDescriptor> take(String kind) {
        var made = new CompletableFuture<FileDescriptor>();
        if (closed) {
            made.completeExceptionally(new IOException("the mesh ends"));
            return made;
        }
        waiting.add(made);
        Lines.send(connection, kind);
        return made;
    }

    private Channel connected() {
        var channel = connect.apply(new Sockets());
        Lines.send(channel, "sockets");
        return channel;
    }

    private synchronized CompletableFuture<FileDescriptor> next() {
        var next = waiting.poll();
        return next == null ? new CompletableFuture<>() : next;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        connection.close().awaitUninterruptibly(1000);
    }

    private final class Sockets extends SimpleChannelInboundHandler<FileDescriptor> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FileDescriptor made)
                throws IOException {
            if (!next().complete(made)) {
                made.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            var ended = new IOException("the front has no socket to give");
            synchronized (HostSockets.this) {
                waiting.forEach(each -> each.completeExceptionally(ended));
                waiting.clear();
            }
        }
    }
}
