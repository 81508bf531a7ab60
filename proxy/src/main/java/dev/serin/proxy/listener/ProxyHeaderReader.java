package dev.serin.proxy.listener;

import dev.serin.base.time.Timers;
import dev.serin.proxy.transport.ProxiedClient;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

import org.jspecify.annotations.Nullable;

import java.util.Set;
import java.util.function.Function;

/// Takes a PROXY header off a connection before anything else looks at it. The connection's event
/// loop only.
final class ProxyHeaderReader extends ChannelInboundHandlerAdapter {
    /// What is taken.
    ///
    /// @param optional whether connections without a header go on as they are
    /// @param refused versions
    /// @param facts what becomes of them
    record Rules(boolean optional, Set<Integer> refused, TlvRules facts) {}

    private final Worker worker;
    private final Rules rules;
    private final long millis;
    private final Function<@Nullable ProxiedClient, ChannelHandler> next;
    private @Nullable ByteBuf seen;
    private Timers.@Nullable Timer limit;

    /// @param millis for the header to come; 0 for ever
    /// @param next what goes on, given whom the header tells of
    ProxyHeaderReader(
            Worker worker,
            Rules rules,
            long millis,
            Function<@Nullable ProxiedClient, ChannelHandler> next) {
        this.worker = worker;
        this.rules = rules;
        this.millis = millis;
        this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (millis > 0) {
            limit = worker.after(millis, ctx::close);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        var in = (ByteBuf) message;
        var all = in;
        if (seen != null) {
            all = ctx.alloc().directBuffer().writeBytes(seen).writeBytes(in);
            seen.release();
            in.release();
        }
        seen = all;
        var start = all.readerIndex();
        try {
            var header = ProxyHeader.read(all);
            if (header == null) {
                return;
            }
            var refused = rules.refused().contains(header.version());
            if (!rules.optional() && (refused || header.version() == 0)) {
                ctx.close();
            } else if (refused) {
                goOn(ctx, new ProxyHeader(0, null), all.readerIndex(start)); // not for us to read
            } else {
                goOn(ctx, header, all);
            }
        } catch (ProxyHeader.Broken e) {
            ctx.close();
        }
    }

    private void goOn(ChannelHandlerContext ctx, ProxyHeader header, ByteBuf rest) {
        seen = null;
        ctx.pipeline().replace(this, null, next.apply(header.client()));
        if (rest.isReadable()) {
            ctx.fireChannelRead(rest);
            ctx.fireChannelReadComplete();
        } else {
            rest.release();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (limit != null) {
            limit.cancel();
        }
        if (seen != null) {
            seen.release();
            seen = null;
        }
    }
}
