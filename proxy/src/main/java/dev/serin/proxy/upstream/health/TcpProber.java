package dev.serin.proxy.upstream.health;

import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.pool.Connector;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// Connects, sends what is to be sent and waits for what is to come. As Envoy's TCP health check.
final class TcpProber implements Prober {
    private final HealthConfig.Tcp config;
    private final boolean reuse;
    private final LiveCluster cluster;
    private final Host host;
    private final Worker worker;
    private @Nullable Channel channel;
    private @Nullable Consumer<Finding> then;
    private Octets octets = new Octets(64 * 1024);
    private volatile String detail = "";

    TcpProber(
            HealthConfig.Tcp config, boolean reuse, LiveCluster cluster, Host host, Worker worker) {
        this.config = config;
        this.reuse = reuse;
        this.cluster = cluster;
        this.host = host;
        this.worker = worker;
    }

    @Override
    public void probe(Consumer<Finding> next) {
        then = next;
        octets = new Octets(64 * 1024);
        var open = channel;
        if (open != null && open.isActive()) {
            send(open);
            return;
        }
        Connector.connect(
                worker,
                cluster,
                host,
                new Side(),
                future -> {
                    if (!future.isSuccess()) {
                        detail = String.valueOf(future.cause().getMessage());
                        found(Finding.NETWORK);
                    } else if (then == null) {
                        future.channel().close();
                    } else {
                        channel = future.channel();
                        send(future.channel());
                    }
                });
    }

    private void send(Channel to) {
        if (!config.send().isEmpty()) {
            to.writeAndFlush(
                    Unpooled.wrappedBuffer(config.send().asReadOnlyByteBuffer()), to.voidPromise());
        }
        if (config.receive().isEmpty()) {
            found(Finding.GOOD);
        }
    }

    private void found(Finding finding) {
        var told = then;
        then = null;
        if (!reuse || config.receive().isEmpty() || finding != Finding.GOOD) {
            close();
        }
        if (told != null) {
            told.accept(finding);
        }
    }

    private void close() {
        var open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void cancel() {
        then = null;
        close();
    }

    @Override
    public String detail(Finding finding) {
        return finding == Finding.TIMEOUT ? "no answer in time" : detail;
    }

    private final class Side extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            var part = (ByteBuf) message;
            octets.add(part);
            part.release();
            if (then != null && octets.holds(config.receive())) {
                found(Finding.GOOD);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (ctx.channel().equals(channel)) {
                channel = null;
                detail = "the connection was closed";
                found(Finding.NETWORK);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
