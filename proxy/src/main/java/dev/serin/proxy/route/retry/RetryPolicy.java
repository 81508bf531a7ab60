package dev.serin.proxy.route.retry;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.route.HeaderMatch;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/// When and how often a request is tried again. As Envoy's RetryPolicy. Immutable.
///
/// @param on a set of [RetryWord]
/// @param codes retried with `retriable-status-codes`
/// @param headers of a response, one of which it must have with `retriable-headers`
/// @param requestHeaders of the request, one of which it must have to be retried at all; may be
///   empty
/// @param perTryMillis for one host to answer; 0 for none
/// @param perTryIdleMillis for one host without a sign of life; 0 for none
public record RetryPolicy(
        int on,
        int retries,
        Set<Integer> codes,
        List<HeaderMatch> headers,
        List<HeaderMatch> requestHeaders,
        long perTryMillis,
        long perTryIdleMillis,
        Pause pause,
        HostChoice hosts) {
    /// Nothing, unless a request asks for it by its own headers.
    public static final RetryPolicy NONE =
            new RetryPolicy(
                    0,
                    1,
                    Set.of(),
                    List.of(),
                    List.of(),
                    0,
                    0,
                    new Pause(25, 250, List.of(), 300_000),
                    HostChoice.NONE);

    /// Whether this request may be retried, by its headers.
    public boolean concerns(RequestHead request) {
        if (requestHeaders.isEmpty()) {
            return true;
        }
        for (var header : requestHeaders) {
            if (header.test(request)) {
                return true;
            }
        }
        return false;
    }

    /// How long to wait.
    ///
    /// @param baseMillis doubled each time up to `maxMillis`, drawn below that
    /// @param resets headers by which a host says when to come again
    /// @param resetMaxMillis what they say is not believed beyond this
    public record Pause(
            long baseMillis, long maxMillis, List<ResetHeader> resets, long resetMaxMillis) {
        /// Before the next attempt.
        ///
        /// @param attempts so far
        /// @param response the headers of the response that is not good enough
        /// @param now by the wall clock
        public long millis(int attempts, Headers response, Instant now, Draw draw) {
            for (var reset : resets) {
                var wanted = reset.millis(response, now);
                if (wanted > 0 && wanted <= resetMaxMillis) {
                    return wanted + draw.below((int) Math.max(1, wanted / 2));
                }
            }
            return millis(attempts, draw);
        }

        /// Before the next attempt, when there was no response.
        public long millis(int attempts, Draw draw) {
            var most = Math.min(maxMillis, baseMillis << Math.min(attempts - 1, 16));
            return draw.below(Math.clamp(most, 1, Integer.MAX_VALUE));
        }
    }

    /// A header of a response that says when to come again.
    ///
    /// @param timestamp whether as seconds since 1970, else as seconds from now
    public record ResetHeader(String name, boolean timestamp) {
        /// From now on; 0 if it says nothing.
        long millis(Headers response, Instant now) {
            var text = response.get(name);
            if (text == null || text.isEmpty() || text.length() > 12) {
                return 0;
            }
            for (var i = 0; i < text.length(); i++) {
                if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                    return 0;
                }
            }
            var seconds = Long.parseLong(text);
            return (timestamp ? seconds - now.getEpochSecond() : seconds) * 1000;
        }
    }
}
