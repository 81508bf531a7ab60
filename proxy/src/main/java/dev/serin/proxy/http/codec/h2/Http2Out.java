package dev.serin.proxy.http.codec.h2;

import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/// Writes frames to one HTTP/2 connection. Frames and small bodies of one pass of the event loop
/// are gathered in one buffer and sent by one system call; large bodies pass through uncopied, as
/// many parts in a frame as it holds.
final class Http2Out {
    private static final int COPY_BELOW = 4096;
    private static final int BUFFER = 4096;

    /// Where the flags are in a frame's head.
    private static final int FLAGS = 4;

    private final Worker worker;
    private final ChannelHandlerContext ctx;
    final HpackEncoder encoder;
    private @Nullable ByteBuf gathered;
    private final Runnable send = this::flushNow;
    private boolean flushing;
    private int maxFrame = 16_384;

    /// The frame that was written last, for [#end].
    private int lastStream;

    private int lastHead;

    /// The parts of a large DATA that still grows; its head is the last in [#gathered].
    private final ArrayDeque<ByteBuf> parts = new ArrayDeque<>(4);

    private int partsStream;
    private int partsOctets;

    Http2Out(Worker worker, ChannelHandlerContext ctx, int table) {
        this.worker = worker;
        this.ctx = ctx;
        this.encoder = new HpackEncoder(worker, table);
    }

    /// The peer's SETTINGS_MAX_FRAME_SIZE.
    void maxFrame(int octets) {
        maxFrame = Math.min(octets, 65_536);
    }

    /// Begins a header block, which the caller writes to [#encoder].
    HpackEncoder block() {
        encoder.start(FrameReader.HEADER);
        return encoder;
    }

    /// Writes the block as HEADERS, and CONTINUATION if it is large.
    void headers(int stream, boolean end) {
        var bytes = encoder.buffer();
        var size = encoder.end() - FrameReader.HEADER;
        var flags = end ? FrameReader.END_STREAM : 0;
        if (size <= maxFrame) {
            var out = room(FrameReader.HEADER + size);
            var at = out.writerIndex();
            frame(bytes, size, FrameReader.HEADERS, flags | FrameReader.END_HEADERS, stream);
            out.writeBytes(bytes, 0, FrameReader.HEADER + size);
            last(stream, at);
            return;
        }
        var type = FrameReader.HEADERS;
        for (var from = 0; from < size; from += maxFrame) {
            var part = Math.min(maxFrame, size - from);
            var whole = from + part == size ? FrameReader.END_HEADERS : 0;
            header(part, type, (type == FrameReader.HEADERS ? flags : 0) | whole, stream);
            room(part).writeBytes(bytes, FrameReader.HEADER + from, part);
            type = FrameReader.CONTINUATION;
        }
        lastStream = 0;
    }

    private static void frame(byte[] b, int length, int type, int flags, int stream) {
        b[0] = (byte) (length >>> 16);
        b[1] = (byte) (length >>> 8);
        b[2] = (byte) length;
        b[3] = (byte) type;
        b[4] = (byte) flags;
        b[5] = (byte) (stream >>> 24);
        b[6] = (byte) (stream >>> 16);
        b[7] = (byte) (stream >>> 8);
        b[8] = (byte) stream;
    }

    private void last(int stream, int at) {
        lastStream = stream;
        lastHead = at;
    }

    private ByteBuf header(int length, int type, int flags, int stream) {
        var out = room(FrameReader.HEADER + 8);
        var at = out.writerIndex();
        out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
        last(stream, at);
        return out;
    }

    /// Writes DATA, in as many frames as it needs, and releases it.
    void data(int stream, ByteBuf part) {
        while (part.readableBytes() > maxFrame) {
            pass(stream, part.readRetainedSlice(maxFrame));
        }
        pass(stream, part);
    }

    private void pass(int stream, ByteBuf part) {
        var octets = part.readableBytes();
        if (partsStream == stream && partsOctets + octets <= maxFrame) {
            partsOctets += octets;
            parts.add(part);
        } else if (octets < COPY_BELOW) {
            room(FrameReader.HEADER + octets);
            header(octets, FrameReader.DATA, 0, stream);
            room(octets).writeBytes(part);
            part.release();
        } else {
            header(octets, FrameReader.DATA, 0, stream);
            partsStream = stream;
            partsOctets = octets;
            parts.add(part);
        }
    }

    /// Sends the DATA that could have grown.
    private void endParts() {
        var out = gathered;
        if (partsStream == 0 || out == null) {
            return;
        }
        partsStream = 0;
        out.setMedium(lastHead, partsOctets);
        ctx.write(out.readRetainedSlice(out.readableBytes()), ctx.voidPromise());
        lastStream = 0;
        for (var part = parts.poll(); part != null; part = parts.poll()) {
            ctx.write(part, ctx.voidPromise());
        }
    }

    /// Ends the stream's side: with the frame that was written last if that is the stream's and not
    /// sent yet, else with an empty DATA.
    void end(int stream) {
        var out = gathered;
        if (out != null && lastStream == stream) {
            var flags = lastHead + FLAGS;
            out.setByte(flags, out.getByte(flags) | FrameReader.END_STREAM);
        } else {
            header(0, FrameReader.DATA, FrameReader.END_STREAM, stream);
        }
        lastStream = 0;
    }

    /// @param pairs of identifier and value
    void settings(int... pairs) {
        header(pairs.length * 3, FrameReader.SETTINGS, 0, 0);
        for (var i = 0; i < pairs.length; i += 2) {
            room(6).writeShort(pairs[i]).writeInt(pairs[i + 1]);
        }
        lastStream = 0;
    }

    void settingsAcknowledged() {
        header(0, FrameReader.SETTINGS, FrameReader.ACK, 0);
        lastStream = 0;
    }

    void ping(long content, boolean ack) {
        header(8, FrameReader.PING, ack ? FrameReader.ACK : 0, 0).writeLong(content);
        lastStream = 0;
    }

    void reset(int stream, int code) {
        header(4, FrameReader.RST_STREAM, 0, stream).writeInt(code);
        lastStream = 0;
    }

    void goAway(int last, int code) {
        header(8, FrameReader.GOAWAY, 0, 0).writeInt(last).writeInt(code);
        lastStream = 0;
    }

    void windowUpdate(int stream, int by) {
        header(4, FrameReader.WINDOW_UPDATE, 0, stream).writeInt(by);
        lastStream = 0;
    }

    void raw(byte[] octets) {
        room(octets.length).writeBytes(octets);
    }

    private ByteBuf room(int octets) {
        endParts();
        var out = gathered;
        if (out == null || out.maxFastWritableBytes() < octets) {
            send();
            out = ctx.alloc().directBuffer(Math.max(BUFFER, octets + 512));
            gathered = out;
        }
        return out;
    }

    /// Sends what was written when this pass of the event loop is over.
    void flush() {
        if (!flushing && ctx.channel().isOpen()) {
            flushing = true;
            worker.afterPass(send);
        }
    }

    void flushNow() {
        flushing = false;
        send();
        ctx.flush();
    }

    private void send() {
        endParts();
        var out = gathered;
        if (out != null) {
            gathered = null;
            lastStream = 0;
            if (out.isReadable()) {
                ctx.write(out, ctx.voidPromise());
            } else {
                out.release();
            }
        }
    }

    /// Gives up what was not sent yet.
    void release() {
        parts.forEach(ByteBuf::release);
        parts.clear();
        partsStream = 0;
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }
}
