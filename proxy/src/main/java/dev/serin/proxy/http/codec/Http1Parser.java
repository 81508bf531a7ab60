package dev.serin.proxy.http.codec;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

/// Cuts the octets of one HTTP/1.x connection into heads, parts of bodies and ends. Strict where
/// leniency lets two readers see two messages: no folded lines, no space before a colon, no length
/// beside a transfer coding. Nothing but an unfinished head is ever kept.
final class Http1Parser {
    private enum State {
        HEAD,
        LENGTH,
        UNTIL_CLOSE,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILERS,
        DONE,
        RAW
    }

    /// What the parser reports to.
    interface Sink {
        /// A head was read. For a response the sink answers whether a body can follow at all.
        boolean head(Http1Head head) throws Malformed;

        /// A part of the body, to be released by the sink.
        void body(ByteBuf part);

        void end(@Nullable Headers trailers);
    }

    private final Worker worker;
    private final Sink sink;
    private final Http1Head head;
    private final int maxHead;
    private final boolean chunkedLength;
    private State state = State.HEAD;
    private long remaining;
    private int sizeDigits;
    private int sizeOctets;
    private boolean extension;
    private boolean returned;
    private byte[] kept = new byte[0];
    private int keptSize;

    Http1Parser(Worker worker, Sink sink, boolean requests, Http1Limits limits) {
        this.worker = worker;
        this.sink = sink;
        this.maxHead = limits.maxHead();
        this.chunkedLength = limits.dialect().chunkedLength();
        this.head = new Http1Head(requests, limits.maxHeaders(), limits.dialect());
    }

    /// Reads on until the octets or the message end. What follows a message stays in `in` until
    /// [#next()].
    void feed(ByteBuf in) throws Malformed {
        while (in.isReadable() && state != State.DONE) {
            switch (state) {
                case HEAD -> head(in);
                case LENGTH -> part(in);
                case UNTIL_CLOSE, RAW -> sink.body(in.readRetainedSlice(in.readableBytes()));
                case CHUNK_SIZE -> chunkSize(in);
                case CHUNK -> part(in);
                case CHUNK_END -> chunkEnd(in);
                case TRAILERS -> trailers(in);
                case DONE -> throw new IllegalStateException("message is done");
            }
        }
    }

    /// The stream has ended: whether that also is the proper end of a body.
    boolean endedByClose() {
        if (state == State.UNTIL_CLOSE || state == State.RAW) {
            state = State.DONE;
            sink.end(null);
            return true;
        }
        return false;
    }

    /// Ready for the next message.
    void next() {
        state = State.HEAD;
    }

    /// From here on the connection carries something else; all of it comes as body.
    void raw() {
        state = State.RAW;
    }

    boolean done() {
        return state == State.DONE;
    }

    /// Whether a head has begun and not ended.
    boolean inHead() {
        return state == State.HEAD && keptSize > 0;
    }

    /// Whether a message has begun and not ended.
    boolean inMessage() {
        return state != State.DONE && (state != State.HEAD || keptSize > 0);
    }

    private void head(ByteBuf in) throws Malformed {
        var bytes = gather(in);
        if (bytes == null) {
            return;
        }
        state = State.DONE; // so that a sink that looks sees no half state
        head.read(bytes, bytes.length);
        if (head.otherCoding) {
            throw new Malformed(501, "http1.invalid_transfer_encoding");
        }
        if (head.chunked && head.contentLength >= 0 && chunkedLength) {
            head.contentLength = -1;
            head.headers.remove("content-length");
        }
        if (head.chunked && head.contentLength >= 0) {
            throw new Malformed(400, "http1.content_length_and_chunked_not_allowed");
        }
        state = State.HEAD;
        var body = sink.head(head);
        if (state != State.HEAD || !head.request && head.status < 200) {
            return; // a tunnel begins, or the real head is still to come
        }
        if (!body || head.contentLength == 0 && !head.chunked) {
            state = State.DONE;
        } else if (head.chunked) {
            startChunk();
        } else if (head.contentLength > 0) {
            remaining = head.contentLength;
            state = State.LENGTH;
        } else {
            state = head.request ? State.DONE : State.UNTIL_CLOSE;
        }
        if (state == State.DONE) {
            sink.end(null);
        }
    }

