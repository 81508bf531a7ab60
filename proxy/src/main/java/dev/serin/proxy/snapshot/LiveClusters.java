package dev.serin.proxy.snapshot;

import dev.serin.proxy.snapshot.Resources.Good;
import dev.serin.proxy.tls.TlsContexts;
import dev.serin.proxy.upstream.Assignment;
import dev.serin.proxy.upstream.ClusterConfig;
import dev.serin.proxy.upstream.ClusterConfig.Discovery;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.LiveCluster;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Function;

/// The clusters: live ones, and for a new or changed one a warming one that takes over when its
/// hosts are known. Owner thread only.
final class LiveClusters {
    private final Function<ClusterConfig, LiveCluster> make;
    private final Runnable becameReady;
    private final Map<String, LiveCluster> live = new LinkedHashMap<>();
    private final Map<String, LiveCluster> warming = new LinkedHashMap<>();
    private final Map<LiveCluster, Assignment> applied = new HashMap<>();

    /// @param becameReady is called when a cluster has found its hosts
    LiveClusters(Function<ClusterConfig, LiveCluster> make, Runnable becameReady) {
        this.make = make;
        this.becameReady = becameReady;
    }

    Map<String, LiveCluster> live() {
        return live;
    }

    boolean isWarming(String name) {
        return warming.containsKey(name);
    }

    /// Moves towards what is desired; true if the live ones changed.
    ///
    /// @param tls brings secrets
    /// @param overdue whether to go on with this cluster though it is not ready
    /// @param inUse whether something live names this cluster still, and may
    boolean reconcile(
            Map<String, Good<ClusterConfig>> desired,
            Map<String, Good<Assignment>> endpoints,
            TlsContexts tls,
            BiPredicate<String, LiveCluster> overdue,
            BiPredicate<String, LiveCluster> inUse) {
        desired.forEach((name, good) -> begin(name, good.compiled()));
        warming.values().forEach(cluster -> cluster.transports().secure().forEach(tls::use));
        warming.values().forEach(cluster -> bringEndpoints(cluster, endpoints));
        live.values().forEach(cluster -> bringEndpoints(cluster, endpoints));
        var changed = false;
        for (var name : List.copyOf(warming.keySet())) {
            changed |= promote(name, desired.get(name), overdue);
        }
        for (var entry : List.copyOf(live.entrySet())) {
            if (!desired.containsKey(entry.getKey())
                    && !inUse.test(entry.getKey(), entry.getValue())) {
                live.remove(entry.getKey());
                end(entry.getValue());
                changed = true;
            }
        }
        return changed;
    }

    private void begin(String name, ClusterConfig config) {
        var newest = warming.getOrDefault(name, live.get(name));
        if (newest != null && newest.config().equals(config)) {
            return;
        }
        var old = warming.remove(name);
        if (old != null) {
            end(old);
        }
        var current = live.get(name);
        if (current != null && current.config().equals(config)) {
            return; // back to what is live
        }
        var cluster = make.apply(config);
        warming.put(name, cluster);
        cluster.start(becameReady);
    }

    @SuppressWarnings("ReferenceEquality") // a compiled list is the same object until it changes
    private void bringEndpoints(LiveCluster cluster, Map<String, Good<Assignment>> endpoints) {
        if (cluster.config().discovery() != Discovery.EDS) {
            return;
        }
        var answer = endpoints.get(cluster.config().edsName());
        if (answer != null && applied.get(cluster) != answer.compiled()) {
            if (!applied.containsKey(cluster)) {
                cluster.observer().count(ClusterEvent.UPDATE_ATTEMPT);
            }
            applied.put(cluster, answer.compiled());
            cluster.observer().count(ClusterEvent.UPDATE_SUCCESS);
            cluster.observer()
                    .count(ClusterEvent.UPDATE_ATTEMPT); // it waits for the next, as Envoy counts
            cluster.endpoints(answer.compiled());
        }
    }

    private boolean promote(
            String name,
            @Nullable Good<ClusterConfig> desired,
            BiPredicate<String, LiveCluster> overdue) {
        var cluster = java.util.Objects.requireNonNull(warming.get(name));
        if (desired == null) {
            warming.remove(name);
            end(cluster);
            return false;
        }
        if (!cluster.ready() && !overdue.test(name, cluster)) {
            return false;
        }
        warming.remove(name);
        var before = live.put(name, cluster);
        if (before != null) {
            end(before);
        }
        return true;
    }

    private void end(LiveCluster cluster) {
        applied.remove(cluster);
        cluster.drain();
    }

    void close() {
        new ArrayList<>(warming.values()).forEach(this::end);
        new ArrayList<>(live.values()).forEach(this::end);
        warming.clear();
        live.clear();
    }
}
