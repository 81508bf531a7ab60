package dev.serin.proxy.upstream.pool;

import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.transport.ConnectionWish;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.worker.Worker;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// One worker's pools for one host: as a rule one, more where clients speak both versions, routes
/// have both priorities or streams ask something special of a connection. That worker's loop only.
public final class HostPools {
    private final List<HostPool> pools = new ArrayList<>(1);

    private HostPools() {}

    /// The pool of this worker for this host, what the client speaks and what its stream asks, made
    /// when first asked for; null if the cluster may have no more pools.
    ///
    /// @param high the routing priority
    public static @Nullable HostPool of(
            Worker worker,
            LiveCluster cluster,
            Host host,
            HttpProtocol downstream,
            ConnectionWish wish,
            boolean high) {
        var all = host.pools(worker.index());
        if (all == null) {
            all = new HostPools();
            host.pools(worker.index(), all);
        }
        var http2 = cluster.config().http().http2(downstream);
        for (var i = 0; i < all.pools.size(); i++) {
            var pool = all.pools.get(i);
            if (pool.key().is(http2, high, wish)) {
                return pool;
            }
        }
        var places = cluster.breakers(high).pools();
        if (!places.take() && !(all.freeOne(high) && places.take())) {
            cluster.observer().count(ClusterEvent.UPSTREAM_CX_POOL_OVERFLOW);
            return null;
        }
        var pool = new HostPool(worker, cluster, host, new HostPool.Key(http2, high, wish));
        all.pools.add(pool);
        return pool;
    }

    /// Closes a pool that nobody uses; true if there was one.
    private boolean freeOne(boolean high) {
        for (var pool : List.copyOf(pools)) {
            if (pool.key().high() == high && pool.idle()) {
                give(pool);
                pool.drain();
                return true;
            }
        }
        return false;
    }

    /// Closes what is idle; what is in use closes with its streams, since the host is gone.
    public void drain() {
        List.copyOf(pools).forEach(HostPool::drain);
        List.copyOf(pools).stream().filter(HostPool::empty).forEach(this::give);
    }

    /// Whether no pool has a connection or waits for one.
    boolean unused() {
        for (var pool : pools) {
            if (!pool.empty()) {
                return false;
            }
        }
        return true;
    }

    /// A pool is empty now; one that was made for a special wish is not kept.
    void emptied(HostPool pool) {
        if (pools.size() > 2) {
            give(pool);
        }
    }

    /// A pool is there no more.
    void give(HostPool pool) {
        if (pools.remove(pool)) {
            pool.ended();
        }
    }
}
