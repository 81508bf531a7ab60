package dev.serin.proxy.http.codec.h2;

import java.util.ArrayDeque;

/// How many octets of DATA a peer takes on its connection, and the streams that wait for it to take
/// more; and how many on a stream at first. The connection's event loop only.
final class SendWindow {
    static final int FIRST = 65_535;

    private final ArrayDeque<Http2Stream> blocked = new ArrayDeque<>(4);
    private int octets = FIRST;
    private int ofStreams = FIRST;

    int octets() {
        return octets;
    }

    void spend(int sent) {
        octets -= sent;
    }

    /// False if that is more than there can be.
    boolean grow(int by) {
        if ((long) octets + by > Integer.MAX_VALUE) {
            return false;
        }
        octets += by;
        return true;
    }

    int ofStreams() {
        return ofStreams;
    }

    /// @return by how much each open stream's window grows
    int ofStreams(int now) {
        var by = now - ofStreams;
        ofStreams = now;
        return by;
    }

    void block(Http2Stream stream) {
        blocked.add(stream);
    }

    /// Lets the streams send that wait, each in its turn.
    void unblock() {
        for (var left = blocked.size(); left > 0 && octets > 0; left--) {
            blocked.remove().sendQueued();
        }
    }
}
