package dev.serin.proxy.http.codec.h2;

import dev.serin.base.time.Timers;
import dev.serin.proxy.tls.Tls;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;

import org.jspecify.annotations.Nullable;

/// Ends a connection such that the peer reads what it was told last: closed with octets unread, a
/// socket would take back what has not been read yet. As Envoy's delayed_close_timeout. The
/// connection's event loop only.
final class LingeringClose {
    private final Worker worker;
    private Timers.@Nullable Timer limit;

    LingeringClose(Worker worker) {
        this.worker = worker;
    }

    /// Ends our direction when all is written; the peer has `millis` to end its own.
    void begin(ChannelHandlerContext ctx, long millis) {
        var channel = ctx.channel();
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(_ -> {
                    if (channel.isActive()) {
                        Tls.shutdownOutput(channel);
                        limit = worker.after(millis, channel::close);
                    }
                });
    }

    void over() {
        if (limit != null) {
            limit.cancel();
        }
    }
}
