package dev.serin.proxy.http.router;

import dev.serin.proxy.http.codec.RequestWriter;

import io.netty.buffer.ByteBuf;

import java.util.ArrayDeque;

/// The parts of a request that another host may still need: those that came before there was a
/// connection, and of a request that may be retried the first 64 KiB.
final class KeptBody {
    private static final int MOST = 64 * 1024;

    private final ArrayDeque<ByteBuf> parts = new ArrayDeque<>(2);
    private int octets;
    private boolean lost;

    /// Keeps a part until there is a connection; owns it.
    void keep(ByteBuf part) {
        octets += part.readableBytes();
        parts.add(part);
    }

    /// Sends what is kept, and goes on keeping it if it may be needed again.
    void send(RequestWriter to, boolean again) {
        if (again && octets <= MOST) {
            for (var part : parts) {
                to.write(part.retainedDuplicate());
            }
            return;
        }
        lost |= !parts.isEmpty();
        octets = 0;
        for (var part = parts.poll(); part != null; part = parts.poll()) {
            to.write(part);
        }
    }

    /// Sends a part, and keeps it if it may be needed again.
    void pass(ByteBuf part, RequestWriter to, boolean again) {
        if (again && !lost && octets + part.readableBytes() <= MOST) {
            keep(part.retainedDuplicate());
        } else {
            release();
            lost = true;
        }
        to.write(part);
    }

    /// Whether a part was sent that is not kept.
    boolean lost() {
        return lost;
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    void release() {
        octets = 0;
        for (var part = parts.poll(); part != null; part = parts.poll()) {
            part.release();
        }
    }
}
