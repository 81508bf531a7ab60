package dev.serin.controlplane.push;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.testkit.FakeTime;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

final class DebounceTest {
    private final FakeTime time = new FakeTime();
    private final AtomicInteger flushes = new AtomicInteger();
    private final Debounce debounce =
            new Debounce(
                    Duration.ofMillis(100),
                    Duration.ofSeconds(1),
                    time,
                    time,
                    Runnable::run,
                    flushes::incrementAndGet);

    @Test
    void theFirstChangeAfterAQuietWhileDoesNotWait() {
        debounce.changed();
        assertEquals(1, flushes.get());
        time.advance(Duration.ofMillis(500));
        debounce.changed();
        assertEquals(2, flushes.get());
    }

    @Test
    void changesCloseBehindGoTogether() {
        debounce.changed();
        for (var i = 0; i < 5; i++) {
            time.advance(Duration.ofMillis(20));
            debounce.changed();
        }
        assertEquals(1, flushes.get());
        time.advance(Duration.ofMillis(100));
        assertEquals(2, flushes.get());
        time.advance(Duration.ofSeconds(5));
        assertEquals(2, flushes.get());
    }

    @Test
    void aStreamOfChangesIsNotHeldLongerThanTheBound() {
        debounce.changed();
        for (var i = 0; i < 50; i++) {
            time.advance(Duration.ofMillis(50));
            debounce.changed();
        }
        assertEquals(3, flushes.get(), "at once, and once a second in 2.5 s");
    }
}
