package dev.serin.proxy.upstream;

import com.google.protobuf.Struct;

import dev.serin.base.net.HostPort;
import dev.serin.proxy.upstream.Assignment.Address;
import dev.serin.proxy.upstream.Assignment.Endpoint;
import dev.serin.proxy.upstream.Assignment.Status;
import dev.serin.proxy.upstream.balance.HostSet.Place;
import dev.serin.proxy.upstream.balance.Policy.Health;
import dev.serin.proxy.upstream.outlier.HostRecord;
import dev.serin.proxy.upstream.pool.HostPools;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// A live endpoint of a cluster. It stays the same object as long as its address stays in the
/// cluster. Load and health are shared by the workers; each worker has its own pool.
public final class Host {
    private final InetSocketAddress address;
    private final String shownAddress;
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger flags = new AtomicInteger();
    private final LongAdder requests = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder connectFailures = new LongAdder();
    private final LongAdder answers = new LongAdder();
    private final LongAdder timeouts = new LongAdder();
    private final LongAdder made = new LongAdder();
    private final Breaker connections;
    private final HostRecord record = new HostRecord();
    private final @Nullable HostPools[] pools;
    private volatile Endpoint endpoint;
    private volatile int reportedWeight;
    private volatile long healthySince;
    private volatile boolean gone;

    /// @param endpoint with a literal address
    /// @param mostConnections of this host alone
    /// @param nanos the present
    public Host(Endpoint endpoint, int workers, int mostConnections, long nanos) {
        this.endpoint = endpoint;
        this.pools = new @Nullable HostPools[workers];
        this.connections = new Counted(mostConnections, made);
        this.healthySince = nanos;
        address = address(endpoint.address());
        shownAddress =
                endpoint.address().pipe()
                        ? endpoint.address().host()
                        : new HostPort(
                                        NetUtil.toAddressString(address.getAddress()),
                                        address.getPort())
                                .toString();
        update(endpoint);
    }

    /// Counts all connections that it let be made.
    private static final class Counted extends Breaker {
        private final LongAdder made;

        Counted(int limit, LongAdder made) {
            super(limit);
            this.made = made;
        }

        @Override
        public boolean take() {
            var taken = super.take();
            if (taken) {
                made.increment();
            }
            return taken;
        }

        @Override
        public void force() {
            super.force();
            made.increment();
        }
    }

    private static InetSocketAddress address(Address address) {
        return address.pipe()
                ? InetSocketAddress.createUnresolved(address.host(), 0)
                : new InetSocketAddress(address.host(), address.port());
    }

    /// Of a Unix socket an unresolved one with its path as the name.
    public InetSocketAddress address() {
        return address;
    }

    /// Whether its address is the path of a Unix socket.
    public boolean pipe() {
        return endpoint.address().pipe();
    }

    /// Further addresses of the same endpoint, to be tried if the first does not answer.
    public List<InetSocketAddress> others() {
        return endpoint.others().stream().map(Host::address).toList();
    }

    /// As `ip:port`, `[ip]:port` or a path.
    public String shownAddress() {
        return shownAddress;
    }

    public Map<String, Struct> metadata() {
        return endpoint.metadata();
    }

    /// As configured or resolved; may be empty.
    public String hostname() {
        return endpoint.hostname();
    }

    /// Its host name, for SNI; empty if it has none.
    public String name() {
        return endpoint.hostname();
    }

    public int priority() {
        return endpoint.priority();
    }

    public Place place() {
        return endpoint.place();
    }

    /// As configured.
    public Endpoint endpoint() {
        return endpoint;
    }

    /// As configured, or as the host reported of itself.
    public int weight() {
        var reported = reportedWeight;
        return reported > 0 ? reported : endpoint.weight();
    }

    /// @param weight 0 for the configured one
    public void reportedWeight(int weight) {
        reportedWeight = weight;
    }

    /// Takes what has changed of it; owner thread. True if balancing has to know.
    boolean update(Endpoint next) {
        var before = endpoint;
        endpoint = next;
        var changed = flag(HostFlag.FAILED_EDS_HEALTH, next.status() == Status.UNHEALTHY);
        changed |= flag(HostFlag.EDS_STATUS_DRAINING, next.status() == Status.DRAINING);
        changed |= flag(HostFlag.DEGRADED_EDS_HEALTH, next.status() == Status.DEGRADED);
        return changed || !before.equals(next);
    }

    // ---- load

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

    /// Connections to this host, as its own threshold bounds them.
    public Breaker connections() {
        return connections;
    }

    /// Requests so far.
    public long requests() {
        return requests.sum();
    }

    /// Requests that failed so far.
    public long errors() {
        return errors.sum();
    }

    /// Connections that could not be made so far.
    public long connectFailures() {
        return connectFailures.sum();
    }

    /// Responses that were no errors so far.
    public long answers() {
        return answers.sum();
    }

    /// Requests that were not answered in time so far.
    public long timeouts() {
        return timeouts.sum();
    }

    /// Connections so far.
    public long connectionsMade() {
        return made.sum();
    }

    void answered() {
        answers.increment();
    }

    void late() {
        timeouts.increment();
    }

    void failed() {
        errors.increment();
    }

    void notConnected() {
        connectFailures.increment();
    }

    // ---- health

    /// What balancing takes it for.
    public Health health() {
        var set = flags.get();
        return (set & HostFlag.UNHEALTHY) != 0
                ? Health.UNHEALTHY
                : (set & HostFlag.DEGRADED) != 0 ? Health.DEGRADED : Health.HEALTHY;
    }

    /// Whether it does not count when the health of its priority is measured.
    public boolean excluded() {
        return (flags.get() & HostFlag.EXCLUDED) != 0;
    }

    public boolean has(HostFlag flag) {
        return (flags.get() & flag.bit()) != 0;
    }

    /// Sets or clears a flag; true if that changed it. The caller tells the cluster.
    public boolean flag(HostFlag flag, boolean set) {
        var bit = flag.bit();
        var before =
                set ? flags.getAndUpdate(all -> all | bit) : flags.getAndUpdate(all -> all & ~bit);
        return (before & bit) != 0 != set;
    }

    /// As Envoy's `/clusters` shows them: `healthy`, or each that is set after a slash.
    public String shownFlags() {
        return HostFlag.shown(flags.get());
    }

    /// When it was added or last became healthy by its checks.
    public long healthySince() {
        return healthySince;
    }

    /// A check passed that had failed before.
    public void healthySince(long nanos) {
        healthySince = nanos;
    }

    /// What outlier detection knows of it.
    public HostRecord record() {
        return record;
    }

    /// The host is in the cluster no more; its connections end with their streams.
    public boolean gone() {
        return gone;
    }

    void leave() {
        gone = true;
    }

    // ---- connections

    /// The pools of the worker with this index; that worker only.
    public @Nullable HostPools pools(int worker) {
        return pools[worker];
    }

    public void pools(int worker, HostPools made) {
        pools[worker] = made;
    }

    @Override
    public String toString() {
        return shownAddress;
    }
}
