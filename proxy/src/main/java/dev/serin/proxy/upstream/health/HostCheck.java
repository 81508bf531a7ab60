package dev.serin.proxy.upstream.health;

import dev.serin.base.chance.Draw;
import dev.serin.base.time.Timers;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.ClusterObserver;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.HostFlag;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.Upstream;
import dev.serin.proxy.upstream.health.Prober.Finding;
import dev.serin.proxy.worker.Worker;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// Checks one host again and again, and decides what its answers mean. Owner thread only. As
/// Envoy's active health check session.
final class HostCheck implements AutoCloseable {
    private final HealthConfig config;
    private final LiveCluster cluster;
    private final Host host;
    private final Worker worker;
    private final Upstream upstream;
    private final ClusterObserver observer;
    private final Prober prober;
    private final Draw jitter;
    private Timers.@Nullable Timer next;
    private Timers.@Nullable Timer limit;
    private int round;
    private int good;
    private int bad;
    private boolean first = true;
    private boolean closed;

    /// What a check has changed.
    private enum Change {
        NONE,
        /// The threshold is not reached yet.
        PENDING,
        CHANGED
    }

    HostCheck(
            HealthConfig config,
            LiveCluster cluster,
            Host host,
            Worker worker,
            Upstream upstream,
            ClusterObserver observer) {
        this.config = config;
        this.cluster = cluster;
        this.host = host;
        this.worker = worker;
        this.upstream = upstream;
        this.observer = observer;
        this.jitter = upstream.draws().named("health-jitter");
        this.prober = Prober.of(config, cluster, host, worker, upstream);
    }

    void start() {
        var most = (int) config.pace().initialJitter().toMillis();
        if (most > 0) {
            after(Duration.ofMillis(jitter.below(most)));
        } else {
            check();
        }
    }

    /// Whether it has had a first answer.
    boolean checked() {
        return !first;
    }

    private void after(Duration pause) {
        next = upstream.timers().after(pause, () -> upstream.owner().execute(this::check));
    }

    private void check() {
        if (closed) {
            return;
        }
        observer.count(ClusterEvent.HEALTH_CHECK_ATTEMPT);
        var number = ++round;
        limit =
                upstream.timers()
                        .after(
                                config.timeout(),
                                () ->
                                        upstream.owner()
                                                .execute(() ->
                                                        found(number, Prober.Finding.TIMEOUT)));
        worker.loop()
                .execute(() ->
                        prober.probe(
                                finding -> upstream.owner().execute(() -> found(number, finding))));
    }

    /// The first answer of a round counts; a late one does not.
    private void found(int number, Finding finding) {
        if (closed || number != round) {
            return;
        }
        round++;
        if (limit != null) {
            limit.cancel();
        }
        if (finding == Finding.TIMEOUT) {
            worker.loop().execute(prober::cancel);
        }
        var passed = finding == Finding.GOOD || finding == Finding.DEGRADED;
        var change = passed ? passed(finding == Finding.DEGRADED) : failed(finding);
        first = false;
        // a host is counted in as soon as it has been asked once
        var counted = host.flag(HostFlag.PENDING_ACTIVE_HC, false);
        if (passed && !host.has(HostFlag.FAILED_ACTIVE_HC)) {
            cluster.checkPassed(host);
        }
        after(pause(passed, change));
        if (change == Change.CHANGED || counted || !cluster.ready()) {
            cluster.healthChanged(host);
        }
    }

    private Change passed(boolean degraded) {
        observer.count(ClusterEvent.HEALTH_CHECK_SUCCESS);
        bad = 0;
        var change = Change.NONE;
        if (host.has(HostFlag.FAILED_ACTIVE_HC)) {
            // the very first answer is believed, so that a start does not take long
            if (first || ++good >= config.healthyThreshold()) {
                host.healthySince(upstream.ticker().nanos());
                host.flag(HostFlag.FAILED_ACTIVE_HC, false);
                host.flag(HostFlag.ACTIVE_HC_TIMEOUT, false);
                change = Change.CHANGED;
                log(first ? "is healthy by its first check" : "is healthy again");
            } else {
                change = Change.PENDING;
            }
        } else if (config.log().successes()) {
            log("passes its check");
        }
        return host.flag(HostFlag.DEGRADED_ACTIVE_HC, degraded) ? Change.CHANGED : change;
    }

    private Change failed(Finding finding) {
        observer.count(ClusterEvent.HEALTH_CHECK_FAILURE);
        var network = finding == Finding.NETWORK || finding == Finding.TIMEOUT;
        if (network) {
            observer.count(ClusterEvent.HEALTH_CHECK_NETWORK_FAILURE);
        }
        good = 0;
        var change = Change.NONE;
        if (!host.has(HostFlag.FAILED_ACTIVE_HC)) {
            // an answer that says no is believed at once; silence has to repeat itself
            if (finding == Finding.BAD || ++bad >= config.unhealthyThreshold()) {
                bad = 0;
                host.flag(HostFlag.FAILED_ACTIVE_HC, true);
                change = Change.CHANGED;
                log("is not healthy: " + prober.detail(finding));
            } else {
                change = Change.PENDING;
            }
        }
        if (finding == Finding.TIMEOUT) {
            host.flag(HostFlag.ACTIVE_HC_TIMEOUT, true);
        }
        if (change != Change.CHANGED && (first || config.log().failures())) {
            log("fails its check: " + prober.detail(finding));
        }
        return change;
    }

    private void log(String what) {
        upstream.log().accept("cluster " + cluster.name() + ": host " + host + " " + what);
    }

    private Duration pause(boolean passed, Change change) {
        var pace = config.pace();
        var edge = change == Change.PENDING;
        Duration base;
        if (!cluster.used()) {
            var healthy = pace.noTrafficHealthy();
            base = passed && !edge && healthy != null ? healthy : pace.noTraffic();
        } else if (passed) {
            base = edge && pace.healthyEdge() != null ? pace.healthyEdge() : pace.interval();
        } else {
            var usual = pace.unhealthy() == null ? pace.interval() : pace.unhealthy();
            base = edge && pace.unhealthyEdge() != null ? pace.unhealthyEdge() : usual;
        }
        var millis = base.toMillis();
        var share = (int) (pace.jitterPercent() * millis / 100);
        var most = (int) pace.jitter().toMillis();
        return Duration.ofMillis(
                millis
                        + (share > 0 ? jitter.below(share) : 0)
                        + (most > 0 ? jitter.below(most) : 0));
    }

    @Override
    public void close() {
        closed = true;
        if (next != null) {
            next.cancel();
        }
        if (limit != null) {
            limit.cancel();
        }
        worker.loop().execute(prober::cancel);
    }
}
