package dev.serin.base.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class BackoffTest {
    private double drawn;

    private Backoff backoff(Duration base, Duration max) {
        return new Backoff(base, max, bound -> (int) (drawn * bound));
    }

    @Test
    void waitsDoubleUpToTheMostAndBeginAnewAfterASuccess() {
        drawn = 0.999_999_999;
        var backoff = backoff(Duration.ofMillis(100), Duration.ofSeconds(1));
        for (var millis : new int[] {100, 200, 400, 800, 1000, 1000}) {
            assertEquals(millis, backoff.next().plusNanos(999).toMillis());
        }
        assertEquals(6, backoff.failures());
        backoff.reset();
        assertEquals(100, backoff.next().plusNanos(999).toMillis());
    }

    @Test
    void theDrawChoosesFromTheUpperHalf() {
        var backoff = backoff(Duration.ofMillis(100), Duration.ofSeconds(1));
        drawn = 0;
        assertEquals(Duration.ofMillis(50), backoff.next());
        drawn = 0.5;
        assertEquals(Duration.ofMillis(150), backoff.next());
    }

    @Test
    void aLongBaseAndManyFailuresStayWithinTheMost() {
        drawn = 0.5;
        var backoff = backoff(Duration.ofSeconds(30), Duration.ofMinutes(5));
        for (var i = 0; i < 100; i++) {
            var wait = backoff.next();
            assertTrue(
                    wait.isPositive() && wait.compareTo(Duration.ofMinutes(5)) <= 0,
                    wait.toString());
        }
    }
}