    /// Takes octets up to the empty line that ends a block; null if it is not there yet. The answer
    /// is the worker's scratch or this parser's own buffer.
    private byte @Nullable [] gather(ByteBuf in) throws Malformed {
        var available = Math.min(in.readableBytes(), maxHead + 1 - keptSize);
        var bytes = keptSize == 0 ? worker.scratch(Math.max(available, 1024)) : grow(available);
        in.getBytes(in.readerIndex(), bytes, keptSize, available);
        var size = keptSize + available;
        if (state == State.HEAD
                && head.request
                && available > 0
                && HeaderNames.TOKEN[bytes[0] & 0xff] == 0
                && bytes[0] != '\r'
                && bytes[0] != '\n') {
            throw new Malformed(400, "http1.codec_error"); // a client that speaks TLS, for instance
        }
        var end = endOfBlock(bytes, Math.max(0, keptSize - 3), size);
        if (end >= 0) {
            in.skipBytes(end - keptSize);
            keptSize = 0;
            return bytes;
        }
        if (size > maxHead) {
            throw new Malformed(431, "http1.headers_too_large");
        }
        in.skipBytes(available);
        if (keptSize == 0) {
            kept = new byte[Math.max(1024, size * 2)];
            System.arraycopy(bytes, 0, kept, 0, size);
        }
        keptSize = size;
        return null;
    }

    private byte[] grow(int more) {
        if (kept.length < keptSize + more) {
            kept = java.util.Arrays.copyOf(kept, Math.max(kept.length * 2, keptSize + more));
        }
        return kept;
    }

    /// Where the block that begins at 0 ends (after its empty line), or -1. In front of a start
    /// line empty lines do not count, nor for trailers where the block may be just one.
    private int endOfBlock(byte[] b, int from, int size) {
        for (var i = from; i < size; i++) {
            if (b[i] == '\n') {
                if (i + 1 < size && b[i + 1] == '\n' && started(b, i)) {
                    return i + 2;
                }
                if (i + 2 < size && b[i + 1] == '\r' && b[i + 2] == '\n' && started(b, i)) {
                    return i + 3;
                }
                if (state == State.TRAILERS && (i == 0 || i == 1 && b[0] == '\r')) {
                    return i + 1;
                }
            }
        }
        return -1;
    }

    private static boolean started(byte[] b, int at) {
        for (var i = 0; i < at; i++) {
            if (b[i] != '\r' && b[i] != '\n') {
                return true;
            }
        }
        return false;
    }

    private void part(ByteBuf in) {
        var size = (int) Math.min(remaining, in.readableBytes());
        remaining -= size;
        var last = remaining == 0;
        var chunk = state == State.CHUNK;
        if (last) {
            state = chunk ? State.CHUNK_END : State.DONE;
            returned = false;
        }
        sink.body(in.readRetainedSlice(size));
        if (last && !chunk) {
            sink.end(null);
        }
    }

    private void startChunk() {
        remaining = 0;
        sizeDigits = 0;
        sizeOctets = 0;
        extension = false;
        returned = false;
        state = State.CHUNK_SIZE;
    }

    private void chunkSize(ByteBuf in) throws Malformed {
        while (in.isReadable()) {
            var c = in.readByte();
            if (c == '\n') {
                if (sizeDigits == 0 || !returned) {
                    throw new Malformed(400, "http1.codec_error");
                }
                state = remaining == 0 ? State.TRAILERS : State.CHUNK;
                return;
            }
            returned = c == '\r';
            if (++sizeOctets > 4096) { // an endless extension is an attack
                throw new Malformed(400, "http1.codec_error");
            }
            if (c == ';' && sizeDigits > 0) {
                extension = true;
            }
            if (extension || sizeDigits > 0 && (c == '\r' || c == ' ' || c == '\t')) {
                continue;
            }
            var digit = Character.digit(c, 16);
            if (digit < 0 || ++sizeDigits > 15) {
                throw new Malformed(400, "http1.codec_error");
            }
            remaining = remaining * 16 + digit;
        }
    }

    private void chunkEnd(ByteBuf in) throws Malformed {
        var c = in.readByte();
        if (c == '\n' && returned) {
            startChunk();
        } else if (c == '\r' && !returned) {
            returned = true;
        } else {
            throw new Malformed(400, "http1.codec_error");
        }
    }

    private void trailers(ByteBuf in) throws Malformed {
        var bytes = gather(in);
        if (bytes == null) {
            return;
        }
        Headers trailers = null;
        var at = 0;
        while (bytes[at] != '\n' && !(bytes[at] == '\r' && bytes[at + 1] == '\n')) {
            trailers = trailers == null ? new Headers(4) : trailers;
            at = head.field(bytes, at, trailers);
            if (trailers.size() > head.maxHeaders) {
                throw new Malformed(431, "http1.too_many_trailers");
            }
        }
        state = State.DONE;
        sink.end(trailers);
    }
}
