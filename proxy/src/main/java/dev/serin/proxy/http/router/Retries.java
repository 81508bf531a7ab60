package dev.serin.proxy.http.router;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.codec.ResetReason;
import dev.serin.proxy.route.retry.RetryPolicy;
import dev.serin.proxy.route.retry.RetryWord;
import dev.serin.proxy.upstream.Breaker;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// What may still be tried again of one request, by its route and its own headers. The stream's
/// event loop only.
final class Retries {
    /// What comes of the wish to try again.
    enum Verdict {
        YES,
        /// It was tried often enough.
        LIMIT,
        /// Too much is tried again as it is.
        OVERFLOW
    }

    /// Nothing is tried again.
    static final Retries NONE = new Retries(RetryPolicy.NONE, 0, null);

    private final RetryPolicy policy;
    private final int on;
    private final List<Integer> codes;
    private final List<String> headers;
    private int left;
    private @Nullable Breaker held;

    private Retries(RetryPolicy policy, int on, @Nullable Wishes wishes) {
        this.policy = policy;
        this.on = on;
        this.codes = wishes == null ? List.of() : wishes.codes;
        this.headers = wishes == null ? List.of() : wishes.headers;
        this.left = wishes != null && wishes.retries >= 0 ? wishes.retries : policy.retries();
    }

    static Retries of(RetryPolicy policy, RequestHead request, @Nullable Wishes wishes) {
        var on = policy.on() | (wishes == null ? 0 : wishes.retryOn);
        return on == 0 || !policy.concerns(request) ? NONE : new Retries(policy, on, wishes);
    }

    /// Whether the request is of any use when this attempt fails.
    boolean mayRetry() {
        return on != 0 && left > 0;
    }

    /// Whether a response is not good enough.
    boolean wants(ResponseHead head) {
        if (head.headers().has("x-envoy-ratelimited")) {
            return RetryWord.RATE_LIMITED.in(on);
        }
        var status = head.status();
        return status >= 500 && RetryWord.SERVER_ERROR.in(on)
                || status >= 502 && status <= 504 && RetryWord.GATEWAY_ERROR.in(on)
                || status == 409 && RetryWord.RETRIABLE_4XX.in(on)
                || RetryWord.RETRIABLE_STATUS_CODES.in(on) && ofCodes(status)
                || RetryWord.RETRIABLE_HEADERS.in(on) && hasHeader(head)
                || RetryWord.anyGrpc(on) && grpc(head);
    }

    private boolean ofCodes(int status) {
        return policy.codes().contains(status) || codes.contains(status);
    }

    private boolean hasHeader(ResponseHead head) {
        for (var header : policy.headers()) {
            if (header.test(head)) {
                return true;
            }
        }
        for (var name : headers) {
            if (head.headers().has(name)) {
                return true;
            }
        }
        return false;
    }

    /// A status in the head, that is of a response without a body.
    private boolean grpc(ResponseHead head) {
        var status = head.headers().get("grpc-status");
        return status != null && RetryWord.grpc(on, status);
    }

    boolean wantsUnconnected() {
        return RetryWord.CONNECT_FAILURE.in(on)
                || RetryWord.RESET_BEFORE_REQUEST.in(on)
                || anyReset();
    }

    boolean wantsReset(ResetReason reason) {
        return reason == ResetReason.REFUSED && RetryWord.REFUSED_STREAM.in(on) || anyReset();
    }

    boolean wantsTimeout() {
        return anyReset();
    }

    private boolean anyReset() {
        return RetryWord.RESET.in(on)
                || RetryWord.SERVER_ERROR.in(on)
                || RetryWord.GATEWAY_ERROR.in(on);
    }

    /// Takes one of those that are left, and its place in the breaker until the next or [#release].
    Verdict take(Breaker breaker) {
        release();
        if (left <= 0) {
            return Verdict.LIMIT;
        }
        left--;
        if (!breaker.take()) {
            return Verdict.OVERFLOW;
        }
        held = breaker;
        return Verdict.YES;
    }

    void release() {
        if (held != null) {
            held.give();
            held = null;
        }
    }

    /// How long to wait, by the response that is not good enough, if there is one.
    long pauseMillis(int attempts, @Nullable ResponseHead head, Instant now, Draw draw) {
        return head == null
                ? policy.pause().millis(attempts, draw)
                : policy.pause().millis(attempts, head.headers(), now, draw);
    }
}
