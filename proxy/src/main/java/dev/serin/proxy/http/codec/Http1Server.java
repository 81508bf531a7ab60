package dev.serin.proxy.http.codec;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import org.jspecify.annotations.Nullable;

/// A client's HTTP/1.1 connection: one stream at a time, pipelined requests wait their turn unread.
/// Its own event loop only.
public final class Http1Server extends ChannelInboundHandlerAdapter
        implements ResponseWriter, Http1Parser.Sink, Http1Clock.Subject {
    /// The event that ends a connection which carries no stream.
    public static final Object DRAIN = new Object();

    /// How much of a body that nobody wants is read to keep the connection.
    private static final long DISCARDED = 64 * 1024;

    private final Worker worker;
    private final StreamFactory streams;
    private final Http1Limits limits;
    private final Http1Parser parser;
    private final LeftOver.Held held;
    private final LastStream last;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Http1Out out;
    private @Nullable Http1Clock clock;
    private @Nullable RequestReader stream;
    private @Nullable ByteBuf carry;
    private boolean feeding;
    private boolean http10;
    private boolean headRequest;
    private boolean upgrading;
    private boolean tunnel;
    private boolean connect;
    private boolean open;
    private boolean requestEnded = true;
    private boolean responseBegun;
    private boolean responseEnded = true;
    private boolean close;
    private boolean closing;
    private boolean lingering;
    private boolean broken;
    private boolean expects;
    private long expected;
    private long discarded;

    public Http1Server(Worker worker, StreamFactory streams, Http1Limits limits) {
        this.worker = worker;
        this.streams = streams;
        this.limits = limits;
        this.parser = new Http1Parser(worker, this, true, limits);
        this.held = LeftOver.hold("connection", "http1 server");
        this.last = new LastStream(streams, limits.life());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
        out = new Http1Out(worker, added, limits.dialect().spelling());
        clock = new Http1Clock(worker, limits, this);
    }

    // ---- what time brings

    @Override
    public boolean busy() {
        return open;
    }

    @Override
    public void idled() {
        leave("downstream_cx_idle_timeout");
    }

    @Override
    public void aged() {
        leave("downstream_cx_max_duration_reached");
    }

    private void leave(@Nullable String counter) {
        last.comes(counter);
        close = true;
        if (!open) {
            clock().leave(() -> closeIf(!open));
        }
    }

    @Override
    public void headLate() {
        malformed(new Malformed(408, "request_header_timeout"));
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var in = (ByteBuf) message;
        if (lingering) {
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
                    channel().channel().config().setAutoRead(false);
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
            clock().head(parser.inHead());
        }
    }

    private void resume() {
        if (feeding) {
            return;
        }
        var waiting = carry;
        carry = null;
        channel().channel().config().setAutoRead(true);
        if (waiting != null) {
            feed(waiting);
            channelReadComplete(channel());
        }
    }

    @Override
    public boolean head(Http1Head head) throws Malformed {
        http10 = head.minor == 0;
        headRequest = head.method.equals("HEAD");
        close = last.is(head);
        var request = Http1Requests.of(head, limits.dialect());
        connect = head.method.equals("CONNECT") && !http10;
        upgrading = Http1Requests.upgrades(head) || connect;
        var body = !upgrading && (head.chunked || head.contentLength > 0);
        expected = head.chunked ? Long.MAX_VALUE : Math.max(0, head.contentLength);
        open = true;
        requestEnded = !body && !upgrading;
        responseBegun = false;
        responseEnded = false;
        discarded = 0;
        expects = head.expectContinue && body && limits.dialect().forwardExpect();
        if (head.expectContinue && body && !expects) {
            writer().goOn();
            streams.continued();
        }
        stream = streams.open(this, request, requestEnded);
        finish();
        return body;
    }

    @Override
    public void body(ByteBuf part) {
        if (stream != null && !responseEnded) {
            stream.body(part);
            return;
        }
        discarded += part.readableBytes();
        part.release();
        closeIf(discarded > DISCARDED);
    }

    @Override
    public void end(@Nullable Headers trailers) {
        if (upgrading) {
            return; // what follows, if anything, is for the answer to decide
        }
        if (!requestEnded) {
            requestEnded = true;
            if (stream != null && !responseEnded) {
                stream.end(limits.dialect().trailers() ? trailers : null);
            }
        }
        finish();
    }

    private void malformed(Malformed e) {
        close = true;
        broken = true;
        upgrading = false;
        requestEnded = true;
        if (open && stream != null && !responseEnded) {
            stream.malformed(e.status(), e.detail());
        } else if (!open) {
            open = true;
            responseBegun = false;
            responseEnded = false;
            headRequest = false;
            streams.malformed(this, e.head(), e.status(), e.detail());
        }
        finish();
        closeNow();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (stream != null && !requestEnded) {
            stream.readComplete();
        }
        writer().flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable() && stream != null) {
            stream.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (!closing && !open && parser.inHead()) {
            streams.cut(this);
        }
        closing = true;
        var reader = stream;
        stream = null;
        if (tunnel && reader != null && !requestEnded) {
            requestEnded = true;
            reader.end(null);
        }
        if (reader != null && !responseEnded) {
            responseEnded = true;
            reader.gone(null);
        }
        open = false;
        if (carry != null) {
            carry.release();
            carry = null;
        }
        writer().release();
        clock().stop();
        held.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == DRAIN && (last.none() || parser.inHead())) {
            leave(null); // with the request that may be on its way
        } else {
            closeIf(event == DRAIN && !open);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    // ---- writing

    @Override
    public void informational(ResponseHead head) {
        var unasked = head.status() == 100 && !expects;
        if (closing || responseEnded || responseBegun || http10 || unasked) {
            return;
        }
        if (head.status() == 100) {
            expects = false;
            streams.continued();
        }
        var to = writer().status(head.status(), false, head.headers());
        var goesOver = head.status() == 101;
        (goesOver ? to.field("connection", "upgrade") : to).endHead(false);
        writer().flush();
        if (goesOver && upgrading) {
            responseBegun = true;
            tunnel();
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
        if (upgrading && connect && status / 100 == 2 && !end) {
            writer().status(status, false, headers).endHead(false);
            writer().flush();
            tunnel();
            return;
        }
        var bodiless = status == 204 || status == 304;
        var known = headers.has("content-length");
        // as Envoy: who answers before the request has ended does not wait for its end
        close |= streams.draining() || !requestEnded;
        var old = http10 && limits.dialect().accept10();
        var chunked = !end && !known && !bodiless && !headRequest && !http10;
        close |= !end && !known && !chunked;
        var none = end && !known && !bodiless;
        var to = writer().status(status, old, headers).framing(chunked, none, headRequest);
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

    /// What follows, both ways, is not HTTP.
    private void tunnel() {
        upgrading = false;
        tunnel = true;
        close = true;
        parser.raw();
        resume();
    }

    private void notUpgraded() {
        if (upgrading) {
            upgrading = false;
            requestEnded = true;
            if (stream != null) {
                stream.end(null);
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
        writer().end(limits.dialect().trailers() ? trailers : null);
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
            channel().channel().config().setAutoRead(wanted);
        }
    }

    @Override
    public void distrust() {
        close |= !limits.dialect().keepsAfterErrors();
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
            clock().idle();
            if (close) {
                closeAfterWrites();
            } else if (!feeding) {
                if (parser.done()) {
                    parser.next();
                }
                next();
            }
        } else if (close) {
            stream = null;
            open = false;
            closeAfterWrites();
        }
    }

    /// A request that waits comes when the last one has left its host's connection, to have it.
    private void next() {
        if (carry == null) {
            resume();
        } else {
            channel().channel().eventLoop().execute(this::resume);
        }
    }

    private void closeAfterWrites() {
        if (closing) {
            return;
        }
        writer().flush();
        closing = true;
        // The client may still be writing what nobody will read: to close now would reset the
        // connection, and with it the answer on its way.
        lingering = limits.life().closeMillis() > 0 && (broken || !requestEnded || carry != null);
        channel()
                .writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(lingering ? _ -> linger() : ChannelFutureListener.CLOSE);
    }

    /// Says that nothing more comes, and waits for the client to see it.
    private void linger() {
        if (carry != null) {
            carry.release();
            carry = null;
        }
        clock().linger(channel().channel());
    }

    private void closeIf(boolean unused) {
        if (unused) {
            closeNow();
        }
    }

    private void closeNow() {
        if (!closing) {
            closing = true;
            writer().flush();
            channel().close();
        }
    }

    private ChannelHandlerContext channel() {
        return java.util.Objects.requireNonNull(ctx);
    }

    private Http1Clock clock() {
        return java.util.Objects.requireNonNull(clock);
    }

    private Http1Out writer() {
        return java.util.Objects.requireNonNull(out);
    }
}
