package dev.serin.proxy.network;

import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.tls.Tls;
import dev.serin.proxy.transport.ConnectionWish;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.pool.Connector;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/// A connection of its own to the host. The client connection's event loop only, which is its own.
final class HostSocket extends ChannelInboundHandlerAdapter implements HostSide {
    private final Worker worker;
    private final LiveCluster cluster;
    private final Owner owner;
    private final Downstream downstream;
    private final Slots slots;
    private final Host host;
    private @Nullable TcpAttempt attempt;
    private @Nullable Channel channel;
    private boolean over;

    /// @param slots of the client's connection
    HostSocket(
            Worker worker,
            LiveCluster cluster,
            Host host,
            Downstream downstream,
            Slots slots,
            Owner owner) {
        this.worker = worker;
        this.cluster = cluster;
        this.host = host;
        this.downstream = downstream;
        this.slots = slots;
        this.owner = owner;
    }

    /// Takes a place among the cluster's connections; false if there is none.
    boolean begin() {
        attempt = TcpAttempt.begin(cluster, host);
        return attempt != null;
    }

    @Override
    public void connect(ConnectionWish wish) {
        Connector.connect(worker, cluster, host, wish, this, this::connected);
    }

    private void connected(ChannelFuture future) {
        var begun = attempt;
        if (over || begun == null) {
            future.channel().close();
            return;
        }
        if (!future.isSuccess()) {
            attempt = null;
            over = true;
            begun.failed(future.cause());
            owner.unconnected(true, true, Connector.reason(future.cause()));
            return;
        }
        begun.connected();
        var made = future.channel();
        channel = made;
        cluster.config().filters().place(made, downstream, slots);
        owner.connected();
    }

    @Override
    public void write(ByteBuf part) {
        var to = channel;
        if (to == null) {
            part.release();
        } else {
            to.write(part, to.voidPromise());
        }
    }

    @Override
    public void flush() {
        if (channel != null) {
            channel.flush();
        }
    }

    @Override
    public boolean hasRoom() {
        return channel != null && channel.isWritable();
    }

    @Override
    public void readMore(boolean wanted) {
        if (channel != null) {
            channel.config().setAutoRead(wanted);
        }
    }

    @Override
    public void shut(Runnable then) {
        if (channel != null) {
            TcpProxy.shut(channel, then);
        }
    }

    @Override
    public void abort() {
        if (channel != null) {
            TcpProxy.abort(channel);
        }
    }

    @Override
    public void close() {
        over = true;
        if (attempt != null) {
            attempt.end();
            attempt = null;
        }
        if (channel != null) {
            channel.flush().close();
        }
    }

    @Override
    public @Nullable InetSocketAddress local() {
        return channel == null ? null : (InetSocketAddress) channel.localAddress();
    }

    @Override
    public @Nullable TlsFacts tls() {
        return channel == null ? null : Tls.facts(channel);
    }

    // ---- what comes of the host

    @Override
    public void channelRegistered(ChannelHandlerContext ctx) {
        ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        ctx.fireChannelRegistered();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        owner.octets((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        owner.readComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        owner.writable(ctx.channel().isWritable());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !over) {
            owner.ended(false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (channel != null && !over) {
            owner.gone();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (over) {
            return;
        }
        if (channel == null) {
            owner.gone();
        } else {
            owner.broken();
        }
    }
}
