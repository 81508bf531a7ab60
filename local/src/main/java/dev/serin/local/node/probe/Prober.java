package dev.serin.local.node.probe;

import dev.serin.base.time.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Asks one probe of a running container again and again, tells each failure, and when its verdict
/// changes. Started and stopped on the pod's thread; all is told there.
public final class Prober {
    private static final Duration EAGER = Duration.ofMillis(100);

    private final Probe probe;
    private final boolean eager;
    private final Supplier<@Nullable String> run;
    private final Ground ground;
    private final Consumer<String> failed;
    private final Consumer<Boolean> verdict;
    private Timers.@Nullable Timer timer;
    private boolean stopped;
    private @Nullable Boolean last;
    private int successes;
    private int failures;
    private Duration silent = Duration.ZERO;

    /// Where it runs.
    ///
    /// @param blocking for the probe itself, which waits
    /// @param owner the pod's thread
    public record Ground(Timers timers, Executor blocking, Executor owner) {}

    /// @param eager asks often until the first success, whose moment is waited for
    /// @param run answers null for success, else why not; blocks
    /// @param failed told why, for each failure, but at most one a period
    /// @param verdict told `true` once there are successes enough, `false` for each run of failures
    ///   that is long enough, and again when it goes on
    public Prober(
            Probe probe,
            boolean eager,
            Supplier<@Nullable String> run,
            Ground ground,
            Consumer<String> failed,
            Consumer<Boolean> verdict) {
        this.probe = probe;
        this.eager = eager;
        this.run = run;
        this.ground = ground;
        this.failed = failed;
        this.verdict = verdict;
    }

    public void start() {
        schedule(probe.delay());
    }

    public void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel();
        }
    }

    private void schedule(Duration delay) {
        timer = ground.timers.after(delay, () -> ground.blocking.execute(this::ask));
    }

    private void ask() {
        var failure = run.get();
        ground.owner.execute(() -> told(failure));
    }

    private void told(@Nullable String failure) {
        if (stopped) {
            return;
        }
        var waiting = eager && last == null;
        if (failure == null) {
            failures = 0;
            successes++;
            if (successes >= probe.successes() && !Boolean.TRUE.equals(last)) {
                last = true;
                verdict.accept(true);
            }
        } else {
            successes = 0;
            failures++;
            // A program that is just starting is no news.
            silent = silent.plus(waiting ? EAGER : probe.period());
            if (silent.compareTo(probe.period()) >= 0) {
                silent = Duration.ZERO;
                failed.accept(failure);
            }
            if (failures >= probe.failures() && !waiting) {
                last = false;
                failures = 0;
                verdict.accept(false);
            }
        }
        if (!stopped) {
            schedule(eager && last == null ? EAGER : probe.period());
        }
    }
}
