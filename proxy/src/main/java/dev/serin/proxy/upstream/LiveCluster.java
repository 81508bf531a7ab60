package dev.serin.proxy.upstream;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.socket.Sockets;
import dev.serin.proxy.tls.TlsNeeds;
import dev.serin.proxy.transport.LiveTransports;
import dev.serin.proxy.upstream.ClusterConfig.Discovery;
import dev.serin.proxy.upstream.ClusterConfig.Endpoint;
import dev.serin.proxy.upstream.balance.HostPicker;
import dev.serin.proxy.upstream.balance.PickContext;
import dev.serin.proxy.upstream.pool.HostPool;
import dev.serin.proxy.worker.Worker;
import dev.serin.proxy.worker.Workers;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// A cluster in use. The owner thread brings its endpoints; workers read the picker, which is
/// replaced by one reference write.
public final class LiveCluster {
    private final ClusterConfig config;
    private final Workers workers;
    private final Sockets sockets;
    private final Draws draws;
    private final LiveTransports transports;
    private final Breaker connections;
    private final Breaker pending;
    private final Breaker requests;
    private final Breaker retries;
    private final Map<InetSocketAddress, Host> originals = new ConcurrentHashMap<>();
    private volatile Map<InetSocketAddress, Host> hosts = Map.of();
    private volatile HostPicker picker;
    private volatile boolean ready;

    public LiveCluster(
            ClusterConfig config, Workers workers, Sockets sockets, Draws draws, TlsNeeds tls) {
        this.config = config;
        this.workers = workers;
        this.sockets = sockets;
        this.draws = draws;
        var limits = config.limits();
        connections = new Breaker(limits.connections());
        pending = new Breaker(limits.pending());
        requests = new Breaker(limits.requests());
        retries = new Breaker(limits.retries());
        transports = new LiveTransports(config.name(), config.transports(), tls);
        picker = HostPicker.of(config.balancing(), List.of(), config.panicPercent(), draws);
        ready = config.discovery() == Discovery.ORIGINAL_DST;
    }

    public ClusterConfig config() {
        return config;
    }

    public String name() {
        return config.name();
    }

    public Sockets sockets() {
        return sockets;
    }

    /// What connections to its hosts are made with.
    public LiveTransports transports() {
        return transports;
    }

    /// Whether its hosts and secrets are known, so that routes may use it.
    public boolean ready() {
        return ready && transports.ready();
    }

    public Breaker connections() {
        return connections;
    }

    public Breaker pending() {
        return pending;
    }

    public Breaker requests() {
        return requests;
    }

    public Breaker retries() {
        return retries;
    }

    /// The present hosts, for admin pages.
    public List<Host> hosts() {
        var all = new ArrayList<>(hosts.values());
        all.addAll(originals.values());
        return all;
    }

    /// The host for the next request; null if none can take it.
    public @Nullable Host pick(PickContext context) {
        return config.discovery() == Discovery.ORIGINAL_DST
                ? originals.computeIfAbsent(
                        context.downstream().local(),
                        address -> new Host(address, Map.of(), workers.count()))
                : picker.pick(context);
    }

    /// A worker holds no connection to `host` any more.
    public void unused(Host host) {
        if (host.active() == 0 && originals.remove(host.address(), host)) {
            leave(host);
        }
    }

    /// Makes these its endpoints, whose hosts are literal addresses; owner thread. Hosts that stay
    /// keep their connections, load and health.
    public void endpoints(List<Endpoint> endpoints) {
        var next = new LinkedHashMap<InetSocketAddress, Host>();
        var levels = new TreeMap<Integer, List<HostPicker.Weighted>>();
        for (var endpoint : endpoints) {
            var address = new InetSocketAddress(endpoint.host(), endpoint.port());
            var kept = hosts.get(address);
            if (kept != null
                    && !transports.of(kept.metadata()).equals(transports.of(endpoint.metadata()))) {
                leave(kept); // its connections would be of the wrong transport
                kept = null;
            }
            var host =
                    kept != null ? kept : new Host(address, endpoint.metadata(), workers.count());
            host.metadata(endpoint.metadata());
            if (next.put(address, host) == null) {
                levels.computeIfAbsent(endpoint.priority(), _ -> new ArrayList<>())
                        .add(new HostPicker.Weighted(host, endpoint.weight(), endpoint.healthy()));
            }
        }
        var before = hosts;
        hosts = next;
        picker =
                HostPicker.of(
                        config.balancing(),
                        List.copyOf(levels.values()),
                        config.panicPercent(),
                        draws);
        ready = true;
        before.forEach((address, host) -> {
            if (!next.containsKey(address)) {
                leave(host);
            }
        });
    }

    /// Counts how a request on `host` ended, for ejection.
    ///
    /// @param status of the response, or 503 where none came
    public void answered(Host host, int status, long nanos) {
        if (status < 500) {
            host.succeeded();
            return;
        }
        var outlier = config.outlier();
        if (outlier == null) {
            host.failed();
        } else if (host.failed(status >= 502 && status <= 504, outlier)) {
            eject(host, nanos, outlier);
        }
    }

    private void eject(Host host, long nanos, ClusterConfig.Outlier outlier) {
        var all = hosts;
        var out = all.values().stream().filter(h -> h.ejected(nanos)).count();
        if (out == 0 || (out + 1) * 100 <= (long) outlier.maxPercent() * all.size()) {
            host.eject(nanos, outlier);
        }
    }

    /// Ends every connection with its stream; owner thread. Streams in flight go on.
    public void drain() {
        hosts().forEach(this::leave);
    }

    private void leave(Host host) {
        host.leave();
        for (Worker worker : workers.all()) {
            worker.loop()
                    .execute(() -> {
                        host.allPools(worker.index()).forEach(HostPool::drain);
                    });
        }
    }
}
