package dev.serin.local.host;

import dev.serin.base.time.Ticker;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// The DNS servers that the machine uses at this moment, as the front reads them: a laptop changes
/// them when it goes elsewhere. Safe for any thread; never blocks but at first.
public final class HostResolvers implements Supplier<List<InetSocketAddress>> {
    private static final long FRESH = Duration.ofSeconds(5).toNanos();

    private final Supplier<CompletableFuture<List<InetSocketAddress>>> ask;
    private final Ticker ticker;
    private final AtomicLong askedAt;
    private volatile List<InetSocketAddress> known;

    /// Blocks until they are known for the first time.
    ///
    /// @param ask the front
    HostResolvers(Supplier<CompletableFuture<List<InetSocketAddress>>> ask, Ticker ticker) {
        this.ask = ask;
        this.ticker = ticker;
        this.askedAt = new AtomicLong(ticker.nanos());
        this.known = ask.get().join();
    }

    @Override
    public List<InetSocketAddress> get() {
        var before = askedAt.get();
        var now = ticker.nanos();
        if (now - before > FRESH && askedAt.compareAndSet(before, now)) {
            ask.get().thenAccept(fresh -> known = fresh);
        }
        return known;
    }
}
