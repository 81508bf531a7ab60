package dev.serin.proxy.snapshot;

import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.proxy.extension.Extensions;
import dev.serin.proxy.listener.ListenerConfig;
import dev.serin.proxy.listener.LiveListener;
import dev.serin.proxy.route.RouteTable;
import dev.serin.proxy.stream.Direction;
import dev.serin.proxy.tls.LiveTls;
import dev.serin.proxy.tls.TlsContexts;
import dev.serin.proxy.tls.secret.SecretName;
import dev.serin.proxy.upstream.ClusterConfig;
import dev.serin.proxy.upstream.LiveCluster;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Moves what is live towards the desired resources and publishes it. What is new waits for what it
/// refers to, but not for ever. Owner thread only, but for [#snapshot()] and [#wanted()].
public final class Reconciler {
    /// How long a resource waits for what it refers to.
    public static final Duration PATIENCE = Duration.ofSeconds(15);

    /// What the reconciler makes live things with.
    ///
    /// @param owner runs tasks on the owner's thread
    public record Makers(
            Function<ClusterConfig, LiveCluster> cluster,
            Function<ListenerConfig, LiveListener> listener,
            Extensions extensions,
            dev.serin.base.chance.Draws draws,
            Executor owner) {}

    private final Makers makers;
    private final Ticker ticker;
    private final Timers timers;
    private final Watcher watcher;
    private final Resources resources;
    private final LiveClusters clusters;
    private final TlsContexts tls;
    private final Map<String, RouteTable> routes = new LinkedHashMap<>();
    private final Map<String, LiveListener> listeners = new LinkedHashMap<>();
    private final Map<String, ListenerConfig> failed = new HashMap<>();

    /// Why listeners could not be bound.
    private final Map<String, String> unbound = new HashMap<>();

    private final Map<String, Long> waitingSince = new HashMap<>();
    private final Set<String> stillWaiting = new LinkedHashSet<>();
    private volatile ProxySnapshot snapshot = ProxySnapshot.EMPTY;
    private volatile Wanted wanted = new Wanted(Set.of(), Set.of(), Set.of());
    private Timers.@Nullable Timer recheck;
    private boolean closed;

    public Reconciler(Makers makers, Ticker ticker, Timers timers, Watcher watcher) {
        this.makers = makers;
        this.ticker = ticker;
        this.timers = timers;
        this.watcher = watcher;
        this.resources = new Resources(makers.extensions(), makers.draws());
        this.tls =
                new TlsContexts(
                        makers.extensions().transports().needs(),
                        timers,
                        makers.owner(),
                        this::reconcile);
        this.clusters =
                new LiveClusters(makers.cluster(), () -> makers.owner().execute(this::reconcile));
    }

    /// What is in use now. Any thread.
    public ProxySnapshot snapshot() {
        return snapshot;
    }

    /// What has to be asked for by name. Any thread.
    public Wanted wanted() {
        return wanted;
    }

    /// Takes the good resources of `update` and answers the others.
    public List<Rejected> apply(ConfigUpdate update) {
        var rejected = resources.update(update);
        if (update.typeUrl().equals(ConfigUpdate.SECRET)) {
            resources.secrets.forEach((name, good) -> tls.discovered(name, good.compiled()));
            update.removed().forEach(tls::forget);
        }
        reconcile();
        if (!update.typeUrl().equals(ConfigUpdate.LISTENER)) {
            return rejected;
        }
        var all = new ArrayList<>(rejected);
        for (var changed : update.changed()) {
            var reason = unbound.get(changed.name());
            if (reason != null) {
                all.add(new Rejected(update.typeUrl(), changed.name(), "address", reason));
            }
        }
        return all;
    }

