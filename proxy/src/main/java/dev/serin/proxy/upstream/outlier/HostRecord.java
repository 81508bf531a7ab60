package dev.serin.proxy.upstream.outlier;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// How a host has fared: failures in a row, and successes of this interval. Counted by any thread;
/// what concerns ejection is the owner's.
public final class HostRecord {
    private final AtomicInteger serverErrors = new AtomicInteger();
    private final AtomicInteger gatewayErrors = new AtomicInteger();
    private final AtomicInteger localFailures = new AtomicInteger();
    private final Rate answers = new Rate();
    private final Rate reached = new Rate();
    private int backoff;
    private long ejections;
    private long ejectedAt;
    private long jitterNanos;
    private volatile double successRate = -1;

    /// Answers of which some were good, in this interval. The upper half counts all, the lower the
    /// good ones, so that one update is both.
    static final class Rate {
        private final AtomicLong counts = new AtomicLong();

        void count(boolean good) {
            counts.addAndGet((1L << 32) + (good ? 1 : 0));
        }

        long take() {
            return counts.getAndSet(0);
        }

        static int volume(long taken) {
            return (int) (taken >>> 32);
        }

        static double percent(long taken) {
            return 100.0 * (taken & 0xffffffffL) / volume(taken);
        }
    }

    Rate answers() {
        return answers;
    }

    Rate reached() {
        return reached;
    }

    /// Counts a response's status; true if it makes the host an outlier by server errors.
    int serverError() {
        return serverErrors.incrementAndGet();
    }

    int gatewayError() {
        return gatewayErrors.incrementAndGet();
    }

    int localFailure() {
        return localFailures.incrementAndGet();
    }

    void noServerError() {
        clear(serverErrors);
    }

    void noGatewayError() {
        clear(gatewayErrors);
    }

    void noLocalFailure() {
        clear(localFailures);
    }

    /// A write only where there is something to clear: most requests succeed.
    private static void clear(AtomicInteger count) {
        if (count.get() != 0) {
            count.set(0);
        }
    }

    void clear(Verdict verdict) {
        switch (verdict) {
            case CONSECUTIVE_5XX -> noServerError();
            case CONSECUTIVE_GATEWAY_FAILURE -> noGatewayError();
            case CONSECUTIVE_LOCAL_ORIGIN_FAILURE -> noLocalFailure();
            default -> {}
        }
    }

    void clear() {
        noServerError();
        noGatewayError();
        noLocalFailure();
    }

    // ---- ejection, owner thread

    void eject(long nanos, long jitter) {
        ejections++;
        ejectedAt = nanos;
        jitterNanos = jitter;
    }

    /// How often its time out has been lengthened.
    int backoff() {
        return backoff;
    }

    void backoff(int next) {
        backoff = Math.max(0, next);
    }

    long ejectedAt() {
        return ejectedAt;
    }

    long jitterNanos() {
        return jitterNanos;
    }

    /// How often it was left out so far.
    public long ejections() {
        return ejections;
    }

    void successRate(double percent) {
        successRate = percent;
    }

    /// In the last interval with enough requests, in per cent; -1 if there was none.
    public double successRate() {
        return successRate;
    }
}
