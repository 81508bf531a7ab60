package dev.serin.proxy.http.codec;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.Spellings;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

import org.jspecify.annotations.Nullable;

/// Writes messages to one HTTP/1.1 connection. Heads and small parts are gathered in one buffer, so
/// that a usual message is one write; large parts pass through uncopied.
final class Http1Out {
    private static final int COPY_BELOW = 4096;

    /// A head with a small body fits, and need not be moved to a larger one.
    private static final int BUFFER = 2048;

    private final Worker worker;
    private final ChannelHandlerContext ctx;
    private @Nullable ByteBuf gathered;
    private boolean unflushed;
    private byte[] head = new byte[0];
    private int size;
    private boolean chunked;
    private final boolean properCase;
    private @Nullable Spellings spellings;

    Http1Out(Worker worker, ChannelHandlerContext ctx, Spelling spelling) {
        this.worker = worker;
        this.ctx = ctx;
        this.properCase = spelling == Spelling.PROPER;
    }

    /// Begins a head with its start line, without the line's end.
    Http1Out start(String first, String second, String third) {
        head = worker.scratch(8192);
        size = 0;
        return text(first).text(second).text(third);
    }

    /// Begins the head of a response, but for what frames its body.
    Http1Out status(int status, boolean http10, Headers headers) {
        var version = http10 ? "HTTP/1.0 " : "HTTP/1.1 ";
        return start(version, Statuses.line(status), "").line().fields(headers);
    }

    /// Tells the client, at once, to go on with its request.
    void goOn() {
        start("HTTP/1.1 ", "100 ", "Continue").line().endHead(false);
        flush();
    }

    /// Says in a response's head how its body is framed.
    ///
    /// @param none there is no body, and nothing has said so yet
    Http1Out framing(boolean chunks, boolean none, boolean headRequest) {
        if (chunks || none && headRequest) {
            field("transfer-encoding", "chunked");
        } else if (none) {
            field("content-length", "0");
        }
        return this;
    }

    /// Names of this head are written as its sender wrote them, if that was kept.
    Http1Out as(Headers headers) {
        spellings = headers.spellings();
        return this;
    }

    /// Ends the start line of a request.
    Http1Out version() {
        return text(" HTTP/1.1").line();
    }

    Http1Out field(String name, String value) {
        var from = size;
        if (spellings != null) {
            text(spellings.of(name));
        } else {
            text(name);
            if (properCase) {
                capitalize(from);
            }
        }
        ensure(2);
        head[size++] = ':';
        head[size++] = ' ';
        return text(value).line();
    }

    /// A capital at the beginning and after each dash.
    private void capitalize(int from) {
        var first = true;
        for (var i = from; i < size; i++) {
            var c = head[i];
            if (first && c >= 'a' && c <= 'z') {
                head[i] = (byte) (c - 32);
            }
            first = c == '-';
        }
    }

    Http1Out fields(Headers headers) {
        spellings = headers.spellings();
        for (var i = 0; i < headers.size(); i++) {
            field(headers.name(i), headers.value(i));
        }
        return this;
    }

    /// Ends the head.
    ///
    /// @param chunked whether the body's parts are to be framed
    void endHead(boolean chunked) {
        this.chunked = chunked;
        spellings = null;
        line();
        room(size).writeBytes(head, 0, size);
    }

    private ByteBuf room(int octets) {
        var out = gathered;
        if (out == null || out.writableBytes() < octets && out.readableBytes() >= COPY_BELOW) {
            pass();
            out = ctx.alloc().directBuffer(Math.max(BUFFER, octets + 512));
            gathered = out;
        }
        return out;
    }

    /// Writes a part of the body, and releases it.
    void part(ByteBuf part) {
        var octets = part.readableBytes();
        if (octets == 0) {
            part.release();
            return;
        }
        if (chunked) {
            var out = room(octets < COPY_BELOW ? octets + 20 : 20);
            hex(out, octets);
            out.writeShort(0x0d0a);
        }
        if (octets < COPY_BELOW) {
            room(octets + 2).writeBytes(part);
            part.release();
        } else {
            pass();
            ctx.write(part, ctx.voidPromise());
            unflushed = true;
        }
        if (chunked) {
            room(2).writeShort(0x0d0a);
        }
    }

    /// Ends the body; with trailers only where it is framed.
    void end(@Nullable Headers trailers) {
        if (!chunked) {
            return;
        }
        chunked = false;
        room(5).writeByte('0').writeShort(0x0d0a);
        if (trailers == null) {
            room(2).writeShort(0x0d0a);
        } else {
            head = worker.scratch(8192);
            size = 0;
            fields(trailers).endHead(false);
        }
    }

    void flush() {
        var out = gathered;
        if (out != null) {
            gathered = null;
            unflushed = false;
            ctx.writeAndFlush(out, ctx.voidPromise());
        } else if (unflushed) {
            unflushed = false;
            ctx.flush();
        }
    }

    /// Gives up what was not written yet.
    void release() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }

    private void pass() {
        var out = gathered;
        if (out != null) {
            gathered = null;
            ctx.write(out, ctx.voidPromise());
            unflushed = true;
        }
    }

    private static void hex(ByteBuf out, int value) {
        var shift = 28 - (Integer.numberOfLeadingZeros(value) & ~3);
        for (; shift >= 0; shift -= 4) {
            out.writeByte("0123456789abcdef".charAt(value >>> shift & 15));
        }
    }

    @SuppressWarnings("deprecation") // the one copy without a check of each char; all are Latin-1
    private Http1Out text(String text) {
        var length = text.length();
        ensure(length);
        text.getBytes(0, length, head, size);
        size += length;
        return this;
    }

    /// Ends a line.
    Http1Out line() {
        ensure(2);
        head[size++] = '\r';
        head[size++] = '\n';
        return this;
    }

    private void ensure(int more) {
        if (size + more > head.length) {
            var larger = worker.scratch((size + more) * 2);
            System.arraycopy(head, 0, larger, 0, size);
            head = larger;
        }
    }
}
