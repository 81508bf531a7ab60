package dev.serin.proxy.http.codec;

import org.jspecify.annotations.Nullable;

/// Which stream of a client's HTTP/1 connection is the last: by what its head says, by the number
/// of streams, or because the connection's end has come.
final class LastStream {
    private final StreamFactory streams;
    private final long most;
    private long begun;
    private boolean leaving;

    LastStream(StreamFactory streams, Lifetime life) {
        this.streams = streams;
        this.most = life.requests();
    }

    /// The connection's end has come: this stream is the last, or the next one.
    ///
    /// @param counter where that is counted, if it is
    void comes(@Nullable String counter) {
        if (counter != null) {
            streams.count(counter);
        }
        leaving = true;
    }

    /// Whether there was no stream yet: the first one may be on its way.
    boolean none() {
        return begun == 0;
    }

    /// Whether the stream that begins with this head is it.
    boolean is(Http1Head head) {
        if (++begun == most) {
            comes("downstream_cx_max_requests_reached");
        }
        return leaving || head.close || head.minor == 0 && !head.keepAlive;
    }
}
