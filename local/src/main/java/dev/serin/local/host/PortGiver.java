package dev.serin.local.host;

import dev.serin.base.Problem;
import dev.serin.base.net.HostPort;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/// The front's side of one `port` request: binds and listens here, on the machine, and passes the
/// listening socket itself to the mesh. No byte of a connection comes through the front, and the
/// port is free again when the mesh ends. On the event loop of its connection.
final class PortGiver extends SimpleChannelInboundHandler<String> {
    private final HostPort address;
    private @Nullable Channel listening;

    PortGiver(HostPort address) {
        this.address = address;
    }

    void open(Channel caller) {
        var family =
                address.host().indexOf(':') < 0
                        ? SocketProtocolFamily.INET
                        : SocketProtocolFamily.INET6;
        var socket = new EpollServerSocketChannel(family);
        socket.config().setAutoRead(false);
        socket.config().setReuseAddress(true);
        // A connection that is waiting is the mesh's, none is accepted here.
        socket.pipeline().addLast(new ChannelInboundHandlerAdapter());
        caller.eventLoop()
                .register(socket)
                .channel()
                .bind(new InetSocketAddress(address.host(), address.port()))
                .addListener(
                        (ChannelFutureListener)
                                bound -> {
                                    if (!bound.isSuccess()) {
                                        socket.close();
                                        caller.writeAndFlush(
                                                        Lines.line(
                                                                Lines.problem(
                                                                        taken(bound.cause()))))
                                                .addListener(ChannelFutureListener.CLOSE);
                                        return;
                                    }
                                    listening = socket;
                                    Lines.send(caller, "ok " + socket.localAddress().getPort());
                                });
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, String line) {
        if (line.equals("send") && listening instanceof EpollServerSocketChannel socket) {
            context.writeAndFlush(socket.fd()).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (listening != null) {
            listening.close();
        }
    }

    private Problem taken(Throwable cause) {
        var why = String.valueOf(cause.getMessage());
        if (why.contains("Address already in use")) {
            var holder = PortHolder.of(address.port()).map(h -> " by " + h).orElse("");
            return Problem.of(
                    "port " + address,
                    "taken" + holder,
                    holder.isEmpty()
                            ? "see who holds it (`ss -ltnp`) and end it, or choose another port"
                            : "end that program, or choose another port");
        }
        if (why.contains("Permission denied")) {
            return Problem.of(
                    "port " + address,
                    "this user may not open it",
                    "choose a port from 1024 on, or run as root");
        }
        return Problem.of("port " + address, why, "choose another address or port");
    }
}
