package dev.serin.proxy.upstream;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.socket.Sockets;
import dev.serin.proxy.stream.HostSearch;
import dev.serin.proxy.transport.LiveTransports;
import dev.serin.proxy.upstream.Assignment.Address;
import dev.serin.proxy.upstream.Assignment.Endpoint;
import dev.serin.proxy.upstream.ClusterConfig.Discovery;
import dev.serin.proxy.upstream.balance.HostSet;
import dev.serin.proxy.upstream.balance.PickContext;
import dev.serin.proxy.upstream.balance.Policy;
import dev.serin.proxy.upstream.dns.DnsHosts;
import dev.serin.proxy.upstream.health.HealthChecks;
import dev.serin.proxy.upstream.orca.ReportedLoad;
import dev.serin.proxy.upstream.outlier.OutlierDetector;
import dev.serin.proxy.worker.Worker;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// A cluster in use. The owner thread brings its endpoints and judges their health; workers read
/// the picker, which is replaced by one reference write.
public final class LiveCluster {
    private final ClusterConfig config;
    private final Upstream upstream;
    private final ClusterObserver observer;
    private final LiveTransports transports;
    private final Breakers usual;
    private final Breakers high;
    private final Balance balance;
    private final OriginalHosts originals;
    private final @Nullable OutlierDetector outliers;
    private final @Nullable HealthChecks checks;
    private final @Nullable ReportedLoad reported;
    private final @Nullable DnsHosts dns;
    private final @Nullable Aggregate aggregate;
    private final @Nullable ForwardedHosts forwarded;
    private final Draw drop;
    private volatile Map<Address, Host> hosts = Map.of();
    private volatile Assignment assignment = Assignment.EMPTY;
    private volatile boolean ready;
    private volatile boolean used;
    private Runnable whenReady = () -> {};
    private dev.serin.base.time.Timers.@Nullable Timer stale;
    private boolean known;
    private boolean closed;

    /// Owner thread.
    public LiveCluster(ClusterConfig config, Upstream upstream) {
        this.config = config;
        this.upstream = upstream;
        observer = upstream.observers().of(config.statName());
        transports = new LiveTransports(config.statName(), config.transports(), upstream.tls());
        usual = new Breakers(config.limits().usual());
        high = new Breakers(config.limits().high());
        drop = upstream.draws().named("drop-overload");
        balance = new Balance(config, upstream, observer, () -> usual.requests().used());
        originals = new OriginalHosts(config, upstream, observer);
        var outlier = config.outlier();
        outliers =
                outlier == null
                        ? null
                        : new OutlierDetector(
                                outlier,
                                new OutlierDetector.Means(
                                        this::hosts,
                                        this::healthChanged,
                                        observer,
                                        upstream.ticker(),
                                        upstream.timers(),
                                        upstream.draws(),
                                        upstream.owner()));
        checks =
                config.checks().isEmpty()
                        ? null
                        : new HealthChecks(config.checks().getFirst(), this, upstream, observer);
        reported =
                config.policy().choice() instanceof Policy.ReportedWeights weights
                        ? new ReportedLoad(weights, upstream, this::hosts, this::weightChanged)
                        : null;
        dns = dns();
        aggregate =
                config.members().isEmpty()
                        ? null
                        : new Aggregate(
                                config.members(),
                                config.policy().panicPercent(),
                                upstream.draws().named("aggregate"));
        forwarded =
                config.forward() == null
                        ? null
                        : new ForwardedHosts(config, config.forward(), upstream, observer);
    }

    private @Nullable DnsHosts dns() {
        return switch (config.discovery()) {
            case STRICT_DNS, LOGICAL_DNS ->
                    new DnsHosts(
                            config.dns(),
                            config.assignment(),
                            config.discovery() == Discovery.LOGICAL_DNS,
                            new DnsHosts.Means(
                                    upstream.resolver(),
                                    upstream.timers(),
                                    upstream.owner(),
                                    observer),
                            upstream.draws().named("dns-jitter"),
                            this::endpoints);
            default -> null;
        };
    }

    /// Begins to look for its hosts; owner thread.
    ///
    /// @param then is called on the owner's thread when it has become ready
    public void start(Runnable then) {
        whenReady = then;
        switch (config.discovery()) {
            case STATIC -> endpoints(config.assignment());
            case ORIGINAL_DST, FORWARD, AGGREGATE -> known = true;
            case STRICT_DNS, LOGICAL_DNS, EDS -> {}
        }
        if (dns != null) {
            dns.start();
        }
        known |= !config.membership().waitForWarm() && config.discovery() != Discovery.EDS;
        maybeReady();
    }

    // ---- what it is

    public ClusterConfig config() {
        return config;
    }

    public String name() {
        return config.name();
    }

    public Sockets sockets() {
        return upstream.sockets();
    }

