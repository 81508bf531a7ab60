package dev.serin.proxy.upstream;

import com.google.protobuf.Struct;

import dev.serin.proxy.upstream.pool.HostPool;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// A live endpoint of a cluster. It stays the same object as long as its address stays in the
/// cluster. Load and health are shared by the workers; each worker has its own pool.
public final class Host {
    private final InetSocketAddress address;
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger gatewayFailures = new AtomicInteger();
    private final LongAdder requests = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final @Nullable HostPool[] pools;
    private final @Nullable Map<Object, HostPool>[] wishful;
    private volatile Map<String, Struct> metadata;
    private volatile long ejectedUntil;
    private volatile boolean ejected;
    private volatile boolean gone;
    private int ejections;

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of maps
    Host(InetSocketAddress address, Map<String, Struct> metadata, int workers) {
        this.address = address;
        this.metadata = metadata;
        this.pools = new @Nullable HostPool[workers * 2];
        this.wishful = new @Nullable Map[workers];
    }

    public InetSocketAddress address() {
        return address;
    }

    /// Its host name, for SNI; empty if it has none.
    public String name() {
        return "";
    }

    public Map<String, Struct> metadata() {
        return metadata;
    }

    void metadata(Map<String, Struct> next) {
        metadata = next;
    }

    /// Requests and TCP connections on it now.
    public int active() {
        return active.get();
    }

    public void begin() {
        active.incrementAndGet();
        requests.increment();
    }

    public void end() {
        active.decrementAndGet();
    }

    /// Requests so far.
    public long requests() {
        return requests.sum();
    }

    /// Requests that failed so far.
    public long errors() {
        return errors.sum();
    }

    /// Whether outlier detection keeps it out at `nanos`.
    public boolean ejected(long nanos) {
        return ejected && ejectedUntil - nanos > 0;
    }

    /// The host is in the cluster no more; its connections end with their streams.
    public boolean gone() {
        return gone;
    }

    void leave() {
        gone = true;
    }

    /// Counts an answer; true if that makes the host an outlier.
    boolean failed(boolean gateway, ClusterConfig.Outlier outlier) {
        errors.increment();
        var inRow = failures.incrementAndGet();
        var gatewayInRow = gateway ? gatewayFailures.incrementAndGet() : 0;
        return outlier.consecutive5xx() > 0 && inRow >= outlier.consecutive5xx()
                || outlier.consecutiveGateway() > 0 && gatewayInRow >= outlier.consecutiveGateway();
    }

    void failed() {
        errors.increment();
    }

    void succeeded() {
        if (failures.get() != 0) {
            failures.set(0);
        }
        if (gatewayFailures.get() != 0) {
            gatewayFailures.set(0);
        }
    }

    synchronized void eject(long nanos, ClusterConfig.Outlier outlier) {
        if (ejected(nanos)) {
            return;
        }
        ejections++;
        failures.set(0);
        gatewayFailures.set(0);
        ejectedUntil = nanos + outlier.ejection().toNanos() * ejections;
        ejected = true;
    }

    /// The pool of the worker with this index, for HTTP/2 or for what it is that the other speaks;
    /// that worker only.
    public @Nullable HostPool pool(int worker, boolean http2) {
        return pools[http2 ? worker * 2 + 1 : worker * 2];
    }

    public void pool(int worker, boolean http2, HostPool pool) {
        pools[http2 ? worker * 2 + 1 : worker * 2] = pool;
    }

    /// The pools of the worker with this index for connections that have to be like `key` says;
    /// that worker only.
    public Map<Object, HostPool> wishful(int worker) {
        var pools = wishful[worker];
        if (pools == null) {
            pools = new HashMap<>();
            wishful[worker] = pools;
        }
        return pools;
    }

    /// All pools of the worker with this index; that worker only.
    List<HostPool> allPools(int worker) {
        var all = new ArrayList<>(wishful(worker).values());
        for (var http2 : new boolean[] {false, true}) {
            var pool = pool(worker, http2);
            if (pool != null) {
                all.add(pool);
            }
        }
        return all;
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
