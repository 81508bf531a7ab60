package dev.serin.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Waits for what another thread or process does, with a bound, asking again every few
/// milliseconds. For real processes and sockets only; logic is tested with [FakeTime].
public final class Eventually {
    private Eventually() {}

    /// The first value that is right, or the last one seen when the bound is reached.
    public static <T> T poll(Duration bound, Supplier<T> ask, Predicate<T> right) {
        var end = System.nanoTime() + bound.toNanos();
        var value = ask.get();
        while (!right.test(value) && System.nanoTime() < end) {
            LockSupport.parkNanos(5_000_000);
            value = ask.get();
        }
        return value;
    }

    /// Fails with `what` unless `condition` becomes true within `bound`.
    public static void eventually(Duration bound, String what, BooleanSupplier condition) {
        if (!poll(bound, condition::getAsBoolean, b -> b)) {
            fail("not within " + bound + ": " + what);
        }
    }
}