    /// Is told what happens in it, for metrics. Any thread.
    public ClusterObserver observer() {
        return observer;
    }

    /// What connections to its hosts are made with.
    public LiveTransports transports() {
        return transports;
    }

    /// Whether its hosts and secrets are known, and hosts were checked once, so that routes may use
    /// it.
    public boolean ready() {
        return ready && transports.ready();
    }

    /// Whether a request has ever wanted a host of it.
    public boolean used() {
        return used;
    }

    /// The breakers of a routing priority.
    public Breakers breakers(boolean highPriority) {
        return highPriority ? high : usual;
    }

    public Breaker connections() {
        return usual.connections();
    }

    public Breaker pending() {
        return usual.pending();
    }

    public Breaker requests() {
        return usual.requests();
    }

    public Breaker retries() {
        return usual.retries();
    }

    /// The present hosts, for admin pages and metrics. Any thread.
    public List<Host> hosts() {
        var all = new ArrayList<>(hosts.values());
        all.addAll(originals.all());
        if (forwarded != null) {
            all.addAll(forwarded.all());
        }
        return all;
    }

    /// The hosts by priority, as they are balanced now. Any thread.
    List<HostSet> sets() {
        return balance.sets();
    }

    // ---- the request's path, any worker

    /// Where it stands for other clusters, what says for which; else null.
    public @Nullable Aggregate aggregate() {
        return aggregate;
    }

    /// Finds the host that a request names, if the cluster's hosts are found so.
    ///
    /// @param cache the name of the cache that is meant
    /// @param then is told the end, on any thread, if that is not known now
    /// @return [HostSearch#WAITING] if `then` will be told
    public HostSearch seek(String cache, String wanted, Consumer<HostSearch> then) {
        return forwarded == null ? HostSearch.FOUND : forwarded.seek(cache, wanted, then);
    }

    /// The host for the next request; null if none can take it.
    public @Nullable Host pick(PickContext context) {
        if (!used) {
            used = true;
        }
        var host =
                switch (config.discovery()) {
                    case ORIGINAL_DST -> originals.pick(context);
                    case FORWARD -> forwarded == null ? null : forwarded.pick(context);
                    default -> balance.pick(context, hosts);
                };
        if (host == null) {
            none(context);
        }
        return host;
    }

    /// Where it stands in for another cluster, that one counts.
    private void none(PickContext context) {
        if (context.forcedPriority() < 0) {
            observer.count(ClusterEvent.UPSTREAM_CX_NONE_HEALTHY);
        }
    }

    /// The share of requests of which this one is to be refused; null if it is not. As Envoy's
    /// drop_overloads.
    public Assignment.@Nullable Drop dropped() {
        var drops = assignment.drops();
        if (drops.isEmpty()) {
            return null;
        }
        for (var category : drops) {
            if (drop.below(Assignment.Drop.ALL) < category.perMillion()) {
                observer.count(ClusterEvent.UPSTREAM_RQ_DROP_OVERLOAD);
                return category;
            }
        }
        return null;
    }

    /// A response has come from `host`.
    public void answered(Host host, int status) {
        if (status >= 500) {
            host.failed();
        } else {
            host.answered();
        }
        if (outliers != null) {
            outliers.answered(host, status);
        }
    }

    /// An attempt at `host` went so, without a response.
    public void ended(Host host, Outcome outcome) {
        if (outcome == Outcome.CONNECT_FAILED) {
            host.notConnected();
        }
        if (outcome == Outcome.TIMEOUT) {
            host.late();
        }
        if (!outcome.good()) {
            host.failed();
        }
        if (outliers != null) {
            outliers.ended(host, outcome);
        }
    }

    /// Headers or trailers of a response, which may carry a report of the host's load.
    public void report(Host host, dev.serin.proxy.http.Headers headers) {
        if (reported != null) {
            reported.report(host, headers);
        }
    }

    /// A worker holds no connection to `host` any more.
    public void unused(Host host) {
        originals.unused(host);
    }

    // ---- membership, owner thread

