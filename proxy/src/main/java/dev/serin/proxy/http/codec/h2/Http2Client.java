package dev.serin.proxy.http.codec.h2;

import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.codec.HostConnection;
import dev.serin.proxy.http.codec.Http1Server;
import dev.serin.proxy.http.codec.Lifetime;
import dev.serin.proxy.http.codec.RequestWriter;
import dev.serin.proxy.http.codec.ResetReason;
import dev.serin.proxy.http.codec.ResponseReader;
import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.tls.Tls;
import dev.serin.proxy.worker.Worker;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// A connection to a host that carries many streams at once. Its own event loop only.
public final class Http2Client extends Http2Connection implements HostConnection {
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LAST_NUMBER = Integer.MAX_VALUE - 2;

    private final Keeper keeper;
    private int next = 1;
    private int requests;
    private int allowed = Integer.MAX_VALUE;
    private boolean draining;

    public Http2Client(Worker worker, Keeper keeper, Http2Limits limits) {
        super(worker, limits, false);
        this.keeper = keeper;
    }

    @Override
    void begin() {
        out().raw(PREFACE);
        out().settings(
                        Setting.ENABLE_PUSH,
                        0,
                        Setting.INITIAL_WINDOW_SIZE,
                        limits.streamWindow(),
                        Setting.HEADER_TABLE_SIZE,
                        limits.table());
    }

    // ---- as its pool sees it

    @Override
    public RequestWriter open(ResponseReader reader) {
        var stream = new Http2ClientStream(this, next, reader);
        next += 2;
        requests++;
        keepalive.used();
        open(stream);
        return stream;
    }

    @Override
    public int room() {
        if (draining || closing || next > LAST_NUMBER) {
            return 0;
        }
        return Math.max(0, Math.min(limits.streams(), allowed) - open());
    }

    @Override
    public int active() {
        return open();
    }

    @Override
    public int requests() {
        return requests;
    }

    @Override
    public long idleSince() {
        return idleSince;
    }

    @Override
    public void close() {
        if (!closing) {
            out().goAway(0, ErrorCode.NO_ERROR);
            closing = true;
            out().flushNow();
            context().close(); // nothing is under way that could be lost
        }
    }

    @Override
    public void drain() {
        draining = true;
        if (open() == 0) {
            close();
        }
    }

    @Override
    public void watch(ChannelHandler handler) {
        context().pipeline().addBefore(context().name(), null, handler);
    }

    @Override
    public HttpProtocol protocol() {
        return HttpProtocol.HTTP2;
    }

    @Override
    public @Nullable TlsFacts tls() {
        return Tls.facts(context().channel());
    }

    /// The host's certificate is trusted no more.
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event.equals(Http1Server.DRAIN)) {
            drain();
        }
    }

    @Override
    public void discard() {
        if (!closing) {
            neverConnected();
        }
    }

    @Override
    void forget(Http2Stream stream) {
        var full = room() == 0;
        super.forget(stream);
        if (draining || next > LAST_NUMBER) {
            if (open() == 0) {
                close();
            }
        } else if (full && room() > 0) {
            keeper.room(this);
        }
    }

    // ---- reading

    @Override
    boolean idle(int stream) {
        return stream >= next || (stream & 1) == 0;
    }

    @Override
    boolean trailersNext(Http2Stream stream) {
        return stream instanceof Http2ClientStream client && client.responseBegun();
    }

    @Override
    void opened(int id, boolean end) throws Http2Fault {
        if (idle(id)) {
            throw Http2Fault.protocol("http2.stream_number");
        }
        headersOnClosed(id);
    }

    @Override
    void more(Http2Stream stream, boolean end) throws Http2Fault {
        if (!(stream instanceof Http2ClientStream client)) {
            return;
        }
        if (client.responseBegun()) {
            trailers(stream, end);
        } else if (block.malformed || block.status == 0 || block.status < 200 && end) {
            wrong(stream, stream.id, "http2.violation.of.messaging.rule");
        } else if (block.tooMuch != null) {
            broken(stream, ErrorCode.INTERNAL_ERROR, block.tooMuch);
        } else {
            client.head(block, end);
        }
    }

    @Override
    void peerSetting(int name, int value) throws Http2Fault {
        switch (name) {
            case Setting.MAX_CONCURRENT_STREAMS -> {
                var full = room() == 0;
                allowed = value;
                if (full && room() > 0) {
                    keeper.room(this);
                }
            }
            case Setting.ENABLE_PUSH -> {
                if (value == 1) {
                    throw Http2Fault.protocol("http2.settings");
                }
            }
            default -> {} // RFC 9113, 6.5.2: unknown ones are ignored
        }
    }

    @Override
    public void goAway(int last, int code) {
        draining = true;
        for (var stream : all()) {
            if (stream.id > last && stream instanceof Http2ClientStream client) {
                stream.close();
                client.broken(ResetReason.REFUSED, "http2.goaway");
            }
        }
        if (open() == 0) {
            close();
        }
    }

    @Override
    void peerReset(Http2Stream stream, int code) {
        if (stream instanceof Http2ClientStream client) {
            if (code == ErrorCode.NO_ERROR && stream.remoteEnded && !client.isTunnel()) {
                return; // the response was whole
            }
            client.broken(
                    code == ErrorCode.REFUSED_STREAM ? ResetReason.REFUSED : ResetReason.REMOTE,
                    "http2.remote_reset");
        }
    }

    @Override
    void weBroke(Http2Stream stream, String detail) {
        if (stream instanceof Http2ClientStream client) {
            client.broken(ResetReason.PROTOCOL, detail);
        }
    }

    @Override
    void peerGone(Http2Stream stream) {
        if (stream instanceof Http2ClientStream client) {
            client.broken(ResetReason.CONNECTION, "connection termination");
        }
    }

    @Override
    int lastProcessed() {
        return 0;
    }

    @Override
    long closeMillis() {
        return Lifetime.USUAL.closeMillis();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        draining = true;
        super.channelInactive(context);
        keeper.closed(this);
    }
}
