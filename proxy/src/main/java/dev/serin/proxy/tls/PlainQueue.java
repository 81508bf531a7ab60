package dev.serin.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Objects;

/// Octets that were written and are not encrypted yet, with the promises of their writers. The
/// connection's event loop only.
final class PlainQueue {
    /// Buffers and promises in turn.
    private final ArrayDeque<Object> entries = new ArrayDeque<>();

    private int octets;

    void add(ByteBuf part, ChannelPromise promise) {
        entries.add(part);
        entries.add(promise);
        octets += part.readableBytes();
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    int octets() {
        return octets;
    }

    int parts() {
        return entries.size() / 2;
    }

    /// The first octets, for one record: of several buffers that are small, or of one that the
    /// library cannot read, a copy. The caller releases it, whichever it is, and then says how much
    /// of it was used.
    ///
    /// @param done gets the promises of empty buffers on the way
    ByteBuf first(ByteBufAllocator allocator, Promises done) {
        dropEmpty(done);
        var part = (ByteBuf) Objects.requireNonNull(entries.peek());
        var length = part.readableBytes();
        if (part.isDirect() && (length == octets || length >= BoringSsl.RECORD)) {
            return part.retain();
        }
        var most = Math.min(octets, BoringSsl.RECORD);
        var joined = allocator.directBuffer(most);
        for (var entry : entries) {
            if (entry instanceof ByteBuf one) {
                var some = Math.min(one.readableBytes(), most - joined.readableBytes());
                joined.writeBytes(one, one.readerIndex(), some);
                if (joined.readableBytes() == most) {
                    break;
                }
            }
        }
        return joined;
    }

    /// Takes away what was encrypted.
    void skip(int used, Promises done) {
        octets -= used;
        var left = used;
        while (left > 0) {
            var part = (ByteBuf) Objects.requireNonNull(entries.peek());
            var some = Math.min(left, part.readableBytes());
            part.skipBytes(some);
            left -= some;
            dropEmpty(done);
        }
    }

    private void dropEmpty(Promises done) {
        while (entries.peek() instanceof ByteBuf part && !part.isReadable()) {
            entries.remove();
            done.add((ChannelPromise) entries.remove());
            part.release();
        }
    }

    /// Writes the first buffer, which is empty, as it is.
    void pass(ChannelHandlerContext to) {
        var part = (ByteBuf) entries.remove();
        to.write(part, (ChannelPromise) entries.remove());
    }

    /// The connection is gone.
    void fail() {
        octets = 0;
        for (var entry = entries.poll(); entry != null; entry = entries.poll()) {
            if (!(entry instanceof ChannelPromise promise)) {
                ReferenceCountUtil.release(entry);
            } else if (!promise.isVoid()) {
                promise.tryFailure(new ClosedChannelException());
            }
        }
    }
}
