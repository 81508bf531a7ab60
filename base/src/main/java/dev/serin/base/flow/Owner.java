package dev.serin.base.flow;

import dev.serin.base.lifecycle.LeftOver;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The one thread that owns some mutable state. Tasks run in the order they came; what another
/// thread may read is published by the owner as an immutable value (see [Latest]).
public final class Owner implements Executor, AutoCloseable {
    private final ThreadPoolExecutor executor;
    private final Consumer<Throwable> failures;
    private final LeftOver.Held held;
    private volatile Thread thread;

    /// @param failures told of an exception that a task let out; the owner goes on
    public Owner(String name, Consumer<Throwable> failures) {
        this.failures = failures;
        this.thread = Thread.currentThread();
        var factory = Thread.ofPlatform().name(name).daemon(true).factory();
        this.executor =
                new ThreadPoolExecutor(
                        1,
                        1,
                        0,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            var made = factory.newThread(task);
                            thread = made;
                            return made;
                        });
        executor.prestartCoreThread();
        this.held = LeftOver.hold("owner", name);
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(() -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                failures.accept(e);
            }
        });
    }

    /// Runs `task` here and completes with what it returned or threw.
    public <T> CompletableFuture<T> call(Callable<T> task) {
        var answer = new CompletableFuture<T>();
        executor.execute(() -> {
            try {
                answer.complete(task.call());
            } catch (Exception | Error e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    /// Throws unless called on the owner's thread: the cheap guard at the door of every owned
    /// method.
    public void check() {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException(
                    "called on "
                            + Thread.currentThread().getName()
                            + " (expected: "
                            + thread.getName()
                            + ")");
        }
    }

    /// Runs what is queued, then ends the thread; later tasks are refused.
    @Override
    public void close() {
        executor.shutdown();
        held.release();
    }
}
