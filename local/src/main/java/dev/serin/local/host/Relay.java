package dev.serin.local.host;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/// Passes the bytes of one connection to its peer. Reads only while the peer takes (so a slow
/// receiver slows its sender), passes a half-close on, and ends both when one fails. Both ends are
/// on one event loop.
final class Relay extends ChannelInboundHandlerAdapter {
    private @Nullable DuplexChannel peer;

    private Relay(@Nullable DuplexChannel peer) {
        this.peer = peer;
    }

    /// Joins `accepted`, whose autoRead is off, to a new connection to `backend`.
    static void join(DuplexChannel accepted, InetSocketAddress backend) {
        var front = new Relay(null);
        accepted.pipeline().addLast(front);
        new Bootstrap()
                .group(accepted.eventLoop())
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 5000)
                .handler(new Relay(accepted))
                .connect(backend)
                .addListener(
                        (ChannelFutureListener)
                                connected -> {
                                    if (!connected.isSuccess() || !accepted.isActive()) {
                                        connected.channel().close();
                                        accepted.close();
                                        return;
                                    }
                                    front.peer = (DuplexChannel) connected.channel();
                                    accepted.read();
                                    connected.channel().read();
                                });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var to = peer;
        if (to == null) {
            throw new IllegalStateException("bytes before the peer was connected");
        }
        to.write(message)
                .addListener(
                        (ChannelFutureListener)
                                written -> {
                                    if (!written.isSuccess()) {
                                        context.close();
                                    }
                                });
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        var to = peer;
        if (to == null) {
            return;
        }
        to.flush();
        if (to.isWritable()) {
            context.read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (peer != null && context.channel().isWritable()) {
            peer.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        var to = peer;
        if (event instanceof ChannelInputShutdownEvent && to != null) {
            // Only behind what is still to be written: shutting down drops it.
            to.writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(_ -> {
                        to.shutdownOutput();
                        if (to.isInputShutdown()) {
                            to.close();
                            context.close();
                        }
                    });
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (peer != null) {
            peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
