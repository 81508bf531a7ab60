package dev.serin.proxy.http.codec.h2;

import dev.serin.proxy.http.Headers;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/// One stream of a connection: its windows, and what could not be sent yet. The connection's event
/// loop only.
abstract sealed class Http2Stream permits Http2ServerStream, Http2ClientStream {
    /// From how many octets that wait on the other side is asked to pause.
    private static final int HIGH = 64 * 1024;

    private static final int LOW = 16 * 1024;

    final Http2Connection connection;
    final int id;
    boolean remoteEnded;
    boolean localEnded;
    boolean closed;
    boolean touched;
    private int sendWindow;
    private final ReceiveWindow window;

    /// Octets that came while the reader was paused.
    private int withheld;

    private boolean paused;
    private boolean full;
    private boolean blocked;
    private long expected = -1;
    private @Nullable ArrayDeque<ByteBuf> queue;
    private int queued;
    private boolean endWaits;
    private @Nullable Headers trailersWait;

    Http2Stream(Http2Connection connection, int id) {
        this.connection = connection;
        this.id = id;
        this.sendWindow = connection.initialSendWindow();
        this.window = new ReceiveWindow(connection.limits.streamWindow());
    }

    // ---- what the reader on the other side is told

    /// A part of the body, to be released by the taker.
    abstract void deliver(ByteBuf part);

    abstract void deliverEnd(@Nullable Headers trailers);

    abstract void deliverReadComplete();

    abstract void deliverRoom();

    // ---- sending

    /// Sends a part of the body as far as the windows allow; takes it over.
    void send(ByteBuf part) {
        if (closed || localEnded || endWaits || !part.isReadable()) {
            part.release();
            return;
        }
        if (queued > 0) {
            queue(part);
            return;
        }
        var octets = part.readableBytes();
        var may = Math.min(sendWindow, connection.sendWindow());
        if (octets <= may) {
            spend(octets);
            connection.out().data(id, part);
            return;
        }
        if (may > 0) {
            spend(may);
            connection.out().data(id, part.readRetainedSlice(may));
        }
        queue(part);
    }

    private void spend(int octets) {
        sendWindow -= octets;
        connection.spend(octets);
    }

    private void queue(ByteBuf part) {
        var parts = queue;
        if (parts == null) {
            parts = new ArrayDeque<>(4);
            queue = parts;
        }
        queued += part.readableBytes();
        parts.add(part);
        block();
    }

    private void block() {
        if (!blocked && sendWindow > 0) {
            blocked = true;
            connection.block(this);
        }
    }

    /// Ends our side, after what waits.
    void endSend(@Nullable Headers trailers) {
        if (closed || localEnded || endWaits) {
            return;
        }
        if (queued > 0) {
            endWaits = true;
            trailersWait = trailers;
            connection.out().flush();
            return;
        }
        localEnded = true;
        if (trailers != null && trailers.size() > 0) {
            connection.out().block().fields(trailers);
            connection.out().headers(id, true);
        } else {
            connection.out().end(id);
        }
        sent();
    }

    /// Our side has ended.
    abstract void sent();

    /// Sends of what waits as much as the windows allow now.
    void sendQueued() {
        blocked = false;
        var parts = queue;
        while (!closed && parts != null && queued > 0) {
            var may = Math.min(sendWindow, connection.sendWindow());
            if (may <= 0) {
                block();
                break;
            }
            var part = parts.element();
            var octets = part.readableBytes();
            if (octets <= may) {
                parts.remove();
            } else {
                part = part.readRetainedSlice(may);
                octets = may;
            }
            queued -= octets;
            spend(octets);
            connection.out().data(id, part);
        }
        if (queued == 0 && endWaits && !closed) {
            endWaits = false;
            var trailers = trailersWait;
            trailersWait = null;
            endSend(trailers);
        }
        room();
    }

    /// The peer gives `by` more octets; false if that is more than there can be.
    boolean grow(int by) {
        var next = (long) sendWindow + by;
        if (next > Integer.MAX_VALUE) {
            return false;
        }
        sendWindow = (int) next;
        return true;
    }

    /// Sends what waited for [#grow].
    void resume() {
        if (queued > 0 && sendWindow > 0 && !blocked) {
            sendQueued();
            connection.out().flush();
        }
    }

    /// Whether more may be sent now. Once it may not, it may not until [#room] has said so: whoever
    /// paused for it waits for that word, even if parts still come.
    public boolean writable() {
        if (queued >= HIGH || !connection.writable()) {
            full = true;
        }
        return !full;
    }

    /// Says so if there is room again.
    void room() {
        if (full && !closed && queued <= LOW && connection.writable()) {
            full = false;
            deliverRoom();
        }
    }

    // ---- receiving

    /// How long the body must be; -1 if that is not known.
    void expect(long octets) {
        expected = octets;
    }

    /// Counts octets of DATA; false if the peer had no leave to send them.
    boolean receive(int octets) {
        return window.receive(octets);
    }

    /// Whether the body is as long as was said.
    boolean fits(int octets, boolean end) {
        if (expected < 0) {
            return true;
        }
        expected -= octets;
        return expected >= 0 && (expected == 0 || !end);
    }

    /// The reader has taken so many octets of DATA.
    void took(int octets) {
        withheld += octets;
        if (!paused) {
            giveBack();
        }
    }

    private void giveBack() {
        connection.took(withheld);
        var by = window.took(withheld);
        withheld = 0;
        if (by > 0 && !remoteEnded) {
            connection.out().windowUpdate(id, by);
            connection.out().flush();
        }
    }

    /// Whether the other side takes more now.
    public void readMore(boolean wanted) {
        if (paused == wanted && !closed) {
            paused = !wanted;
            if (wanted) {
                giveBack();
            }
        }
    }

    // ---- the end

    /// Forgets the stream; nothing is sent or delivered from now on.
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        connection.took(withheld);
        withheld = 0;
        var parts = queue;
        if (parts != null) {
            for (var part = parts.poll(); part != null; part = parts.poll()) {
                part.release();
            }
            queued = 0;
        }
        connection.forget(this);
    }

    /// Breaks it off with this [ErrorCode].
    void resetWith(int code) {
        if (!closed) {
            connection.out().reset(id, code);
            connection.out().flush();
            connection.wasReset(id);
            close();
        }
    }
}
