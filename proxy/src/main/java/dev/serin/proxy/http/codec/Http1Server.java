package dev.serin.proxy.http.codec;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.time.Timers;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

import org.jspecify.annotations.Nullable;

/// A client's HTTP/1.1 connection: one stream at a time, pipelined requests wait their turn unread.
/// Its own event loop only.
public final class Http1Server extends ChannelInboundHandlerAdapter
        implements ResponseWriter, Http1Parser.Sink {
    /// The event that ends a connection which carries no stream.
    public static final Object DRAIN = new Object();

    /// How much of a body that nobody wants is read to keep the connection.
    private static final long DISCARDED = 64 * 1024;

    /// How long a client may go on sending after an answer that did not wait for it. As Envoy's
    /// delayed_close_timeout.
    private static final long LINGER_MILLIS = 1000;

    private final Worker worker;
    private final StreamFactory streams;
    private final Http1Limits limits;
    private final Http1Parser parser;
    private final LeftOver.Held held;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Http1Out out;
    private Timers.@Nullable Timer idleTimer;
    private Timers.@Nullable Timer lingering;
    private @Nullable RequestReader stream;
    private @Nullable ByteBuf carry;
    private boolean feeding;
    private boolean http10;
    private boolean headRequest;
    private boolean upgrading;
    private boolean tunnel;
    private boolean open;
    private boolean requestEnded = true;
    private boolean responseBegun;
    private boolean responseEnded = true;
    private boolean close;
    private boolean closing;
    private long expected;
    private long discarded;
    private long idleSince;

    public Http1Server(Worker worker, StreamFactory streams, Http1Limits limits) {
        this.worker = worker;
        this.streams = streams;
        this.limits = limits;
        this.parser = new Http1Parser(worker, this, true, limits.maxHead(), limits.maxHeaders());
        this.held = LeftOver.hold("connection", "http1 server");
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
        out = new Http1Out(worker, added);
        idleSince = worker.ticker().nanos();
        if (!limits.idle().isZero()) {
            watchIdle(limits.idle().toMillis());
        }
    }

    private void watchIdle(long millis) {
        idleTimer =
                worker.after(
                        millis,
                        () -> {
                            if (closing) {
                                return;
                            }
                            var idle = (worker.ticker().nanos() - idleSince) / 1_000_000;
                            if (!open && idle >= limits.idle().toMillis()) {
                                closeNow();
                            } else {
                                watchIdle(
                                        open
                                                ? limits.idle().toMillis()
                                                : limits.idle().toMillis() - idle);
                            }
                        });
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var in = (ByteBuf) message;
        if (closing) {
            in.release();
            return;
        }
        var waiting = carry;
        if (waiting != null) {
            carry = Unpooled.wrappedBuffer(waiting, in);
            return;
        }
        feed(in);
    }

    /// Reads messages until the octets end or a stream is still open; takes `in` over.
    private void feed(ByteBuf in) {
        feeding = true;
        var kept = false;
        try {
            while (in.isReadable() && !closing) {
                if (parser.done() && (open || !requestEnded)) {
                    carry = in;
                    kept = true;
                    config(false);
                    return;
                }
                parser.feed(in);
                if (parser.done() && !open && !upgrading) {
                    parser.next();
                }
            }
        } catch (Malformed e) {
            malformed(e);
        } finally {
            feeding = false;
            if (!kept) {
                in.release();
            }
        }
    }

    private void resume() {
        if (feeding) {
            return;
        }
        var waiting = carry;
        carry = null;
        config(true);
        if (waiting != null) {
            feed(waiting);
            channelReadComplete(channel());
        }
    }

    @Override
    public boolean head(Http1Head head) throws Malformed {
        http10 = head.minor == 0;
        headRequest = head.method.equals("HEAD");
        close = head.close || http10 && !head.keepAlive;
        if (http10 && !limits.accept10()) {
            throw new Malformed(426, "low_version");
        }
        var request = RequestTarget.of(head);
        upgrading = upgrading(head);
        var body = !upgrading && (head.chunked || head.contentLength > 0);
        expected = head.chunked ? Long.MAX_VALUE : Math.max(0, head.contentLength);
        open = true;
        requestEnded = !body && !upgrading;
        responseBegun = false;
        responseEnded = false;
        discarded = 0;
        if (head.expectContinue && body) {
            writer().start("HTTP/1.1 ", "100 ", "Continue").line().endHead(false);
            writer().flush();
        }
        stream = streams.open(this, request, requestEnded);
        finish();
        return body;
    }

    private boolean upgrading(Http1Head head) {
        var upgrade = head.headers.get("upgrade");
        if (upgrade == null) {
            return false;
        }
        if (head.connectionUpgrade && !http10 && streams.allowsUpgrade(upgrade)) {
            return true;
        }
        head.headers.remove("upgrade");
        return false;
    }

    @Override
    public void body(ByteBuf part) {
        var reader = stream;
        if (reader != null && !responseEnded) {
            reader.body(part);
            return;
        }
        discarded += part.readableBytes();
        part.release();
        if (discarded > DISCARDED) {
            closeNow();
        }
    }

    @Override
    public void end(@Nullable Headers trailers) {
        if (upgrading) {
            return; // what follows, if anything, is for the answer to decide
        }
        if (!requestEnded) {
            requestEnded = true;
            var reader = stream;
            if (reader != null && !responseEnded) {
                reader.end(limits.trailers() ? trailers : null);
            }
        }
        finish();
    }

    private void malformed(Malformed e) {
        close = true;
        upgrading = false;
        requestEnded = true;
        var reader = stream;
        if (open && reader != null && !responseEnded) {
            reader.malformed(e.status(), e.detail());
        } else if (!open) {
            open = true;
            responseBegun = false;
            responseEnded = false;
            headRequest = false;
            streams.malformed(this, e.status(), e.detail());
        }
        finish();
        if (!closing) {
            linger();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        var reader = stream;
        if (reader != null && !requestEnded) {
            reader.readComplete();
        }
        writer().flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        var reader = stream;
        if (context.channel().isWritable() && reader != null) {
            reader.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closing = true;
        var reader = stream;
        stream = null;
        if (tunnel && reader != null && !requestEnded) {
            requestEnded = true;
            reader.end(null);
        }
        if (reader != null && !responseEnded) {
            responseEnded = true;
            reader.gone();
        }
        open = false;
        if (carry != null) {
            carry.release();
            carry = null;
        }
        writer().release();
        if (idleTimer != null) {
            idleTimer.cancel();
        }
        if (lingering != null) {
            lingering.cancel();
        }
        held.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == DRAIN && !open) {
            closeNow();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    // ---- writing

    @Override
    public void informational(ResponseHead head) {
        if (closing || responseEnded || responseBegun || http10) {
            return;
        }
        var text = Statuses.line(head.status());
        var to = writer().start("HTTP/1.1 ", text, "").line().fields(head.headers());
        if (head.status() == 101) {
            to.field("connection", "upgrade");
        }
        to.endHead(false);
        writer().flush();
        if (head.status() == 101 && upgrading) {
            upgrading = false;
            tunnel = true;
            responseBegun = true;
            close = true;
            parser.raw();
            resume();
        }
    }

    @Override
    public void head(ResponseHead head, boolean end) {
        if (closing || responseBegun || responseEnded) {
            return;
        }
        responseBegun = true;
        var status = head.status();
        var headers = head.headers();
        var bodiless = status == 204 || status == 304;
        var known = headers.has("content-length");
        // As Envoy: who answers before the request has ended does not wait for its end.
        if (streams.draining() || !requestEnded && !upgrading) {
            close = true;
        }
        var to = writer().start("HTTP/1.1 ", Statuses.line(status), "").line().fields(headers);
        var chunked = !end && !known && !bodiless && !headRequest && !http10;
        if (chunked) {
            to.field("transfer-encoding", "chunked");
        } else if (end && !known && !bodiless) {
            to.field(
                    headRequest ? "transfer-encoding" : "content-length",
                    headRequest ? "chunked" : "0");
        } else if (!end && !known) {
            close = true;
        }
        if (close) {
            to.field("connection", "close");
        } else if (http10) {
            to.field("connection", "keep-alive");
        }
        to.endHead(chunked);
        notUpgraded();
        if (end) {
            responseOver();
        }
    }

    private void notUpgraded() {
        if (upgrading) {
            upgrading = false;
            requestEnded = true;
            var reader = stream;
            if (reader != null) {
                reader.end(null);
            }
        }
    }

    private void responseOver() {
        responseEnded = true;
        if (!requestEnded && expected > DISCARDED) {
            close = true;
        }
        writer().flush();
        finish();
    }

    @Override
    public void write(ByteBuf part) {
        if (closing || responseEnded || headRequest) {
            part.release();
            return;
        }
        writer().part(part);
    }

    @Override
    public void endResponse(@Nullable Headers trailers) {
        if (closing || responseEnded) {
            return;
        }
        writer().end(limits.trailers() ? trailers : null);
        responseOver();
    }

    @Override
    public void flush() {
        if (!closing) {
            writer().flush();
        }
    }

    @Override
    public void reset() {
        if (!closing) {
            responseEnded = true;
            closeNow();
        }
    }

    @Override
    public boolean writable() {
        return channel().channel().isWritable();
    }

    @Override
    public void readMore(boolean wanted) {
        if (!closing && carry == null) {
            config(wanted);
        }
    }

    // ---- between streams

    /// Goes over to the next request when both halves of this stream are over.
    private void finish() {
        if (!open || !responseEnded || feeding && stream == null) {
            return;
        }
        if (requestEnded) {
            open = false;
            stream = null;
            idleSince = worker.ticker().nanos();
            if (close) {
                closeAfterWrites();
            } else if (!feeding) {
                if (parser.done()) {
                    parser.next();
                }
                resume();
            }
        } else if (close) {
            stream = null;
            open = false;
            linger();
        }
    }

    /// Ends what we send at once, and the connection when the client has ended too: a close with
    /// octets unread would be a reset, which could take the answer from the client.
    private void linger() {
        if (closing) {
            return;
        }
        writer().flush();
        closing = true;
        if (!(channel().channel() instanceof DuplexChannel duplex)
                || channel().pipeline().get(SslHandler.class) != null) {
            channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        config(true);
        channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> duplex.shutdownOutput());
        lingering = worker.after(LINGER_MILLIS, () -> channel().close());
    }

    private void closeAfterWrites() {
        if (!closing) {
            writer().flush();
            closing = true;
            channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void closeNow() {
        if (!closing) {
            closing = true;
            writer().flush();
            channel().close();
        }
    }

    private void config(boolean autoRead) {
        channel().channel().config().setAutoRead(autoRead);
    }

    private ChannelHandlerContext channel() {
        return java.util.Objects.requireNonNull(ctx);
    }

    private Http1Out writer() {
        return java.util.Objects.requireNonNull(out);
    }
}
