package dev.serin.proxy.http.codec.h2;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.codec.RequestWriter;
import dev.serin.proxy.http.codec.ResetReason;
import dev.serin.proxy.http.codec.ResponseReader;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/// One request to a host and its response. The connection's event loop only.
final class Http2ClientStream extends Http2Stream implements RequestWriter {
    private final boolean reused;
    private @Nullable ResponseReader reader;
    private boolean responseBegun;
    private boolean headRequest;
    private boolean tunnel;
    private @Nullable String upgrade;

    Http2ClientStream(Http2Client connection, int id, ResponseReader reader) {
        super(connection, id);
        this.reader = reader;
        this.reused = connection.requests() > 0;
    }

    boolean responseBegun() {
        return responseBegun;
    }

    boolean isTunnel() {
        return tunnel;
    }

    // ---- writing

    @Override
    public void tunnel() {
        tunnel = true;
    }

    @Override
    public void head(RequestHead head, boolean end) {
        if (closed) {
            return;
        }
        headRequest = head.method().equals("HEAD");
        var headers = head.headers();
        var protocol = headers.get("upgrade");
        upgrade = protocol;
        var block = connection.out().block();
        if (protocol != null) {
            block.field(":method", "CONNECT");
            block.field(":protocol", protocol);
        } else {
            block.method(head.method());
        }
        if (protocol != null || !head.method().equals("CONNECT")) {
            block.scheme(head.scheme());
            block.path(head.path().isEmpty() ? "/" : head.path());
        }
        block.field(":authority", head.authority());
        block.fields(headers);
        connection.out().headers(id, end);
        if (end) {
            localEnded = true;
            sent();
        }
    }

    @Override
    public void write(ByteBuf part) {
        send(part);
    }

    @Override
    public void endRequest(@Nullable Headers trailers) {
        endSend(trailers);
    }

    @Override
    void sent() {
        connection.out().flush();
        if (remoteEnded) {
            close();
        }
    }

    @Override
    public void flush() {
        if (!closed) {
            connection.out().flush();
        }
    }

    @Override
    public void cancel() {
        reader = null;
        resetWith(ErrorCode.CANCEL);
    }

    @Override
    public @Nullable InetSocketAddress local() {
        return (InetSocketAddress) connection.context().channel().localAddress();
    }

    @Override
    public boolean reused() {
        return reused;
    }

    // ---- reading

    /// A head has come, good during the call.
    void head(HeadBlock block, boolean end) {
        var to = reader;
        var status = block.status;
        if (status < 200 && status != 101) {
            if (to != null && status != 100) { // the proxy has answered the expectation itself
                to.informational(new ResponseHead(status, block.headers));
            }
            return;
        }
        responseBegun = true;
        if (!tunnel) {
            var bodiless = headRequest || status == 304 || status == 204;
            expect(bodiless ? 0 : block.contentLength);
        }
        if (to == null) {
            return;
        }
        var protocol = upgrade;
        if (protocol != null && status == 200 && !end) {
            block.headers.set("upgrade", protocol);
            block.headers.remove("content-length");
            to.informational(new ResponseHead(101, block.headers));
            return;
        }
        connection.touch(this);
        remoteEnded = end;
        to.head(new ResponseHead(status, block.headers), end);
        if (end) {
            deliverEnd(null);
        }
    }

    @Override
    void deliver(ByteBuf part) {
        var to = reader;
        if (to == null || !responseBegun) {
            part.release();
        } else {
            to.body(part);
        }
    }

    @Override
    void deliverEnd(@Nullable Headers trailers) {
        var to = reader;
        if (localEnded) {
            reader = null;
            close();
        } else if (!tunnel) { // whose other direction may go on
            reader = null;
            resetWith(ErrorCode.NO_ERROR); // the rest of the request is of no use
        }
        if (to != null) {
            to.end(trailers);
        }
    }

    @Override
    void deliverReadComplete() {
        var to = reader;
        if (to != null) {
            to.readComplete();
        }
    }

    @Override
    void deliverRoom() {
        var to = reader;
        if (to != null) {
            to.writable();
        }
    }

    /// The stream has ended before its time.
    void broken(ResetReason reason, String detail) {
        var to = reader;
        reader = null;
        if (to != null) {
            to.reset(reason, detail);
        }
    }
}