    private void reconcile() {
        if (closed) {
            return;
        }
        stillWaiting.clear();
        // clusters, then the routes that name them, then the listeners that name those
        var changed =
                clusters.reconcile(
                        resources.clusters,
                        resources.endpoints,
                        tls,
                        (name, _) -> overdue("cluster", name, "its endpoints or secrets"),
                        (name, _) -> named(name) && !overdue("removal of cluster", name, "users"));
        changed |= routes();
        changed |= listeners();
        waitingSince.keySet().retainAll(stillWaiting);
        if (changed) {
            publish();
        }
        tellWanted();
        schedule();
    }

    /// Whether a live route or listener sends traffic to this cluster.
    private boolean named(String cluster) {
        return routes.values().stream().anyMatch(r -> r.clusters().contains(cluster))
                || listeners.values().stream()
                        .anyMatch(l -> l.config().clusterNames().contains(cluster));
    }

    // ---- routes

    private boolean routes() {
        var changed = false;
        for (var entry : resources.routes.entrySet()) {
            var name = entry.getKey();
            var next = entry.getValue().compiled();
            var before = routes.get(name);
            if (next.equals(before)) {
                continue;
            }
            var missing = missingClusters(next.clusters(), before != null);
            if (missing.isEmpty() || overdue("route", name, "clusters " + missing)) {
                routes.put(name, next);
                changed = true;
            }
        }
        var used = new LinkedHashSet<String>();
        listeners.values().forEach(l -> used.addAll(l.config().routeNames()));
        changed |=
                routes.keySet()
                        .removeIf(n -> !resources.routes.containsKey(n) && !used.contains(n));
        return changed;
    }

    /// Clusters that are not live. One that nobody has declared is waited for only where something
    /// older serves meanwhile.
    private Set<String> missingClusters(Set<String> named, boolean servedMeanwhile) {
        var missing = new LinkedHashSet<String>();
        for (var name : named) {
            if (!clusters.live().containsKey(name)
                    && (servedMeanwhile || clusters.isWarming(name))) {
                missing.add(name);
            }
        }
        return missing;
    }

    // ---- listeners

    private boolean listeners() {
        var changed = false;
        for (var entry : resources.listeners.entrySet()) {
            changed |= listener(entry.getKey(), entry.getValue().compiled());
        }
        for (var name : List.copyOf(listeners.keySet())) {
            if (!resources.listeners.containsKey(name)) {
                var gone = listeners.remove(name);
                if (gone != null) {
                    gone.close();
                }
                changed = true;
            }
        }
        return changed;
    }

    private boolean listener(String name, ListenerConfig next) {
        var before = listeners.get(name);
        if (before != null && before.config().equals(next) || next.equals(failed.get(name))) {
            return false;
        }
        var missing = missingClusters(next.clusterNames(), before != null);
        next.routeNames().stream().filter(r -> !routes.containsKey(r)).forEach(missing::add);
        missing.addAll(missingSecrets(next));
        if (!missing.isEmpty() && !overdue("listener", name, missing.toString())) {
            return false;
        }
        failed.remove(name);
        unbound.remove(name);
        try {
            if (before != null) {
                before.config(next);
            } else {
                var fresh = makers.listener().apply(next);
                fresh.bind();
                listeners.put(name, fresh);
            }
        } catch (IllegalStateException e) {
            failed.put(name, next);
            unbound.put(name, String.valueOf(e.getMessage()));
            watcher.listenerFailed(name, String.valueOf(e.getMessage()));
            return false;
        }
        watcher.listenerLive(name);
        return true;
    }

    private Set<String> missingSecrets(ListenerConfig listener) {
        var missing = new LinkedHashSet<String>();
        for (var chain : listener.all()) {
            var context = chain.tls();
            if (context != null) {
                tls.use(context);
                tls.missing(context).forEach(name -> missing.add("secret " + name));
            }
        }
        return missing;
    }

    // ---- publishing and waiting

    private void publish() {
        var configs = new LinkedHashMap<String, ListenerConfig>();
        listeners.forEach((name, listener) -> configs.put(name, listener.config()));
        var next = ProxySnapshot.of(snapshot.number() + 1, configs, routes, clusters.live());
        snapshot = next;
        watcher.published(next);
    }

