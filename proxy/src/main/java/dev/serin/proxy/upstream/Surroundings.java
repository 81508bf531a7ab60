package dev.serin.proxy.upstream;

import dev.serin.proxy.upstream.balance.HostPicker.Neighbourhood;
import dev.serin.proxy.upstream.balance.HostSet;
import dev.serin.proxy.upstream.balance.HostSet.Place;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Where the proxy is, and the hosts of the cluster that it is one of itself: by these the others
/// balance with regard to zones. Owner thread only. As Envoy's `local_cluster_name` and the node's
/// locality.
public final class Surroundings {
    private final Place own;
    private final @Nullable String cluster;
    private final Set<Runnable> watchers = new LinkedHashSet<>();
    private @Nullable Neighbourhood neighbourhood;

    /// @param cluster the name of the proxy's own cluster; null if it has none
    public Surroundings(Place own, @Nullable String cluster) {
        this.own = own;
        this.cluster = cluster;
    }

    /// Of a proxy that knows nothing of them.
    public static Surroundings unknown() {
        return new Surroundings(Place.NOWHERE, null);
    }

    /// Null as long as the own cluster is not known.
    @Nullable Neighbourhood neighbourhood() {
        return neighbourhood;
    }

    /// A cluster has these hosts now.
    void changed(String name, HostSet hosts) {
        if (name.equals(cluster)) {
            neighbourhood = new Neighbourhood(own, hosts);
            List.copyOf(watchers).forEach(Runnable::run);
        }
    }

    /// A cluster is to be told when the proxy's own changes; that one itself is not.
    void watch(String name, Runnable watcher) {
        if (cluster != null && !cluster.equals(name)) {
            watchers.add(watcher);
        }
    }

    void forget(Runnable watcher) {
        watchers.remove(watcher);
    }
}
