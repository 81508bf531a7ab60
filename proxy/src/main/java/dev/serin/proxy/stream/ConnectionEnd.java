package dev.serin.proxy.stream;

import org.jspecify.annotations.Nullable;

/// Everything there is to tell about one TCP connection: when it was opened, now and then while it
/// lives, and when it is over.
///
/// @param flags a set of [ResponseFlag]
/// @param details as `%CONNECTION_TERMINATION_DETAILS%`
/// @param traffic so far; `received` came from the client
/// @param upstream null if it never got as far as a cluster
public record ConnectionEnd(
        Downstream downstream,
        long flags,
        @Nullable String details,
        Traffic traffic,
        Timing timing,
        @Nullable UpstreamUse upstream,
        Slots slots) {
    /// The same, which began at `start`.
    public ConnectionEnd since(long start) {
        var spent = new Timing(start, 0, 0, 0, 0, 0, timing.end());
        return new ConnectionEnd(downstream, flags, details, traffic, spent, upstream, slots);
    }

    /// Of a connection that no filter chain took, as `%RESPONSE_CODE_DETAILS%`.
    public static final Slot<String> CODE_DETAILS = new Slot<>(String.class, "code-details");

    /// Of a line that is written while the connection lives, as `%ACCESS_LOG_TYPE%`.
    public static final Slot<String> LOG_TYPE = new Slot<>(String.class, "log-type");
}
