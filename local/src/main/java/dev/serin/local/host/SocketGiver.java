package dev.serin.local.host;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.UnixChannel;

/// The front's side of a `sockets` connection: makes sockets here, in the machine's own network,
/// and passes each to the mesh, which connects it. No byte comes through the front, and no rule of
/// the machine is touched. On the event loop of its connection.
final class SocketGiver extends SimpleChannelInboundHandler<String> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, String line) {
        Channel made =
                switch (line) {
                    case "tcp" -> new EpollSocketChannel(SocketProtocolFamily.INET);
                    case "udp" -> new EpollDatagramChannel(SocketProtocolFamily.INET);
                    default -> throw new IllegalArgumentException(line);
                };
        context.writeAndFlush(((UnixChannel) made).fd())
                .addListener(_ -> made.unsafe().closeForcibly());
    }

    // Too many open files, above all: whoever waits is told by the end of the connection.
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
