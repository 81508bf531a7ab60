package dev.serin.proxy.upstream.orca;

import com.github.xds.data.orca.v3.OrcaLoadReport;

import dev.serin.base.time.Timers;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.Upstream;
import dev.serin.proxy.upstream.balance.Policy.ReportedWeights;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Weights that hosts earn by what they report of their load: requests a second by utilisation.
/// Workers bring reports; the owner turns them into weights now and then. As Envoy's client-side
/// weighted round robin.
public final class ReportedLoad {
    private final ReportedWeights config;
    private final Upstream upstream;
    private final Supplier<? extends Collection<Host>> hosts;
    private final Runnable changed;
    private final Map<Host, Weight> reports = new ConcurrentHashMap<>();
    private final Timers.Timer timer;
    private volatile boolean closed;

    /// A weight, since when there has been one without a gap, and when it was last heard.
    private record Weight(int weight, long since, long heard) {}

    /// @param hosts the present ones; asked on the owner's thread
    /// @param changed is called on the owner's thread when a weight has changed
    public ReportedLoad(
            ReportedWeights config,
            Upstream upstream,
            Supplier<? extends Collection<Host>> hosts,
            Runnable changed) {
        this.config = config;
        this.upstream = upstream;
        this.hosts = hosts;
        this.changed = changed;
        timer =
                upstream.timers()
                        .every(config.update(), () -> upstream.owner().execute(this::apply));
    }

    /// Any worker.
    public void report(Host host, Headers headers) {
        var report = OrcaReports.read(headers);
        if (report == null) {
            return;
        }
        var weight = weight(report, config);
        if (weight <= 0) {
            return;
        }
        var now = upstream.ticker().nanos();
        reports.compute(
                host,
                (_, old) ->
                        old == null || now - old.heard() > config.expiration().toNanos()
                                ? new Weight(weight, now, now)
                                : new Weight(weight, old.since(), now));
    }

    static int weight(OrcaLoadReport report, ReportedWeights config) {
        var rate = report.getRpsFractional();
        var used = utilisation(report, config);
        if (rate <= 0 || used <= 0) {
            return 0;
        }
        if (config.errorPenalty() > 0) {
            used += report.getEps() / rate * config.errorPenalty();
        }
        return (int) Math.min(Integer.MAX_VALUE, rate / used);
    }

    private static double utilisation(OrcaLoadReport report, ReportedWeights config) {
        if (report.getApplicationUtilization() > 0) {
            return report.getApplicationUtilization();
        }
        var most = 0.0;
        for (var name : config.metrics()) {
            most = Math.max(most, OrcaReports.metric(report, name));
        }
        return most > 0 ? most : report.getCpuUtilization();
    }

    /// Owner thread.
    private void apply() {
        if (closed) {
            return;
        }
        var now = upstream.ticker().nanos();
        var present = hosts.get();
        reports.keySet().retainAll(present);
        var valid =
                reports.values().stream()
                        .filter(report -> valid(report, now))
                        .mapToInt(Weight::weight)
                        .sorted()
                        .toArray();
        var middle = valid.length == 0 ? 1 : median(valid);
        var moved = false;
        for (var host : present) {
            var report = reports.get(host);
            var next = report != null && valid(report, now) ? report.weight() : middle;
            moved |= host.weight() != next;
            host.reportedWeight(next);
        }
        if (moved) {
            changed.run();
        }
    }

    private boolean valid(Weight weight, long now) {
        return now - weight.since() >= config.blackout().toNanos()
                && now - weight.heard() <= config.expiration().toNanos();
    }

    private static int median(int[] sorted) {
        var half = sorted.length / 2;
        return sorted.length % 2 == 1
                ? sorted[half]
                : (int) (((long) sorted[half - 1] + sorted[half]) / 2);
    }

    /// Owner thread.
    public void close() {
        closed = true;
        timer.cancel();
    }
}
