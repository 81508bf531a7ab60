package dev.serin.proxy.http.router;

import dev.serin.proxy.http.codec.RequestWriter;

import io.netty.buffer.ByteBuf;

import java.util.ArrayDeque;
import java.util.List;

/// The parts of a request that another host may still need: those that came before there was a
/// connection, and of a request that may be retried as much as its route allows.
final class KeptBody {
    private final ArrayDeque<ByteBuf> parts = new ArrayDeque<>(2);
    private long most;
    private long octets;
    private boolean lost;

    /// Keeps at most so many octets for another host.
    void limit(long octetsKept) {
        most = octetsKept;
    }

    /// Keeps a part until there is a connection; owns it.
    void keep(ByteBuf part) {
        octets += part.readableBytes();
        parts.add(part);
    }

    /// Sends what is kept, and goes on keeping it if it may be needed again.
    void send(RequestWriter to, boolean again) {
        if (again && octets <= most) {
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
        if (again && !lost && octets + part.readableBytes() <= most) {
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

    /// Gives away what is kept.
    List<ByteBuf> take() {
        var taken = List.copyOf(parts);
        parts.clear();
        octets = 0;
        return taken;
    }

    void release() {
        octets = 0;
        for (var part = parts.poll(); part != null; part = parts.poll()) {
            part.release();
        }
    }
}
