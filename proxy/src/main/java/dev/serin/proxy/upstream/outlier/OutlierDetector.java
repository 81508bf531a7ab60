package dev.serin.proxy.upstream.outlier;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.ClusterObserver;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.HostFlag;
import dev.serin.proxy.upstream.Outcome;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Judges the hosts of one cluster by how requests on them end. Workers count; verdicts are carried
/// out by the owner. As Envoy's outlier detection.
public final class OutlierDetector implements AutoCloseable {
    private final OutlierConfig config;
    private final Supplier<? extends Collection<Host>> hosts;
    private final Consumer<Host> changed;
    private final ClusterObserver observer;
    private final Ticker ticker;
    private final Executor owner;
    private final Draw enforce;
    private final Draw jitter;
    private final Timers.Timer timer;
    private boolean closed;

    /// What it works with.
    ///
    /// @param hosts the present ones; asked on the owner's thread
    /// @param changed is called on the owner's thread with a host that was ejected or has returned
    public record Means(
            Supplier<? extends Collection<Host>> hosts,
            Consumer<Host> changed,
            ClusterObserver observer,
            Ticker ticker,
            Timers timers,
            Draws draws,
            Executor owner) {}

    public OutlierDetector(OutlierConfig config, Means means) {
        this.config = config;
        this.hosts = means.hosts();
        this.changed = means.changed();
        this.observer = means.observer();
        this.ticker = means.ticker();
        this.owner = means.owner();
        this.enforce = means.draws().named("outlier-enforcing");
        this.jitter = means.draws().named("outlier-jitter");
        this.timer = means.timers().every(config.interval(), () -> owner.execute(this::interval));
    }

    // ---- counting, any thread

    /// A response came.
    public void answered(Host host, int status) {
        var record = host.record();
        record.answers().count(status < 500);
        if (status < 500) {
            record.noServerError();
            record.noGatewayError();
            return;
        }
        if (status >= 502 && status <= 504) {
            judge(host, Verdict.CONSECUTIVE_GATEWAY_FAILURE, record.gatewayError());
        } else {
            record.noGatewayError();
        }
        judge(host, Verdict.CONSECUTIVE_5XX, record.serverError());
    }

    /// An attempt ended without one.
    public void ended(Host host, Outcome outcome) {
        if (!config.split()) {
            if (outcome.status() != 0) {
                answered(host, outcome.status());
            }
            return;
        }
        var record = host.record();
        record.reached().count(outcome.good());
        if (outcome.good()) {
            record.noLocalFailure();
        } else {
            judge(host, Verdict.CONSECUTIVE_LOCAL_ORIGIN_FAILURE, record.localFailure());
        }
    }

    private void judge(Host host, Verdict verdict, int inRow) {
        if (inRow == config.most(verdict)) {
            owner.execute(() -> {
                if (!closed && !host.gone() && !host.has(HostFlag.FAILED_OUTLIER_CHECK)) {
                    detected(host, verdict);
                    host.record().clear(verdict);
                }
            });
        }
    }

    // ---- judging, owner thread

    private void detected(Host host, Verdict verdict) {
        observer.count(verdict.detected());
        var all = hosts.get();
        var out = all.stream().filter(h -> h.has(HostFlag.FAILED_OUTLIER_CHECK)).count();
        var allowed =
                (out + 1) * 100 <= (long) config.maxPercent() * all.size()
                        || out == 0 && config.alwaysOne();
        if (!allowed) {
            observer.count(ClusterEvent.OUTLIER_EJECTIONS_OVERFLOW);
            return;
        }
        var chance = config.enforcing().getOrDefault(verdict, 0);
        if (chance < 100 && enforce.below(100) >= chance) {
            return;
        }
        observer.count(ClusterEvent.OUTLIER_EJECTIONS_ENFORCED_TOTAL);
        observer.count(verdict.enforced());
        eject(host);
    }

    private void eject(Host host) {
        var record = host.record();
        var most = config.jitter().toMillis();
        record.eject(ticker.nanos(), most == 0 ? 0 : jitter.below((int) most + 1) * 1_000_000L);
        var base = config.baseEjection().toMillis();
        if (record.backoff() * base < config.maxEjection().toMillis() + base) {
            record.backoff(record.backoff() + 1);
        }
        host.flag(HostFlag.FAILED_OUTLIER_CHECK, true);
        changed.accept(host);
    }

