package dev.serin.proxy.worker;

import dev.serin.base.time.Ticker;

import java.util.function.DoubleSupplier;

/// How short of memory the process is, and what is given up for it: first that connections stay
/// open, then new requests, then new connections, at last those clients that do not read what was
/// fetched for them. As Envoy's overload manager with its usual actions. Asked where it matters,
/// and measured anew at most every few milliseconds. Any thread.
public final class Pressure {
    private static final long FRESH = 10_000_000;

    /// From which share of the memory on something is given up.
    ///
    /// @param keepAlive answers end their connections
    /// @param requests requests are answered 503
    /// @param connections connections are closed as they come
    /// @param slowReaders connections with a full buffer of unread octets are reset
    public record Limits(
            double keepAlive, double requests, double connections, double slowReaders) {
        public static final Limits USUAL = new Limits(0.80, 0.92, 0.95, 0.88);
    }

    private final Ticker ticker;
    private volatile DoubleSupplier used;
    private volatile Limits limits;
    private volatile long measured;
    private volatile double share;

    /// @param used the share of the memory that is in use, from 0 to 1
    public Pressure(Ticker ticker, DoubleSupplier used, Limits limits) {
        this.ticker = ticker;
        this.used = used;
        this.limits = limits;
        this.measured = ticker.nanos() - FRESH;
    }

    /// Goes by these limits from now on.
    ///
    /// @param mostOctets of heap and buffers, of which they are shares; 0 for what the process may
    ///   have
    public void use(Limits next, long mostOctets) {
        limits = next;
        if (mostOctets > 0) {
            used = new Memory(mostOctets);
        }
    }

    public boolean endsConnections() {
        return share() >= limits.keepAlive();
    }

    public boolean refusesRequests() {
        return share() >= limits.requests();
    }

    public boolean refusesConnections() {
        return share() >= limits.connections();
    }

    public boolean resetsSlowReaders() {
        return share() >= limits.slowReaders();
    }

    private double share() {
        var now = ticker.nanos();
        if (now - measured >= FRESH) {
            measured = now;
            share = used.getAsDouble();
        }
        return share;
    }
}
