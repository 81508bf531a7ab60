package dev.serin.proxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.upstream.Breakers.Budget;
import dev.serin.proxy.upstream.Breakers.Limits;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;

final class BreakersTest {
    @Test
    void threadsTogetherNeverTakeMoreThanTheLimit() throws Exception {
        var breaker = new Breaker(5);
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        var refused = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (var i = 0; i < 8; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (var turn = 0; turn < 20_000; turn++) {
                                    if (breaker.take()) {
                                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                        inside.decrementAndGet();
                                        breaker.give();
                                    } else {
                                        refused.incrementAndGet();
                                    }
                                }
                            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertTrue(most.get() <= 5, "in use at once: " + most);
        assertEquals(0, breaker.used());
    }

    @Test
    void aBudgetMovesWithTheLoad() {
        var breakers = new Breakers(new Limits(10, 10, 1000, 3, 10, new Budget(20, 2), false));
        assertTrue(breakers.retries().take());
        assertTrue(breakers.retries().take());
        assertFalse(breakers.retries().take());
        for (var i = 0; i < 15; i++) {
            breakers.requests().force();
        }
        assertEquals(3, breakers.retries().limit());
        assertTrue(breakers.retries().take());
        assertTrue(breakers.retries().open());
    }
}
