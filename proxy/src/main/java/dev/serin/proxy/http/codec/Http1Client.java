package dev.serin.proxy.http.codec;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.tls.Tls;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.Objects;

/// A connection to a host, one stream at a time. Between streams it belongs to its pool. Its own
/// event loop only.
public final class Http1Client extends ChannelInboundHandlerAdapter
        implements HostConnection, RequestWriter, Http1Parser.Sink {
    private static final String PROTOCOL_ERROR = "protocol error";

    private final Worker worker;
    private final Keeper keeper;
    private final boolean trailers;
    private final Spelling spelling;
    private final Http1Parser parser;
    private final LeftOver.Held held;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Http1Out out;
    private @Nullable ResponseReader reader;
    private boolean requestEnded;
    private boolean headRequest;
    private boolean connect;
    private boolean upgrading;
    private boolean tunnel;
    private boolean close;
    private boolean closed;
    private boolean free;
    private boolean idle = true;
    private boolean paused;
    private int requests;
    private long idleSince;

    /// One that drops trailers, as is usual.
    public Http1Client(Worker worker, Keeper keeper) {
        this(worker, keeper, false, Http1Limits.OF_HOSTS);
    }

    /// @param trailers whether they are passed on in both directions; else they are dropped
    /// @param limits of responses, and how names of fields are written
    public Http1Client(Worker worker, Keeper keeper, boolean trailers, Http1Limits limits) {
        this.worker = worker;
        this.keeper = keeper;
        this.trailers = trailers;
        this.spelling = limits.dialect().spelling();
        this.parser = new Http1Parser(worker, this, false, limits);
        this.held = LeftOver.hold("connection", "http1 client");
        this.idleSince = worker.ticker().nanos();
    }

    @Override
    public RequestWriter open(ResponseReader next) {
        reader = next;
        idle = false;
        requestEnded = false;
        requests++;
        parser.next();
        return this;
    }

    @Override
    public int room() {
        return idle && !close && !closed ? 1 : 0;
    }

    @Override
    public int active() {
        return idle ? 0 : 1;
    }

    @Override
    public int requests() {
        return requests;
    }

    @Override
    public void discard() {
        if (!closed) {
            closed = true;
            held.release();
        }
    }

    @Override
    public long idleSince() {
        return idleSince;
    }

    @Override
    public void drain() {
        close = true;
        if (idle) {
            close();
        }
    }

    @Override
    public void close() {
        if (!closed && ctx != null) {
            context().close();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
        out = new Http1Out(worker, added, spelling);
    }

    // ---- writing

    @Override
    public void tunnel() {
        tunnel = true;
        close = true;
    }

    @Override
    public void head(RequestHead head, boolean end) {
        if (closed) {
            return;
        }
        headRequest = head.method().equals("HEAD");
        var headers = head.headers();
        connect = head.method().equals("CONNECT");
        var target = head.path().isEmpty() ? "/" : head.path();
        var to = writer().start(head.method(), " ", connect ? head.authority() : target);
        to = to.version().as(headers).field("host", head.authority()).fields(headers);
        var upgrade = headers.has("upgrade");
        upgrading = upgrade;
        var known = headers.has("content-length");
        var chunked = !end && !known && !upgrade && !connect;
        if (upgrade) {
            to.field("connection", "upgrade");
        } else if (chunked) {
            to.field("transfer-encoding", "chunked");
        } else if (end && !known && wantsLength(head.method())) {
            to.field("content-length", "0");
        }
        to.endHead(chunked);
        if (end) {
            endRequest(null);
        }
    }

    private static boolean wantsLength(String method) {
        return switch (method) {
            case "GET", "HEAD", "DELETE", "TRACE", "CONNECT" -> false;
            default -> true;
        };
    }

    @Override
    public void write(ByteBuf part) {
        if (closed) {
            part.release();
            return;
        }
        writer().part(part);
    }

    @Override
    public void endRequest(@Nullable Headers last) {
        if (closed || requestEnded) {
            return;
        }
        requestEnded = true;
        writer().end(trailers ? last : null);
        writer().flush();
        if (tunnel) {
            context()
                    .writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER)
                    .addListener(_ -> close());
        }
    }

    @Override
    public void flush() {
        if (!closed) {
            writer().flush();
        }
    }

    @Override
    public void cancel() {
        reader = null;
        close = true;
        close();
    }

    @Override
    public boolean writable() {
        return context().channel().isWritable();
    }

    @Override
    public void readMore(boolean wanted) {
        if (!closed && paused == wanted) {
            paused = !wanted;
            context().channel().config().setAutoRead(wanted);
        }
    }

    @Override
    public @Nullable InetSocketAddress local() {
        return ctx == null ? null : (InetSocketAddress) ctx.channel().localAddress();
    }

    @Override
    public void watch(ChannelHandler handler) {
        context().pipeline().addBefore(context().name(), null, handler);
    }

    @Override
    public HttpProtocol protocol() {
        return HttpProtocol.HTTP11;
    }

    @Override
    public @Nullable TlsFacts tls() {
        return ctx == null ? null : Tls.facts(ctx.channel());
    }

    /// The host's certificate is trusted no more.
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event.equals(Http1Server.DRAIN)) {
            drain();
        }
    }

    @Override
    public boolean reused() {
        return requests > 1;
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var in = (ByteBuf) message;
        try {
            while (in.isReadable() && !closed) {
                if (reader == null) { // the host talks out of turn
                    free = false;
                    close = true;
                    close();
                    return;
                }
                parser.feed(in);
            }
            if (free) {
                free = false;
                idle = true;
                keeper.room(this);
            }
        } catch (Malformed e) {
            fail(ResetReason.PROTOCOL, PROTOCOL_ERROR);
        } finally {
            in.release();
        }
    }

    @Override
    public boolean head(Http1Head head) throws Malformed {
        var to = Objects.requireNonNull(reader);
        var status = head.status;
        if (status < 200) {
            var response = new ResponseHead(status, head.headers);
            if (status == 101) {
                if (!upgrading) { // what the client would take for a tunnel nobody asked for
                    throw new Malformed(502, PROTOCOL_ERROR);
                }
                close = true;
                parser.raw();
            }
            to.informational(response);
            return true;
        }
        close |= head.close || head.minor == 0 && !head.keepAlive;
        head.headers.remove("upgrade");
        if (connect && status / 100 == 2) {
            close = true;
            parser.raw();
            to.head(new ResponseHead(status, head.headers), false);
            return true;
        }
        if (status == 204) {
            if (head.contentLength > 0 || head.chunked) {
                throw new Malformed(502, PROTOCOL_ERROR);
            }
            head.headers.remove("content-length");
        }
        var body = !headRequest && status != 204 && status != 304;
        var end = !body || head.contentLength == 0 && !head.chunked;
        if (body && head.contentLength < 0 && !head.chunked) {
            close = true; // its end is the connection's
        }
        to.head(new ResponseHead(status, head.headers), end);
        return body;
    }

    @Override
    public void body(ByteBuf part) {
        var to = reader;
        if (to == null) {
            part.release();
        } else {
            to.body(part);
        }
    }

    @Override
    public void end(@Nullable Headers last) {
        var to = reader;
        if (to == null) {
            return;
        }
        reader = null;
        readMore(true);
        var reusable = requestEnded && !close && !closed;
        if (reusable) {
            idleSince = worker.ticker().nanos();
            free = true; // once it is sure that nothing follows
        } else {
            close();
        }
        to.end(trailers ? last : null);
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
    public void channelInactive(ChannelHandlerContext context) {
        if (closed) {
            return;
        }
        if (reader != null && !parser.endedByClose()) {
            broke("connection termination");
        }
        closed = true;
        writer().release();
        held.release();
        keeper.closed(this);
    }

    /// An answer that has begun must be whole: to Envoy half of one is no HTTP.
    private void broke(String detail) {
        if (parser.inMessage()) {
            fail(ResetReason.PROTOCOL, PROTOCOL_ERROR);
        } else {
            fail(ResetReason.CONNECTION, detail);
        }
    }

    private void fail(ResetReason reason, String detail) {
        var to = reader;
        reader = null;
        close = true;
        close();
        if (to != null) {
            to.reset(reason, detail);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (reader != null) {
            broke(String.valueOf(cause.getMessage()));
        } else {
            context.close();
        }
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(ctx);
    }

    private Http1Out writer() {
        return Objects.requireNonNull(out);
    }
}
