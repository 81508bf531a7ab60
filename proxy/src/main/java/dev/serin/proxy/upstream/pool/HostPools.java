package dev.serin.proxy.upstream.pool;

import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.transport.ConnectionWish;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.worker.Worker;

import java.util.ArrayList;
import java.util.List;

/// One worker's pools for one host: as a rule one, more where clients speak both versions or their
/// streams ask something special of a connection. That worker's loop only.
public final class HostPools {
    private final List<HostPool> pools = new ArrayList<>(1);

    private HostPools() {}

    /// The pool of this worker for this host, what the client speaks and what its stream asks, made
    /// when first asked for.
    public static HostPool of(
            Worker worker,
            LiveCluster cluster,
            Host host,
            HttpProtocol downstream,
            ConnectionWish wish) {
        var all = host.pools(worker.index());
        if (all == null) {
            all = new HostPools();
            host.pools(worker.index(), all);
        }
        var http2 = cluster.config().http().http2(downstream);
        for (var i = 0; i < all.pools.size(); i++) {
            var pool = all.pools.get(i);
            if (pool.serves(http2, wish)) {
                return pool;
            }
        }
        var pool = new HostPool(worker, cluster, host, http2, wish);
        all.pools.add(pool);
        return pool;
    }

    /// Closes what is idle; what is in use closes with its streams, since the host is gone.
    public void drain() {
        pools.forEach(HostPool::drain);
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
            pools.remove(pool);
        }
    }
}
