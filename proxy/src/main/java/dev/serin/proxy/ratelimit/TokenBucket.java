package dev.serin.proxy.ratelimit;

import com.google.protobuf.util.Durations;

import dev.serin.base.time.Ticker;
import dev.serin.proxy.extension.ConfigProblem;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Tokens that come back at a rate; what wants to pass takes one. Shared by all workers, any
/// thread. As Envoy's TokenBucket.
public final class TokenBucket {
    private final Ticker ticker;
    private final long most;
    private final long perFill;
    private final long fillNanos;
    private final AtomicLong tokens;
    private final AtomicLong filled;

    TokenBucket(Ticker ticker, long most, long perFill, long fillNanos) {
        this.ticker = ticker;
        this.most = most;
        this.perFill = perFill;
        this.fillNanos = fillNanos;
        this.tokens = new AtomicLong(most);
        this.filled = new AtomicLong(ticker.nanos());
    }

    /// @throws ConfigProblem if it would never fill
    ///
    /// @param least the shortest time between two fills
    public static TokenBucket of(
            io.envoyproxy.envoy.type.v3.TokenBucket message, Ticker ticker, Duration least)
            throws ConfigProblem {
        if (Durations.toNanos(message.getFillInterval()) < least.toNanos()) {
            throw new ConfigProblem(
                    "token_bucket.fill_interval", "is less than " + least.toMillis() + " ms");
        }
        return of(message, ticker);
    }

    /// @throws ConfigProblem if it would never fill
    public static TokenBucket of(io.envoyproxy.envoy.type.v3.TokenBucket message, Ticker ticker)
            throws ConfigProblem {
        var fill = Durations.toNanos(message.getFillInterval());
        var perFill = message.hasTokensPerFill() ? message.getTokensPerFill().getValue() : 1;
        if (fill <= 0 || perFill <= 0 || message.getMaxTokens() < 0) {
            throw new ConfigProblem(
                    "token_bucket",
                    "tokens_per_fill and fill_interval must be above 0, max_tokens at most 2^31");
        }
        return new TokenBucket(ticker, message.getMaxTokens(), perFill, fill);
    }

    /// How fast it fills, in tokens a second.
    public double perSecond() {
        return perFill * 1e9 / fillNanos;
    }

    /// Takes a token; false if there is none.
    public boolean take() {
        fill();
        for (var left = tokens.get(); left > 0; left = tokens.get()) {
            if (tokens.compareAndSet(left, left - 1)) {
                return true;
            }
        }
        return false;
    }

    private void fill() {
        var last = filled.get();
        var fills = (ticker.nanos() - last) / fillNanos;
        if (fills > 0 && filled.compareAndSet(last, last + fills * fillNanos)) {
            tokens.updateAndGet(t -> Math.min(most, t + Math.min(fills, most) * perFill));
        }
    }
}
