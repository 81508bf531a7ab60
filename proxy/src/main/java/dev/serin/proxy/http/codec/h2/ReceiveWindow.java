package dev.serin.proxy.http.codec.h2;

/// What a peer may still send to us (RFC 9113, 5.2).
final class ReceiveWindow {
    private final int size;
    private int left;

    /// Octets that were taken and that the peer was not told of yet.
    private int owed;

    ReceiveWindow(int size) {
        this.size = size;
        this.left = size;
    }

    int size() {
        return size;
    }

    /// Counts octets that came; false if the peer had no leave to send them.
    boolean receive(int octets) {
        left -= octets;
        return left >= 0;
    }

    /// Octets have been taken by their reader. Answers by how much to open the window now; 0 while
    /// it is not worth a frame.
    int took(int octets) {
        owed += octets;
        if (owed < size / 2) {
            return 0;
        }
        var by = owed;
        left += by;
        owed = 0;
        return by;
    }
}
