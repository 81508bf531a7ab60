package dev.serin.proxy.http.codec.h2;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.codec.RequestReader;
import dev.serin.proxy.http.codec.ResponseWriter;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

/// One request of a client and its response. The connection's event loop only.
final class Http2ServerStream extends Http2Stream implements ResponseWriter {
    private final boolean headRequest;
    private final boolean upgrade;
    private @Nullable RequestReader reader;
    private boolean responseBegun;

    Http2ServerStream(Http2Server connection, int id, boolean headRequest, boolean upgrade) {
        super(connection, id);
        this.headRequest = headRequest;
        this.upgrade = upgrade;
    }

    /// Who reads the request. The response may be over already.
    void reader(RequestReader next) {
        if (!closed) {
            reader = next;
        }
    }

    // ---- reading

    @Override
    void deliver(ByteBuf part) {
        var to = reader;
        if (to == null) {
            part.release();
        } else {
            to.body(part);
        }
    }

    @Override
    void deliverEnd(@Nullable Headers trailers) {
        var to = reader;
        if (to != null && !localEnded) {
            to.end(trailers);
        }
    }

    @Override
    void deliverReadComplete() {
        var to = reader;
        if (to != null && !remoteEnded) {
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

    /// The stream was reset.
    void broken(boolean remote, String detail) {
        var to = reader;
        reader = null;
        if (to != null && !localEnded) {
            to.reset(remote, detail);
        }
    }

    /// The connection has ended.
    void gone(@Nullable String reason) {
        var to = reader;
        reader = null;
        if (to != null && !localEnded) {
            to.gone(reason);
        }
    }

    // ---- writing

    /// Answers the expectation of a client that waits with its body.
    void goOn() {
        var block = connection.out().block();
        block.status(100);
        connection.out().headers(id, false);
        connection.out().flush();
    }

    @Override
    public void informational(ResponseHead head) {
        if (closed || responseBegun) {
            return;
        }
        var status = head.status();
        if (status == 101) {
            if (!upgrade) {
                return; // nothing that this client could have asked for
            }
            responseBegun = true;
            status = 200;
        }
        var block = connection.out().block();
        block.status(status);
        block.fields(head.headers());
        connection.out().headers(id, false);
        connection.out().flush();
    }

    @Override
    public void head(ResponseHead head, boolean end) {
        if (closed || responseBegun) {
            return;
        }
        responseBegun = true;
        var block = connection.out().block();
        block.status(head.status());
        block.fields(head.headers());
        connection.out().headers(id, end);
        if (end) {
            localEnded = true;
            sent();
        }
    }

    @Override
    public void write(ByteBuf part) {
        if (headRequest) {
            part.release();
        } else {
            send(part);
        }
    }

    @Override
    public void endResponse(@Nullable Headers trailers) {
        endSend(trailers);
    }

    @Override
    void sent() {
        connection.out().flush();
        if (remoteEnded) {
            close();
        } else {
            resetWith(ErrorCode.NO_ERROR); // the rest of the request is of no use
        }
    }

    @Override
    public void flush() {
        if (!closed) {
            connection.out().flush();
        }
    }

    @Override
    public void distrust() {}

    @Override
    public void reset() {
        resetWith(ErrorCode.INTERNAL_ERROR);
    }
}
