package dev.serin.proxy.http.codec.h2;

import dev.serin.base.time.Timers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.codec.Http1Server;
import dev.serin.proxy.http.codec.LifeClock;
import dev.serin.proxy.http.codec.Lifetime;
import dev.serin.proxy.http.codec.StreamFactory;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// A client's HTTP/2 connection. Its own event loop only.
public final class Http2Server extends Http2Connection implements LifeClock.Subject {
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final StreamFactory streams;
    private final Lifetime life;
    private final LifeClock clock;
    private Timers.@Nullable Timer grace;
    private int prefaceSeen;
    private int last;
    private long requests;
    private int lastServed = Integer.MAX_VALUE;
    private boolean draining;

    public Http2Server(Worker worker, StreamFactory streams, Http2Limits limits, Lifetime life) {
        super(worker, limits, true);
        this.streams = streams;
        this.life = life;
        this.clock = new LifeClock(worker, life, this);
    }

    @Override
    void begin() {
        if (limits.connect()) {
            out().settings(
                            Setting.MAX_CONCURRENT_STREAMS,
                            limits.streams(),
                            Setting.INITIAL_WINDOW_SIZE,
                            limits.streamWindow(),
                            Setting.HEADER_TABLE_SIZE,
                            limits.table(),
                            Setting.ENABLE_CONNECT_PROTOCOL,
                            1);
        } else {
            out().settings(
                            Setting.MAX_CONCURRENT_STREAMS,
                            limits.streams(),
                            Setting.INITIAL_WINDOW_SIZE,
                            limits.streamWindow(),
                            Setting.HEADER_TABLE_SIZE,
                            limits.table());
        }
    }

    // ---- reading

    @Override
    void read(ByteBuf in) throws Http2Fault {
        while (prefaceSeen < PREFACE.length) {
            if (!in.isReadable()) {
                return;
            }
            if (in.readByte() != PREFACE[prefaceSeen++]) {
                throw Http2Fault.protocol("http2.preface");
            }
        }
        super.read(in);
    }

    @Override
    boolean idle(int stream) {
        return stream > last || (stream & 1) == 0;
    }

    @Override
    boolean trailersNext(Http2Stream stream) {
        return true;
    }

    @Override
    void opened(int id, boolean end) throws Http2Fault {
        if ((id & 1) == 0) {
            throw Http2Fault.protocol("http2.stream_number");
        }
        if (id <= last) {
            headersOnClosed(id);
            return;
        }
        last = id;
        if (life.requests() > 0 && ++requests >= life.requests()) {
            streams.count("downstream_cx_max_requests_reached");
            drain();
        }
        if (id > lastServed) {
            return; // the client knows by GOAWAY
        }
        if (block.malformed) {
            malformed(id, "http2.invalid.header.field");
        } else if (!block.request() || end && block.contentLength > 0) {
            malformed(id, "http2.violation.of.messaging.rule");
        } else if (block.tooMuch != null) {
            lost(id, block.tooMuch, true);
            refuse(id, ErrorCode.INTERNAL_ERROR);
        } else if (open() >= limits.streams()) {
            refuse(id, ErrorCode.REFUSED_STREAM);
        } else {
            request(id, end);
            if (streams.draining()) {
                drain();
            }
        }
    }

    /// What came instead of a request ends its stream or its connection, without an answer.
    private void malformed(int id, String detail) throws Http2Fault {
        lost(id, detail, false);
        wrong(null, id, detail);
    }

    /// @param remote whether the log says that the client gave it up
    private void lost(int id, String detail, boolean remote) {
        streams.broken(new Http2ServerStream(this, id, false, false), remote, detail);
    }

    private void request(int id, boolean end) {
        var head = block;
        var method = String.valueOf(head.method);
        var upgrade = head.protocol;
        if (upgrade != null) { // inside the proxy an upgrade is what it is in HTTP/1.1
            method = "GET";
            head.headers.add("upgrade", upgrade);
        }
        var path = head.path == null ? "" : head.path;
        var request =
                new RequestHead(HttpProtocol.HTTP2, method, path, head.authority(), head.headers);
        if (head.scheme != null) {
            request.scheme(head.scheme);
        }
        var stream = new Http2ServerStream(this, id, method.equals("HEAD"), upgrade != null);
        stream.expect(head.contentLength);
        stream.remoteEnded = end;
        open(stream);
        if (head.expectContinue && !end) {
            stream.goOn();
            streams.continued();
        }
        var reader = streams.open(stream, request, end);
        stream.reader(reader);
        if (!end && !stream.closed) {
            touch(stream);
        }
    }

    @Override
    void more(Http2Stream stream, boolean end) throws Http2Fault {
        trailers(stream, end);
    }

    @Override
    void peerSetting(int name, int value) {}

    @Override
    public void goAway(int lastStream, int code) {} // the client opens no more streams; it may end

    @Override
    void peerReset(Http2Stream stream, int code) {
        if (stream instanceof Http2ServerStream server) {
            server.broken(true, "http2.remote_reset");
        }
    }

    @Override
    void weBroke(Http2Stream stream, String detail) {
        if (stream instanceof Http2ServerStream server) {
            server.broken(false, detail);
        }
    }

    @Override
    void peerGone(Http2Stream stream) {
        if (stream instanceof Http2ServerStream server) {
            server.gone(lostFor);
        }
    }

    @Override
    int lastProcessed() {
        return Math.min(last, lastServed);
    }

    // ---- the end

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event.equals(Http1Server.DRAIN)) {
            drain();
        }
    }

    @Override
    long closeMillis() {
        return life.closeMillis();
    }

    @Override
    public boolean busy() {
        return open() > 0;
    }

    @Override
    public void idled() {
        if (!draining) {
            streams.count("downstream_cx_idle_timeout");
            drain();
        }
    }

    @Override
    public void aged() {
        streams.count("downstream_cx_max_duration_reached");
        drain();
    }

    /// Tells the client to open no more streams; those that are on their way are served.
    private void drain() {
        if (draining || closing) {
            return;
        }
        draining = true;
        out().goAway(Integer.MAX_VALUE, ErrorCode.NO_ERROR);
        out().flush();
        grace = worker.after(life.drainMillis(), this::noMore);
    }

    /// Serves no more streams, and closes with the last one.
    private void noMore() {
        if (closing) {
            return;
        }
        lastServed = last;
        out().goAway(last, ErrorCode.NO_ERROR);
        out().flush();
        if (open() == 0) {
            closeAfterWrites();
        }
    }

    @Override
    void forget(Http2Stream stream) {
        super.forget(stream);
        if (open() == 0) {
            clock.idle();
            if (lastServed != Integer.MAX_VALUE && !closing) {
                closeAfterWrites();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        clock.stop();
        if (grace != null) {
            grace.cancel();
        }
        super.channelInactive(context);
    }
}