    /// Makes these its endpoints, whose hosts are literal addresses. Hosts that stay keep their
    /// connections, load and health.
    public void endpoints(Assignment next) {
        if (closed) {
            return;
        }
        var before = hosts;
        var after = new LinkedHashMap<Address, Host>();
        var changed = !next.localityWeights().equals(assignment.localityWeights());
        changed |= next.overprovisioning() != assignment.overprovisioning();
        changed |= next.weightedHealth() != assignment.weightedHealth();
        for (var endpoint : next.endpoints()) {
            var host = before.get(endpoint.address());
            if (host == null
                    || !transports.of(host.metadata()).equals(transports.of(endpoint.metadata()))) {
                // of another transport its connections would be wrong ones
                host = fresh(endpoint);
            } else {
                changed |= host.update(endpoint);
                changed |= host.flag(HostFlag.PENDING_DYNAMIC_REMOVAL, false);
            }
            after.putIfAbsent(endpoint.address(), host);
        }
        before.forEach((address, host) -> {
            if (!after.containsKey(address) && stays(host)) {
                after.put(address, host);
            }
        });
        assignment = next;
        var members = !after.equals(before);
        if (members || !known) {
            observer.count(ClusterEvent.MEMBERSHIP_CHANGE);
        }
        hosts = after;
        var present = new HashSet<>(after.values());
        before.values().stream().filter(host -> !present.contains(host)).forEach(this::leave);
        if (members && config.membership().closeOnChange()) {
            present.forEach(host -> drain(host, upstream.workers().all()));
        }
        if (checks != null) {
            checks.hosts(after.values());
        }
        if (members || !known) {
            balance.rebuild(() -> hosts.values(), next);
        } else if (changed) {
            balance.changed(() -> hosts.values(), next);
        }
        watchAge(next);
        known = true;
        maybeReady();
    }

    private Host fresh(Endpoint endpoint) {
        var host =
                new Host(
                        endpoint,
                        upstream.workers().count(),
                        config.hostConnections(),
                        upstream.ticker().nanos());
        if (checks != null && !endpoint.check().disabled()) {
            // not before its first check has passed
            host.flag(HostFlag.FAILED_ACTIVE_HC, true);
            host.flag(HostFlag.PENDING_ACTIVE_HC, config.membership().ignoreNewUntilChecked());
        }
        return host;
    }

    /// A host that discovery has taken away but whose checks pass stays, until they fail.
    private boolean stays(Host host) {
        if (checks == null
                || config.membership().ignoreHealthOnRemoval()
                || host.endpoint().check().disabled()
                || host.has(HostFlag.FAILED_ACTIVE_HC)
                || host.has(HostFlag.FAILED_EDS_HEALTH)) {
            return false;
        }
        host.flag(HostFlag.PENDING_DYNAMIC_REMOVAL, true);
        return true;
    }

    private void watchAge(Assignment next) {
        if (stale != null) {
            stale.cancel();
            stale = null;
        }
        var after = next.staleAfter();
        if (after != null && !after.isZero()) {
            stale = upstream.timers().after(after, () -> upstream.owner().execute(this::aged));
        }
    }

    /// Nothing was heard of the endpoints for too long: better none than wrong ones.
    private void aged() {
        observer.count(ClusterEvent.ASSIGNMENT_STALE);
        endpoints(Assignment.EMPTY);
    }

    /// A health flag of `host` has changed; owner thread.
    public void healthChanged(Host host) {
        if (host.health() == Policy.Health.UNHEALTHY) {
            // Whatever made it fail may be of the connections, and they would be used again first.
            drain(host, upstream.workers().all());
        }
        weightChanged();
    }

    private void weightChanged() {
        if (closed) {
            return;
        }
        var failed =
                hosts.values().stream()
                        .filter(h -> h.has(HostFlag.PENDING_DYNAMIC_REMOVAL))
                        .filter(h -> h.has(HostFlag.FAILED_ACTIVE_HC))
                        .toList();
        if (!failed.isEmpty()) {
            var rest = new LinkedHashMap<>(hosts);
            rest.values().removeAll(failed);
            hosts = rest;
            failed.forEach(this::leave);
            if (checks != null) {
                checks.hosts(rest.values());
            }
        }
        balance.changed(() -> hosts.values(), assignment);
        maybeReady();
    }

    /// A check of `host` passed; owner thread.
    public void checkPassed(Host host) {
        if (outliers != null) {
            outliers.checkPassed(host);
        }
    }

    private void maybeReady() {
        if (!ready && known && (checks == null || checks.allChecked())) {
            ready = true;
            balance.settle();
            whenReady.run();
        }
    }

    /// Ends every connection with its stream; owner thread. Streams in flight go on.
    public void drain() {
        closed = true;
        balance.close();
        if (stale != null) {
            stale.cancel();
        }
        if (dns != null) {
            dns.close();
        }
        if (checks != null) {
            checks.close();
        }
        if (outliers != null) {
            outliers.close();
        }
        if (reported != null) {
            reported.close();
        }
        hosts.values().forEach(this::leave);
        originals.close();
        if (forwarded != null) {
            forwarded.close();
        }
    }

    private void leave(Host host) {
        leave(host, upstream.workers().all());
    }

    static void leave(Host host, List<Worker> workers) {
        host.leave();
        drain(host, workers);
    }

    private static void drain(Host host, List<Worker> workers) {
        for (Worker worker : workers) {
            worker.loop()
                    .execute(() -> {
                        var pools = host.pools(worker.index());
                        if (pools != null) {
                            pools.drain();
                        }
                    });
        }
    }
}
