package dev.serin.proxy.http.codec.h2;

import dev.serin.proxy.http.codec.h2.Http2Limits.Floods;

/// Counts what costs a peer nothing and the proxy work, as Envoy counts it, and says when it is too
/// much.
final class FloodGuard {
    /// Streams that a client must have opened before its habit of resetting them is judged.
    private static final int JUDGED_FROM = 500;

    private final Floods limits;
    private int waiting;
    private int waitingControl;
    private int empty;
    private long opened;
    private long priorities;
    private long windowUpdates;
    private long dataSent;
    private long ended;
    private long wasted;

    FloodGuard(Floods limits) {
        this.limits = limits;
    }

    /// A frame has come.
    void frame(int type, int flags, int length) throws Http2Fault {
        switch (type) {
            case FrameReader.DATA ->
                    empty(length == 0 && (flags & FrameReader.END_STREAM) == 0, length);
            case FrameReader.HEADERS, FrameReader.CONTINUATION ->
                    empty(length == 0 && (flags & FrameReader.END_HEADERS) == 0, length);
            case FrameReader.PRIORITY -> {
                if (++priorities > limits.priorityPerStream() * (1 + opened)) {
                    throw Http2Fault.flood("codec_error:Too_many_PRIORITY_frames");
                }
            }
            case FrameReader.WINDOW_UPDATE -> {
                if (++windowUpdates > 5 + 2 * (opened + limits.windowUpdatePerData() * dataSent)) {
                    throw Http2Fault.flood("codec_error:Too_many_WINDOW_UPDATE_frames");
                }
            }
            default -> {}
        }
    }

    private void empty(boolean nothing, int length) throws Http2Fault {
        if (nothing) {
            if (++empty > limits.empty()) {
                throw Http2Fault.flood("http2.inbound_empty_frames_flood");
            }
        } else if (length > 0) {
            empty = 0;
        }
    }

    void opened() {
        opened++;
    }

    void dataSent() {
        dataSent++;
        waiting++;
    }

    /// An answer waits to be sent.
    void control() throws Http2Fault {
        waiting++;
        if (++waitingControl > limits.outboundControl() || waiting > limits.outbound()) {
            throw Http2Fault.flood("http2.outbound_frames_flood");
        }
    }

    /// All that waited has been taken by the socket.
    void sent() {
        waiting = 0;
        waitingControl = 0;
    }

    /// A stream is over.
    ///
    /// @param early whether it was reset before it was answered
    void ended(boolean early) throws Http2Fault {
        ended++;
        if (early && ++wasted * 2 > ended && ended >= JUDGED_FROM) {
            throw Http2Fault.flood("http2.premature_resets_flood");
        }
    }
}
