package dev.serin.proxy.upstream.health;

import dev.serin.proxy.upstream.ClusterObserver;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.Upstream;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;

/// The active checks of one cluster's hosts. Owner thread only; the probes run on the workers.
public final class HealthChecks implements AutoCloseable {
    private final HealthConfig config;
    private final LiveCluster cluster;
    private final Upstream upstream;
    private final ClusterObserver observer;
    private final Map<Host, HostCheck> checks = new HashMap<>();
    private int begun;

    public HealthChecks(
            HealthConfig config, LiveCluster cluster, Upstream upstream, ClusterObserver observer) {
        this.config = config;
        this.cluster = cluster;
        this.upstream = upstream;
        this.observer = observer;
    }

    /// Checks these from now on, and no others.
    public void hosts(Collection<Host> present) {
        var all = new HashSet<>(present);
        checks.entrySet()
                .removeIf(entry -> {
                    var gone = !all.contains(entry.getKey());
                    if (gone) {
                        entry.getValue().close();
                    }
                    return gone;
                });
        for (var host : present) {
            if (!host.endpoint().check().disabled() && !checks.containsKey(host)) {
                var workers = upstream.workers().all();
                var worker = workers.get(begun++ % workers.size());
                var check = new HostCheck(config, cluster, host, worker, upstream, observer);
                checks.put(host, check);
                check.start();
            }
        }
    }

    /// Whether each has had a first answer.
    public boolean allChecked() {
        return checks.values().stream().allMatch(HostCheck::checked);
    }

    @Override
    public void close() {
        checks.values().forEach(HostCheck::close);
        checks.clear();
    }
}
