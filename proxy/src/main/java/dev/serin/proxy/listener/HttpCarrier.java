package dev.serin.proxy.listener;

import dev.serin.base.time.Timers;
import dev.serin.proxy.http.codec.Http1Server;
import dev.serin.proxy.http.codec.h2.Http2Server;
import dev.serin.proxy.http.manager.HttpConnection;
import dev.serin.proxy.http.manager.HttpManager;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// The one place where it is decided which version of HTTP carries a connection: by the manager's
/// codec_type, by what was negotiated or detected, and at last by how the connection begins. The
/// connection's event loop only.
final class HttpCarrier {
    private static final byte[] PREFACE = "PRI * HTTP/2".getBytes(StandardCharsets.US_ASCII);

    private HttpCarrier() {}

    /// @param protocol by ALPN or the HTTP inspector, as `h2`, `h2c` or `http/1.1`; null if nobody
    ///   knows
    static ChannelHandler of(
            Worker worker, HttpManager manager, HttpConnection streams, @Nullable String protocol) {
        return switch (manager.codec()) {
            case HTTP1 -> http1(worker, manager, streams);
            case HTTP2 -> http2(worker, manager, streams);
            case AUTO ->
                    switch (protocol) {
                        case "h2", "h2c" -> http2(worker, manager, streams);
                        case "http/1.1", "http/1.0" -> http1(worker, manager, streams);
                        case null, default -> new Undecided(worker, manager, streams);
                    };
        };
    }

    private static ChannelHandler http1(
            Worker worker, HttpManager manager, HttpConnection streams) {
        return new Http1Server(worker, streams, manager.limits());
    }

    private static ChannelHandler http2(
            Worker worker, HttpManager manager, HttpConnection streams) {
        return new Http2Server(worker, streams, manager.http2(), manager.limits().life());
    }

    /// Waits for the first octets of a connection of which nobody said anything.
    private static final class Undecided extends ChannelInboundHandlerAdapter {
        private final Worker worker;
        private final HttpManager manager;
        private final HttpConnection streams;
        private @Nullable ByteBuf seen;
        private Timers.@Nullable Timer silence;
        private boolean leaving;

        Undecided(Worker worker, HttpManager manager, HttpConnection streams) {
            this.worker = worker;
            this.manager = manager;
            this.streams = streams;
        }

        /// A connection that never says anything is idle, and ages, all the same.
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            var idle = manager.limits().life().idle().toMillis();
            var age = manager.limits().life().age().toMillis();
            var limit = idle == 0 ? age : age == 0 ? idle : Math.min(idle, age);
            if (limit > 0) {
                silence = worker.after(limit, ctx::close);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            var in = (ByteBuf) message;
            var all = seen == null ? in : Unpooled.wrappedBuffer(seen, in);
            var size = Math.min(all.readableBytes(), PREFACE.length);
            var same = 0;
            while (same < size && all.getByte(all.readerIndex() + same) == PREFACE[same]) {
                same++;
            }
            if (same == size && size < PREFACE.length) {
                seen = all;
                return;
            }
            seen = null;
            var next =
                    same == PREFACE.length
                            ? http2(worker, manager, streams)
                            : http1(worker, manager, streams);
            // from here on, not from the front: TLS before this has done its part
            var pipeline = ctx.pipeline();
            pipeline.addAfter(ctx.name(), null, next);
            ctx.fireChannelRead(all);
            ctx.fireChannelReadComplete();
            if (leaving) {
                ctx.fireUserEventTriggered(Http1Server.DRAIN);
            }
            pipeline.remove(this);
        }

        /// The first request may be on its way: it is waited for, and the last one.
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event.equals(Http1Server.DRAIN) && !leaving) {
                leaving = true;
                cancel();
                silence = worker.after(manager.limits().life().drainMillis(), ctx::close);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            cancel();
            if (seen != null) {
                seen.release();
                seen = null;
            }
        }

        private void cancel() {
            if (silence != null) {
                silence.cancel();
            }
        }
    }
}
