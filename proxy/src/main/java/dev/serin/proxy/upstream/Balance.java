package dev.serin.proxy.upstream;

import dev.serin.base.time.Timers;
import dev.serin.proxy.upstream.Assignment.Address;
import dev.serin.proxy.upstream.balance.HostPicker;
import dev.serin.proxy.upstream.balance.HostSet;
import dev.serin.proxy.upstream.balance.PickContext;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/// The picker of one cluster, made anew by the owner whenever hosts or their health change. Changes
/// of health, weight and metadata alone are taken together if the cluster asks for that.
final class Balance {
    private final ClusterConfig config;
    private final Upstream upstream;
    private final HostPicker.Means means;
    private final Runnable moved = this::again;
    private volatile HostPicker picker = _ -> null;
    private volatile List<HostSet> sets = List.of();
    private Timers.@Nullable Timer merging;
    private long rebuiltAt;
    private boolean rebuilt;
    private Supplier<Collection<Host>> newest = List::of;
    private Assignment assignment = Assignment.EMPTY;

    /// @param active requests of the cluster now
    Balance(ClusterConfig config, Upstream upstream, ClusterObserver observer, IntSupplier active) {
        this.config = config;
        this.upstream = upstream;
        this.means =
                new HostPicker.Means(
                        upstream.draws(), upstream.workers().count(), active, observer, null);
        this.picker = HostPicker.of(config.policy(), sets(List.of(), Assignment.EMPTY), means);
        upstream.surroundings().watch(config.name(), moved);
    }

    /// The proxy's own cluster has changed; owner thread.
    private void again() {
        if (rebuilt && !config.policy().spread().weighted()) {
            rebuild(newest, assignment);
        }
    }

    /// Any worker.
    @Nullable Host pick(PickContext context, Map<Address, Host> hosts) {
        var wanted = context.overrideHost();
        if (wanted != null) {
            var host = hosts.get(address(wanted));
            if (host != null && config.policy().overridable().contains(host.health())) {
                return host;
            }
            if (context.overrideStrict()) {
                return null;
            }
        }
        return picker.pick(context);
    }

    /// The present hosts by priority. Any thread.
    List<HostSet> sets() {
        return sets;
    }

    private static Address address(String wanted) {
        var colon = wanted.lastIndexOf(':');
        try {
            var host = wanted.substring(0, Math.max(0, colon)).replaceAll("[\\[\\]]", "");
            return new Address(host, Integer.parseInt(wanted.substring(colon + 1)));
        } catch (NumberFormatException e) {
            return new Address(wanted, 0);
        }
    }

    /// Hosts have come or gone; owner thread.
    void rebuild(Supplier<Collection<Host>> hosts, Assignment next) {
        cancel();
        newest = hosts;
        assignment = next;
        rebuiltAt = upstream.ticker().nanos();
        rebuilt = true;
        var sets = sets(hosts.get(), next);
        this.sets = sets;
        var surroundings = upstream.surroundings();
        picker = HostPicker.of(config.policy(), sets, means.at(surroundings.neighbourhood()));
        surroundings.changed(config.name(), sets.getFirst());
    }

    /// Something else about them has changed; owner thread.
    void changed(Supplier<Collection<Host>> hosts, Assignment assignment) {
        newest = hosts;
        this.assignment = assignment;
        var window = config.membership().mergeWindow();
        var since = Duration.ofNanos(upstream.ticker().nanos() - rebuiltAt);
        if (window.isZero() || !rebuilt || since.compareTo(window) >= 0) {
            rebuild(hosts, assignment);
        } else if (merging == null) {
            merging =
                    upstream.timers()
                            .after(
                                    window.minus(since),
                                    () ->
                                            upstream.owner()
                                                    .execute(() -> {
                                                        if (merging != null) {
                                                            rebuild(newest, this.assignment);
                                                        }
                                                    }));
        }
    }

    /// Waits no longer with what has changed: the cluster begins to be used. Owner thread.
    void settle() {
        if (merging != null) {
            rebuild(newest, assignment);
        }
    }

    private static List<HostSet> sets(Collection<Host> hosts, Assignment assignment) {
        var levels = new ArrayList<List<Host>>();
        for (var host : hosts) {
            while (levels.size() <= host.priority()) {
                levels.add(new ArrayList<>());
            }
            levels.get(host.priority()).add(host);
        }
        if (levels.isEmpty()) {
            levels.add(List.of());
        }
        var sets = new ArrayList<HostSet>();
        for (var i = 0; i < levels.size(); i++) {
            sets.add(
                    HostSet.of(
                            levels.get(i),
                            assignment.localityWeights().getOrDefault(i, Map.of()),
                            assignment.overprovisioning(),
                            assignment.weightedHealth()));
        }
        return sets;
    }

    private void cancel() {
        if (merging != null) {
            merging.cancel();
            merging = null;
        }
    }

    /// Owner thread.
    void close() {
        cancel();
        upstream.surroundings().forget(moved);
    }
}
