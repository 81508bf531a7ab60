package dev.serin.proxy.http.codec;

/// Why a host's stream ended before its time.
public enum ResetReason {
    /// The connection ended.
    CONNECTION,
    /// What came is not HTTP.
    PROTOCOL,
    /// The host reset the stream.
    REMOTE,
    /// The host has not looked at the request: another may be asked, whatever the request is.
    REFUSED,
    /// The proxy gave it up, since it took longer than the cluster's streams may.
    DURATION;

    /// Whether the host cannot have begun with the request, so that asking again is safe.
    ///
    /// @param reused whether the connection had carried a request before
    public boolean untouched(boolean reused) {
        return this == REFUSED || this == CONNECTION && reused;
    }
}
