package dev.serin.proxy.http.codec;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.tls.Tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.Objects;

/// A connection to a host that speaks no HTTP: the body of one CONNECT goes to it, and what it says
/// is the body of the answer, which the proxy itself begins. Its own event loop only.
public final class TunnelClient extends ChannelInboundHandlerAdapter
        implements HostConnection, RequestWriter {
    private final Runnable closed;
    private final LeftOver.Held held = LeftOver.hold("connection", "tunnel client");
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable ResponseReader reader;
    private boolean over;

    /// @param closed is told when the connection has ended
    public TunnelClient(Runnable closed) {
        this.closed = closed;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
        added.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    // ---- as its pool would see it

    @Override
    public RequestWriter open(ResponseReader next) {
        reader = next;
        return this;
    }

    @Override
    public int room() {
        return 0;
    }

    @Override
    public int active() {
        return over ? 0 : 1;
    }

    @Override
    public int requests() {
        return 1;
    }

    @Override
    public long idleSince() {
        return 0;
    }

    @Override
    public void drain() {}

    @Override
    public void close() {
        channel().close();
    }

    @Override
    public void discard() {
        over();
    }

    private void over() {
        if (!over) {
            over = true;
            held.release();
            closed.run();
        }
    }

    @Override
    public void watch(ChannelHandler handler) {
        var own = Objects.requireNonNull(ctx);
        own.pipeline().addBefore(own.name(), null, handler);
    }

    @Override
    public HttpProtocol protocol() {
        return HttpProtocol.HTTP11;
    }

    @Override
    public @Nullable TlsFacts tls() {
        return Tls.facts(channel());
    }

    // ---- writing

    @Override
    public void tunnel() {}

    @Override
    public void head(RequestHead head, boolean end) {
        channel()
                .eventLoop()
                .execute(() -> {
                    var to = reader;
                    if (to != null) { // after the caller has finished with the request
                        to.head(new ResponseHead(200, new Headers(4)), false);
                        to.readComplete(); // the client waits for it
                    }
                });
    }

    @Override
    public void write(ByteBuf part) {
        if (over) {
            part.release();
        } else {
            channel().write(part, channel().voidPromise());
        }
    }

    @Override
    public void endRequest(@Nullable Headers trailers) {
        if (!over) {
            channel()
                    .writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER)
                    .addListener(_ -> Tls.shutdownOutput(channel()));
        }
    }

    @Override
    public void flush() {
        if (!over) {
            channel().flush();
        }
    }

    @Override
    public void cancel() {
        reader = null;
        close();
    }

    @Override
    public boolean writable() {
        return channel().isWritable();
    }

    @Override
    public void readMore(boolean wanted) {
        channel().config().setAutoRead(wanted);
    }

    @Override
    public @Nullable InetSocketAddress local() {
        return (InetSocketAddress) channel().localAddress();
    }

    @Override
    public boolean reused() {
        return false;
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var to = reader;
        if (to == null) {
            ((ByteBuf) message).release();
        } else {
            to.body((ByteBuf) message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        var to = reader;
        if (to != null) {
            to.readComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        var to = reader;
        if (to != null && context.channel().isWritable()) {
            to.writable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            end();
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        over();
        end();
    }

    private void end() {
        var to = reader;
        reader = null;
        if (to != null) {
            to.end(null);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var to = reader;
        reader = null;
        context.close();
        if (to != null) {
            to.reset(ResetReason.CONNECTION, String.valueOf(cause.getMessage()));
        }
    }

    private Channel channel() {
        return Objects.requireNonNull(ctx).channel();
    }
}
