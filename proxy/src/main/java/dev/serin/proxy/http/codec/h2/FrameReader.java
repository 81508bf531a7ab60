package dev.serin.proxy.http.codec.h2;

import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import java.util.Arrays;

/// Cuts the octets of one HTTP/2 connection into frames (RFC 9113, 4 and 6). DATA passes through in
/// the parts that it comes in; of other frames only what has not come whole is kept.
final class FrameReader {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;
    static final int WITH_PRIORITY = 0x20;

    static final int HEADER = 9;
    private static final int MAX_FRAME = 16_384;

    /// What the reader reports to.
    interface Sink {
        /// A frame begins, whole or not; before anything else of it.
        void frame(int type, int flags, int stream, int length) throws Http2Fault;

        /// A part of a DATA frame.
        ///
        /// @param part now owned by the sink
        /// @param flow octets that count for flow control, padding included
        /// @param end whether the stream's body ends with it
        void data(int stream, ByteBuf part, int flow, boolean end) throws Http2Fault;

        /// A whole header block, good during the call.
        ///
        /// @param dependsOn the stream that it names for priority, -1 for none
        void headers(int stream, byte[] block, int from, int to, int dependsOn, boolean end)
                throws Http2Fault;

        void priority(int stream, int dependsOn) throws Http2Fault;

        void reset(int stream, int code) throws Http2Fault;

        /// @param at where the pairs begin in `payload`
        void settings(byte[] payload, int at, int to) throws Http2Fault;

        void ping(long content, boolean ack) throws Http2Fault;

        void goAway(int last, int code) throws Http2Fault;

        void windowUpdate(int stream, int by) throws Http2Fault;
    }

    private final Worker worker;
    private final Sink sink;
    private final int maxBlock;
    private final byte[] header = new byte[HEADER];
    private int headerSize;
    private boolean inFrame;
    private int type;
    private int flags;
    private int stream;
    private int length;
    private int left;
    private int padding;
    private boolean padRead;
    private byte[] kept = {};
    private int keptSize;

    private int blockStream;
    private byte[] block = {};
    private int blockSize;
    private boolean blockEnd;
    private int blockDependsOn;

    /// @param maxBlock octets that a header block may have
    FrameReader(Worker worker, Sink sink, int maxBlock) {
        this.worker = worker;
        this.sink = sink;
        this.maxBlock = maxBlock;
    }

    /// Reads on until the octets end.
    void feed(ByteBuf in) throws Http2Fault {
        while (in.isReadable() || inFrame && left == 0) {
            if (!inFrame) {
                if (!header(in)) {
                    return;
                }
                begin();
            }
            if (type == DATA) {
                data(in);
            } else if (!payload(in)) {
                return;
            }
        }
    }

    private boolean header(ByteBuf in) {
        var more = Math.min(HEADER - headerSize, in.readableBytes());
        in.readBytes(header, headerSize, more);
        headerSize += more;
        return headerSize == HEADER;
    }

    private void begin() throws Http2Fault {
        headerSize = 0;
        length = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | header[2] & 0xff;
        type = header[3];
        flags = header[4];
        stream = int32(header, 5) & Integer.MAX_VALUE;
        if (length > MAX_FRAME) {
            throw Http2Fault.size("http2.frame_size");
        }
        if (blockStream != 0 && (type != CONTINUATION || stream != blockStream)) {
            throw Http2Fault.protocol("http2.header_block_interrupted");
        }
        sink.frame(type, flags, stream, length);
        inFrame = true;
        left = length;
        padding = 0;
        padRead = (flags & PADDED) == 0;
        if (type == DATA && stream == 0) {
            throw Http2Fault.protocol("http2.data_without_stream");
        }
        if (!padRead && type == DATA && length == 0) {
            throw Http2Fault.size("http2.frame_size");
        }
    }

    private void data(ByteBuf in) throws Http2Fault {
        if (!padRead) {
            if (!in.isReadable()) {
                return;
            }
            padRead = true;
            padding = in.readUnsignedByte();
            left--;
            if (padding > left) {
                throw Http2Fault.protocol("http2.padding");
            }
            sink.data(stream, Unpooled.EMPTY_BUFFER, 1, false);
        }
        var body = left - padding;
        if (body > 0) {
            var part = Math.min(body, in.readableBytes());
            if (part == 0) {
                return;
            }
            left -= part;
            var last = left == padding;
            var end = last && padding == 0 && (flags & END_STREAM) != 0;
            sink.data(stream, in.readRetainedSlice(part), part, end);
            if (last && padding == 0) {
                inFrame = false;
            }
            return;
        }
        dataEnd(in);
    }

    /// The padding, which counts as a whole when its end has come.
    private void dataEnd(ByteBuf in) throws Http2Fault {
        var skipped = Math.min(left, in.readableBytes());
        in.skipBytes(skipped);
        left -= skipped;
        if (left == 0) {
            inFrame = false;
            padding = 0;
            sink.data(stream, Unpooled.EMPTY_BUFFER, skipped, (flags & END_STREAM) != 0);
        } else {
            padding = left;
            sink.data(stream, Unpooled.EMPTY_BUFFER, skipped, false);
        }
    }

