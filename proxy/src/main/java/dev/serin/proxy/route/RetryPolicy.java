package dev.serin.proxy.route;

import java.util.Set;

/// When and how often a request is tried again. As Envoy's RetryPolicy.
///
/// @param on words of `retry_on`
/// @param codes retried with `retriable-status-codes`
/// @param perTryMillis 0 for none
/// @param baseMillis back-off, doubled each time up to `maxMillis`, drawn below that
/// @param avoidPrevious hosts that were tried are not tried again while there are others
public record RetryPolicy(
        Set<String> on,
        int retries,
        Set<Integer> codes,
        long perTryMillis,
        long baseMillis,
        long maxMillis,
        boolean avoidPrevious) {
    public static final RetryPolicy NONE =
            new RetryPolicy(Set.of(), 0, Set.of(), 0, 25, 250, false);

    /// Whether a response with this status is tried again.
    public boolean retries(int status) {
        return on.contains("5xx") && status >= 500
                || on.contains("gateway-error") && status >= 502 && status <= 504
                || on.contains("retriable-4xx") && status == 409
                || on.contains("retriable-status-codes") && codes.contains(status);
    }

    /// Whether a request whose host could not be reached is tried again.
    public boolean retriesConnectFailure() {
        return on.contains("connect-failure")
                || on.contains("5xx")
                || on.contains("gateway-error")
                || on.contains("reset");
    }

    /// Whether a request whose host broke off before a response is tried again.
    ///
    /// @param sent whether the host may have seen the request
    public boolean retriesReset(boolean sent) {
        return on.contains("reset")
                || on.contains("5xx")
                || on.contains("gateway-error")
                || !sent && (on.contains("reset-before-request") || on.contains("refused-stream"));
    }
}
