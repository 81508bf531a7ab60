package dev.serin.proxy.upstream;

/// How an attempt at a host ended without a response of its own. As Envoy's outlier results of
/// local origin.
public enum Outcome {
    /// A connection was made; the response is still to come.
    CONNECTED(0),
    /// A connection was made, and that was all that was wanted of the host: TCP.
    CONNECTED_FINALLY(200),
    /// No connection could be made, in time or at all.
    CONNECT_FAILED(503),
    /// The host did not answer in time.
    TIMEOUT(504),
    /// The connection broke or what came over it was no answer.
    RESET(503);

    private final int status;

    Outcome(int status) {
        this.status = status;
    }

    /// The status that it counts as where local origin is not told apart; 0 for none.
    public int status() {
        return status;
    }

    /// Whether the host was reached.
    public boolean good() {
        return this == CONNECTED || this == CONNECTED_FINALLY;
    }
}
