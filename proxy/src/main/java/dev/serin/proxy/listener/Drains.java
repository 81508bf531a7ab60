package dev.serin.proxy.listener;

import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.proxy.http.codec.Http1Server;
import dev.serin.proxy.listener.ListenerConfig.Chain;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/// Ends the connections of filter chains that are in no listener any more, a few at a time, so that
/// their clients do not all come back at once: each has its moment within the drain time, from
/// which it ends with its present stream, or at once if it carries none. What is left at the end,
/// TCP above all, is closed. As Envoy's gradual drain strategy. Owner thread only.
public final class Drains {
    /// As Istio starts Envoy.
    public static final Duration USUAL = Duration.ofSeconds(45);

    private static final int STEPS = 32;

    private final Ticker ticker;
    private final Timers timers;
    private final Executor owner;
    private final Duration time;
    private final List<Chain> draining = new ArrayList<>();
    private Timers.@Nullable Timer next;

    /// @param owner runs tasks on the owner's thread
    /// @param time from a chain's removal to the end of its last connection
    public Drains(Ticker ticker, Timers timers, Executor owner, Duration time) {
        this.ticker = ticker;
        this.timers = timers;
        this.owner = owner;
        this.time = time;
    }

    void begin(Chain chain) {
        if (chain.drain() != null) {
            return;
        }
        chain.drain(new Drain(ticker, ticker.nanos(), time.toNanos()));
        draining.add(chain);
        if (next == null) {
            step();
        }
    }

    private void step() {
        next = null;
        draining.removeIf(this::over);
        if (!draining.isEmpty()) {
            next = timers.after(time.dividedBy(STEPS), () -> owner.execute(this::step));
        }
    }

    private boolean over(Chain chain) {
        var drain = chain.drain();
        if (drain == null) {
            return true;
        }
        var ended = drain.share() >= 1;
        for (var connection : chain.connections()) {
            if (ended) {
                connection.channel().close();
            } else if (drain.has(connection.share())) {
                connection.channel().pipeline().fireUserEventTriggered(Http1Server.DRAIN);
            }
        }
        return ended || chain.connections().isEmpty();
    }

    /// Forgets what drains; nothing more happens to it.
    public void close() {
        draining.clear();
        if (next != null) {
            next.cancel();
            next = null;
        }
    }

    /// A drain under way. Immutable; any thread.
    record Drain(Ticker ticker, long start, long nanos) {
        /// How much of it has passed; 1 and more when it is over.
        double share() {
            var passed = ticker.nanos() - start;
            return passed >= nanos ? 1 : (double) passed / nanos;
        }

        /// Whether the moment of a connection has come.
        boolean has(double share) {
            return share() >= share;
        }
    }
}
