package dev.serin.proxy.upstream.pool;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

import java.util.ArrayDeque;

/// Stands in a pipeline until ALPN has said which codec belongs there, and keeps what comes
/// meanwhile, which is little: a host that speaks first says only its settings.
final class Unnegotiated extends ChannelInboundHandlerAdapter {
    private final ArrayDeque<Object> early = new ArrayDeque<>(1);

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        early.add(message);
    }

    /// Gives its place to the codec.
    void giveWay(ChannelHandlerContext ctx, ChannelHandler codec) {
        ctx.pipeline().addAfter(ctx.name(), null, codec);
        if (!early.isEmpty()) {
            for (var message = early.poll(); message != null; message = early.poll()) {
                ctx.fireChannelRead(message);
            }
            ctx.fireChannelReadComplete();
        }
        ctx.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        early.forEach(ReferenceCountUtil::release);
        early.clear();
        ctx.fireChannelInactive();
    }
}
