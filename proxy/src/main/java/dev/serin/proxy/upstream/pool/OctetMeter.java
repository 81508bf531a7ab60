package dev.serin.proxy.upstream.pool;

import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.ClusterObserver;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/// Counts what a connection to a host carries. The connection's event loop only.
final class OctetMeter extends ChannelDuplexHandler {
    private final ClusterObserver observer;
    private long received;
    private long sent;

    OctetMeter(ClusterObserver observer) {
        this.observer = observer;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        received += ((ByteBuf) message).readableBytes();
        ctx.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        tell();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        sent += ((ByteBuf) message).readableBytes();
        ctx.write(message, promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        tell();
        ctx.fireChannelInactive();
    }

    private void tell() {
        if (received > 0) {
            observer.count(ClusterEvent.UPSTREAM_CX_RX_BYTES_TOTAL, received);
            received = 0;
        }
        if (sent > 0) {
            observer.count(ClusterEvent.UPSTREAM_CX_TX_BYTES_TOTAL, sent);
            sent = 0;
        }
    }
}
