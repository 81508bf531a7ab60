package dev.serin.local.node;

import dev.serin.base.time.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/// Asks one probe of a running container again and again, and tells when its verdict changes.
/// Started and stopped on the pod's thread; verdicts are told there.
final class Prober {
    private static final Duration EAGER = Duration.ofMillis(100);

    private final Probe probe;
    private final boolean eager;
    private final Supplier<@Nullable String> run;
    private final Timers timers;
    private final Executor blocking;
    private final Executor owner;
    private final BiConsumer<Boolean, String> verdict;
    private Timers.@Nullable Timer timer;
    private boolean stopped;
    private @Nullable Boolean last;
    private int successes;
    private int failures;

    /// @param eager asks often until the first success, whose moment is waited for
    /// @param run answers null for success, else why not; blocks
    /// @param verdict told `true` once there are successes enough, `false` with the reason for each
    ///   run of failures that is long enough, and again when it goes on
    Prober(
            Probe probe,
            boolean eager,
            Supplier<@Nullable String> run,
            Timers timers,
            Executor blocking,
            Executor owner,
            BiConsumer<Boolean, String> verdict) {
        this.probe = probe;
        this.eager = eager;
        this.run = run;
        this.timers = timers;
        this.blocking = blocking;
        this.owner = owner;
        this.verdict = verdict;
    }

    void start() {
        schedule(probe.delay());
    }

    void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel();
        }
    }

    private void schedule(Duration delay) {
        timer = timers.after(delay, () -> blocking.execute(this::ask));
    }

    private void ask() {
        var failure = run.get();
        owner.execute(() -> told(failure));
    }

    private void told(@Nullable String failure) {
        if (stopped) {
            return;
        }
        if (failure == null) {
            failures = 0;
            successes++;
            if (successes >= probe.successes() && !Boolean.TRUE.equals(last)) {
                last = true;
                verdict.accept(true, "");
            }
        } else {
            successes = 0;
            failures++;
            var waiting = eager && last == null;
            if (failures >= probe.failures() && !waiting) {
                last = false;
                failures = 0;
                verdict.accept(false, failure);
            }
        }
        if (!stopped) {
            schedule(eager && last == null ? EAGER : probe.period());
        }
    }
}