    private void tellWanted() {
        var routeNames = new LinkedHashSet<String>();
        resources.listeners.values().forEach(l -> routeNames.addAll(l.compiled().routeNames()));
        listeners.values().forEach(l -> routeNames.addAll(l.config().routeNames()));
        var endpointNames = new LinkedHashSet<String>();
        for (var cluster : resources.clusters.values()) {
            if (cluster.compiled().discovery() == ClusterConfig.Discovery.EDS) {
                endpointNames.add(cluster.compiled().edsName());
            }
        }
        var next = new Wanted(Set.copyOf(routeNames), Set.copyOf(endpointNames), secretNames());
        if (!next.equals(wanted)) {
            wanted = next;
            watcher.wanted(next);
        }
    }

    private Set<String> secretNames() {
        var names = new LinkedHashSet<SecretName>();
        for (var listener : resources.listeners.values()) {
            for (var chain : listener.compiled().all()) {
                if (chain.tls() != null) {
                    names.addAll(chain.tls().config().names());
                }
            }
        }
        for (var cluster : resources.clusters.values()) {
            cluster.compiled().transports().secrets().forEach(names::add);
        }
        return names.stream()
                .filter(name -> name.origin() == SecretName.Origin.DISCOVERY)
                .map(SecretName::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /// Notes that something waits; true once it has waited long enough.
    private boolean overdue(String kind, String name, String missing) {
        var key = kind + " " + name;
        var since = waitingSince.computeIfAbsent(key, _ -> ticker.nanos());
        if (ticker.nanos() - since < PATIENCE.toNanos()) {
            stillWaiting.add(key);
            return false;
        }
        watcher.overdue(kind, name, missing);
        return true;
    }

    private void schedule() {
        if (recheck != null) {
            recheck.cancel();
            recheck = null;
        }
        if (waitingSince.isEmpty()) {
            return;
        }
        var now = ticker.nanos();
        var first = waitingSince.values().stream().mapToLong(s -> s - now).min().orElse(0);
        var rest = Math.max(0, first + PATIENCE.toNanos());
        recheck =
                timers.after(Duration.ofNanos(rest), () -> makers.owner().execute(this::reconcile));
    }

    // ---- for admin pages

    /// Resources of this type as they came, the last good version of each.
    public List<ConfigUpdate.Versioned> resources(String typeUrl) {
        var good =
                switch (typeUrl) {
                    case ConfigUpdate.LISTENER -> resources.listeners;
                    case ConfigUpdate.ROUTE -> resources.routes;
                    case ConfigUpdate.CLUSTER -> resources.clusters;
                    case ConfigUpdate.ENDPOINT -> resources.endpoints;
                    case ConfigUpdate.SECRET -> resources.secrets;
                    default -> Map.<String, Resources.Good<?>>of();
                };
        return good.entrySet().stream()
                .map(e ->
                        new ConfigUpdate.Versioned(
                                e.getKey(), e.getValue().version(), e.getValue().message()))
                .toList();
    }

    /// Where a listener is bound; empty if it is not in use or does not bind.
    public List<InetSocketAddress> addresses(String listener) {
        var live = listeners.get(listener);
        return live == null ? List.of() : live.addresses();
    }

    /// Takes no new connections.
    ///
    /// @param inboundOnly on inbound listeners alone
    public void closeListeners(boolean inboundOnly) {
        for (var listener : listeners.values()) {
            if (!inboundOnly || listener.config().direction() == Direction.INBOUND) {
                listener.close();
            }
        }
    }

    /// The certificates in use.
    public List<LiveTls.Held> certificates() {
        return tls.held();
    }

    /// Ends everything; later updates do nothing.
    public void close() {
        closed = true;
        if (recheck != null) {
            recheck.cancel();
        }
        tls.close();
        closeListeners(false);
        listeners.clear();
        clusters.close();
    }
}
