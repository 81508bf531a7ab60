package dev.serin.proxy.upstream.health;

import com.google.protobuf.ByteString;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

import java.util.List;

/// What has come so far, up to a limit, and whether it holds what was expected. One loop only.
final class Octets {
    private final int most;
    private ByteBuf kept = Unpooled.EMPTY_BUFFER;

    Octets(int most) {
        this.most = most;
    }

    /// Copies from `part`, which it does not own.
    void add(ByteBuf part) {
        var room = most - kept.readableBytes();
        if (room > 0) {
            var next =
                    ByteBufUtil.getBytes(
                            part, part.readerIndex(), Math.min(room, part.readableBytes()));
            kept = Unpooled.wrappedBuffer(ByteBufUtil.getBytes(kept), next);
        }
    }

    byte[] all() {
        return ByteBufUtil.getBytes(kept);
    }

    /// Whether each of these is there, after the one before; there may be others between.
    boolean holds(List<ByteString> wanted) {
        var from = 0;
        var all = all();
        for (var part : wanted) {
            var at = indexOf(all, part, from);
            if (at < 0) {
                return false;
            }
            from = at + part.size();
        }
        return true;
    }

    private static int indexOf(byte[] all, ByteString part, int from) {
        for (var at = from; at + part.size() <= all.length; at++) {
            var same = 0;
            while (same < part.size() && all[at + same] == part.byteAt(same)) {
                same++;
            }
            if (same == part.size()) {
                return at;
            }
        }
        return -1;
    }
}
