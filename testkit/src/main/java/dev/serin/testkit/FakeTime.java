package dev.serin.testkit;

import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/// A clock and timers that move only when the test says so. Due tasks run on the test's thread, in
/// order of time.
public final class FakeTime implements Ticker, Timers {
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
    private long nanos;
    private long order;

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public synchronized Instant now() {
        return Instant.parse("2026-01-01T00:00:00Z").plusNanos(nanos);
    }

    @Override
    public synchronized Timer after(Duration delay, Runnable task) {
        return add(new Task(nanos + delay.toNanos(), order++, task, null));
    }

    @Override
    public synchronized Timer every(Duration period, Runnable task) {
        return add(new Task(nanos + period.toNanos(), order++, task, period));
    }

    /// Moves time on, running what falls due on the way.
    public void advance(Duration by) {
        long end;
        synchronized (this) {
            end = nanos + by.toNanos();
        }
        for (var due = take(end); due != null; due = take(end)) {
            due.run.run();
        }
        synchronized (this) {
            nanos = end;
        }
    }

    /// Tasks that are still to come.
    public synchronized int waiting() {
        return tasks.size();
    }

    private Timer add(Task task) {
        tasks.add(task);
        return () -> {
            synchronized (this) {
                tasks.removeIf(t -> t.order == task.order);
            }
        };
    }

    private synchronized @Nullable Task take(long end) {
        var head = tasks.peek();
        if (head == null || head.at > end) {
            return null;
        }
        tasks.remove(head);
        nanos = Math.max(nanos, head.at);
        if (head.period != null) {
            tasks.add(new Task(head.at + head.period.toNanos(), head.order, head.run, head.period));
        }
        return head;
    }

    private record Task(long at, long order, Runnable run, @Nullable Duration period) {}
}
