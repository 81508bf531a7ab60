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
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/// Passes the bytes of one connection to its peer. Reads only while the peer takes (so a slow
/// receiver slows its sender), passes a half-close on, and ends both when one fails. Both ends are
/// on one event loop.
final class Relay extends ChannelInboundHandlerAdapter {
    private static final int CONNECT_MILLIS = 20_000;

    private final DuplexChannel own;
    private final Consumer<DuplexChannel> failed;
    // What comes before the peer is connected: an end of the other side is told at once, with what
    // was sent before it, though nothing was asked for.
    private final ArrayDeque<Object> early = new ArrayDeque<>();
    private @Nullable DuplexChannel peer;
    private boolean inputEnded;

    private Relay(DuplexChannel own, @Nullable DuplexChannel peer, Consumer<DuplexChannel> failed) {
        this.own = own;
        this.peer = peer;
        this.failed = failed;
    }

    /// The relay of `accepted`, whose autoRead is off. To be called before it has an event loop,
    /// which may tell of its bytes at once.
    ///
    /// @param failed ends one side when the other could not be reached, or has failed
    static Relay of(DuplexChannel accepted, Consumer<DuplexChannel> failed) {
        var relay = new Relay(accepted, null, failed);
        accepted.pipeline().addLast(relay);
        return relay;
    }

    /// Joins it to a new connection to `backend`; on its event loop.
    ///
    /// @param to a channel with a socket that can reach it, not yet registered
    /// @param unreachable told why, should it not be reached
    void join(EpollSocketChannel to, InetSocketAddress backend, Consumer<Throwable> unreachable) {
        new Bootstrap()
                .group(own.eventLoop())
                .channelFactory(() -> to)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new Relay(to, own, failed))
                .connect(backend)
                .addListener(
                        (ChannelFutureListener)
                                connected -> {
                                    if (connected.isSuccess() && own.isActive()) {
                                        connected(to);
                                    } else {
                                        to.close();
                                        failed.accept(own);
                                        if (connected.cause() != null) {
                                            unreachable.accept(connected.cause());
                                        }
                                    }
                                });
    }

    /// Ends a connection by RST, as one that failed: what came is not to be taken for all.
    static void reset(DuplexChannel channel) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.close();
    }

    private void connected(DuplexChannel to) {
        peer = to;
        for (var message = early.poll(); message != null; message = early.poll()) {
            to.write(message);
        }
        to.flush();
        to.read();
        if (inputEnded) {
            endOutput(to);
        } else {
            own.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var to = peer;
        if (to == null) {
            early.add(message);
            return;
        }
        to.write(message)
                .addListener(
                        (ChannelFutureListener)
                                written -> {
                                    if (!written.isSuccess()) {
                                        own.close();
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
            own.read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (peer != null && own.isWritable()) {
            peer.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            if (peer != null) {
                endOutput(peer);
            }
            if (own.isOutputShutdown()) {
                own.close();
            }
        }
    }

    // Only behind what is still to be written: shutting down drops it.
    private static void endOutput(DuplexChannel to) {
        to.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(_ -> {
                    to.shutdownOutput();
                    if (to.isInputShutdown()) {
                        to.close();
                    }
                });
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        early.forEach(ReferenceCountUtil::release);
        early.clear();
        if (peer != null) {
            peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (peer != null) {
            failed.accept(peer);
        }
        own.close();
    }
}
