package dev.serin.base.time;

import dev.serin.base.lifecycle.LeftOver;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Timers on one daemon thread of their own. Created by composition roots only; close it to end the
/// thread.
public final class ThreadTimers implements Timers, AutoCloseable {
    private final ScheduledThreadPoolExecutor executor;
    private final Consumer<Throwable> failures;
    private final LeftOver.Held held;

    /// @param name of the thread
    /// @param failures told of an exception that a task let out; a failing periodic task goes on
    public ThreadTimers(String name, Consumer<Throwable> failures) {
        this.failures = failures;
        this.executor =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().name(name).daemon(true).factory());
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.held = LeftOver.hold("timers", name);
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        return cancelling(
                executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS), "once");
    }

    @Override
    public Timer every(Duration period, Runnable task) {
        return cancelling(
                executor.scheduleWithFixedDelay(
                        guarded(task), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS),
                "every " + period);
    }

    @Override
    public void close() {
        executor.shutdownNow();
        held.release();
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                failures.accept(e);
            }
        };
    }

    private static Timer cancelling(Future<?> future, String what) {
        var done = new AtomicBoolean();
        return new Timer() {
            @Override
            public void cancel() {
                if (done.compareAndSet(false, true)) {
                    future.cancel(false);
                }
            }

            @Override
            public String toString() {
                return "Timer[" + what + "]";
            }
        };
    }
}