    private void interval() {
        if (closed) {
            return;
        }
        var present = List.copyOf(hosts.get());
        present.forEach(this::maybeReturn);
        var answers = new ArrayList<Rated>();
        var reached = new ArrayList<Rated>();
        for (var host : present) {
            // what came while the host was out is of no interval
            var answered = host.record().answers().take();
            var connected = host.record().reached().take();
            if (!host.has(HostFlag.FAILED_OUTLIER_CHECK)) {
                answers.add(new Rated(host, answered));
                reached.add(new Rated(host, connected));
            }
        }
        compare(answers, Verdict.SUCCESS_RATE, Verdict.FAILURE_PERCENTAGE);
        if (config.split()) {
            compare(
                    reached,
                    Verdict.LOCAL_ORIGIN_SUCCESS_RATE,
                    Verdict.LOCAL_ORIGIN_FAILURE_PERCENTAGE);
        }
    }

    private void maybeReturn(Host host) {
        var record = host.record();
        if (!host.has(HostFlag.FAILED_OUTLIER_CHECK)) {
            record.backoff(record.backoff() - 1); // good behaviour shortens the next time out
            return;
        }
        var millis =
                Math.min(
                        config.baseEjection().toMillis() * record.backoff(),
                        config.maxEjection().toMillis());
        var rest = Duration.ofMillis(millis).toNanos() + record.jitterNanos();
        if (ticker.nanos() - record.ejectedAt() >= rest) {
            giveBack(host);
        }
    }

    private void giveBack(Host host) {
        host.record().clear();
        if (host.flag(HostFlag.FAILED_OUTLIER_CHECK, false)) {
            changed.accept(host);
        }
    }

    /// A health check has found it healthy; owner thread.
    public void checkPassed(Host host) {
        if (config.healthCheckReturns() && host.has(HostFlag.FAILED_OUTLIER_CHECK)) {
            giveBack(host);
        }
    }

    private record Rated(Host host, long counts) {
        int volume() {
            return HostRecord.Rate.volume(counts);
        }

        double percent() {
            return HostRecord.Rate.percent(counts);
        }
    }

    private void compare(List<Rated> rated, Verdict bySuccess, Verdict byFailure) {
        var smallest = Math.min(config.successVolume(), config.failureVolume());
        for (var one : rated) {
            if (bySuccess == Verdict.SUCCESS_RATE) {
                one.host()
                        .record()
                        .successRate(
                                one.volume() > 0 && one.volume() >= smallest ? one.percent() : -1);
            }
        }
        var busy = busy(rated, config.successVolume());
        if (!busy.isEmpty() && busy.size() >= config.successHosts()) {
            var threshold = threshold(busy);
            busy.stream()
                    .filter(one -> one.percent() < threshold)
                    .forEach(one -> detected(one.host(), bySuccess));
        }
        var failing = busy(rated, config.failureVolume());
        if (!failing.isEmpty() && failing.size() >= config.failureHosts()) {
            failing.stream()
                    .filter(one -> !one.host().has(HostFlag.FAILED_OUTLIER_CHECK))
                    .filter(one -> 100 - one.percent() >= config.failureThreshold())
                    .forEach(one -> detected(one.host(), byFailure));
        }
    }

    private static List<Rated> busy(List<Rated> rated, int volume) {
        return rated.stream().filter(r -> r.volume() > 0 && r.volume() >= volume).toList();
    }

    /// The mean less so many standard deviations.
    private double threshold(List<Rated> rated) {
        var mean = rated.stream().mapToDouble(Rated::percent).average().orElse(0);
        var variance =
                rated.stream()
                        .mapToDouble(r -> (r.percent() - mean) * (r.percent() - mean))
                        .average()
                        .orElse(0);
        return mean - config.stdevFactor() / 1000.0 * Math.sqrt(variance);
    }

    /// Judges no more; owner thread.
    @Override
    public void close() {
        closed = true;
        timer.cancel();
    }
}
