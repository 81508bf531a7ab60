package dev.serin.proxy.listener;

import dev.serin.proxy.worker.Worker;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;

/// Resets a client that lets its buffer fill up while memory is short: what waits for it is memory
/// that others would use. Its connection's event loop only.
final class SlowReaders extends ChannelInboundHandlerAdapter {
    private final Worker worker;

    SlowReaders(Worker worker) {
        this.worker = worker;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        var channel = ctx.channel();
        if (!channel.isWritable() && worker.pressure().resetsSlowReaders()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
            return;
        }
        ctx.fireChannelWritabilityChanged();
    }
}