    /// Takes a frame that is handled whole; false if the rest of it is still to come.
    private boolean payload(ByteBuf in) throws Http2Fault {
        var available = Math.min(left, in.readableBytes());
        if (keptSize == 0 && available == left) {
            var bytes = worker.scratch(Math.max(length, 1024));
            in.readBytes(bytes, 0, length);
            inFrame = false;
            whole(bytes);
            return true;
        }
        if (kept.length < length) {
            kept = Arrays.copyOf(kept, length);
        }
        in.readBytes(kept, keptSize, available);
        keptSize += available;
        left -= available;
        if (left > 0) {
            return false;
        }
        var bytes = kept;
        kept = new byte[0];
        keptSize = 0;
        inFrame = false;
        whole(bytes);
        return true;
    }

    private void whole(byte[] b) throws Http2Fault {
        switch (type) {
            case HEADERS -> headers(b);
            case CONTINUATION -> continuation(b);
            case PRIORITY -> {
                onStream();
                if (length == 5) {
                    sink.priority(stream, int32(b, 0) & Integer.MAX_VALUE);
                } else {
                    sink.priority(stream, -1);
                }
            }
            case RST_STREAM -> {
                onStream();
                exactly(4);
                sink.reset(stream, int32(b, 0));
            }
            case SETTINGS -> settings(b);
            case PUSH_PROMISE -> throw Http2Fault.protocol("http2.push_promise");
            case PING -> {
                onConnection();
                exactly(8);
                var content = (long) int32(b, 0) << 32 | int32(b, 4) & 0xffffffffL;
                sink.ping(content, (flags & ACK) != 0);
            }
            case GOAWAY -> {
                onConnection();
                if (length < 8) {
                    throw Http2Fault.size("http2.frame_size");
                }
                sink.goAway(int32(b, 0) & Integer.MAX_VALUE, int32(b, 4));
            }
            case WINDOW_UPDATE -> {
                exactly(4);
                sink.windowUpdate(stream, int32(b, 0) & Integer.MAX_VALUE);
            }
            default -> {} // RFC 9113, 4.1: unknown types are ignored
        }
    }

    private void onStream() throws Http2Fault {
        if (stream == 0) {
            throw Http2Fault.protocol("http2.frame_without_stream");
        }
    }

    private void onConnection() throws Http2Fault {
        if (stream != 0) {
            throw Http2Fault.protocol("http2.frame_on_stream");
        }
    }

    private void exactly(int octets) throws Http2Fault {
        if (length != octets) {
            throw Http2Fault.size("http2.frame_size");
        }
    }

    private void settings(byte[] b) throws Http2Fault {
        onConnection();
        if ((flags & ACK) != 0) {
            exactly(0);
            // that our settings are in force: nothing waits for it
        } else if (length % 6 != 0) {
            throw Http2Fault.size("http2.frame_size");
        } else {
            sink.settings(b, 0, length);
        }
    }

    private void headers(byte[] b) throws Http2Fault {
        onStream();
        var from = 0;
        var to = length;
        if ((flags & PADDED) != 0) {
            var pad = length > 0 ? b[0] & 0xff : 0;
            from = 1;
            to -= pad;
        }
        var dependsOn = -1;
        if ((flags & WITH_PRIORITY) != 0) {
            from += 5;
            dependsOn = from <= to ? int32(b, from - 5) & Integer.MAX_VALUE : -1;
        }
        if (from > to) {
            throw Http2Fault.protocol("http2.padding");
        }
        var end = (flags & END_STREAM) != 0;
        if ((flags & END_HEADERS) != 0) {
            sink.headers(stream, b, from, to, dependsOn, end);
            return;
        }
        blockStream = stream;
        blockEnd = end;
        blockDependsOn = dependsOn;
        blockSize = 0;
        gather(b, from, to);
    }

    private void continuation(byte[] b) throws Http2Fault {
        if (blockStream == 0) {
            throw Http2Fault.protocol("http2.continuation");
        }
        gather(b, 0, length);
        if ((flags & END_HEADERS) != 0) {
            var bytes = block;
            var on = blockStream;
            block = new byte[0];
            blockStream = 0;
            sink.headers(on, bytes, 0, blockSize, blockDependsOn, blockEnd);
        }
    }

    private void gather(byte[] b, int from, int to) throws Http2Fault {
        var more = to - from;
        if (blockSize + more > maxBlock) {
            throw Http2Fault.flood("http2.headers_too_large");
        }
        if (blockSize + more > block.length) {
            block = Arrays.copyOf(block, Math.max(1024, (blockSize + more) * 2));
        }
        System.arraycopy(b, from, block, blockSize, more);
        blockSize += more;
    }

    private static int int32(byte[] b, int at) {
        return b[at] << 24 | (b[at + 1] & 0xff) << 16 | (b[at + 2] & 0xff) << 8 | b[at + 3] & 0xff;
    }
}
