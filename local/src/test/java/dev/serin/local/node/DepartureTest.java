package dev.serin.local.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.testkit.FakeTime;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

class DepartureTest {
    private final FakeTime time = new FakeTime();
    private final CompletableFuture<Void> heard = new CompletableFuture<>();
    private final List<Duration> left = new ArrayList<>();
    private final Departure departure =
            new Departure(_ -> heard, time, time, Runnable::run, left::add);

    @Test
    void containersAreAskedWhenAllCallersHaveHeard() {
        departure.begin("10.244.0.7", Duration.ofSeconds(30));
        time.advance(Duration.ofMillis(300));
        assertEquals(List.of(), left);
        heard.complete(null);
        time.advance(Duration.ofSeconds(10));
        assertEquals(List.of(Duration.ofMillis(29_700)), left, "once, with the rest of the time");
    }

    @Test
    void callersThatDoNotAnswerAreWaitedForNoLongerThanTheBound() {
        departure.begin("10.244.0.7", Duration.ofSeconds(30));
        time.advance(Departure.LONGEST);
        assertEquals(List.of(Duration.ofSeconds(28)), left);
    }

    @Test
    void aShortGraceIsHalvedAndNoneIsNone() {
        departure.begin("10.244.0.7", Duration.ofSeconds(1));
        time.advance(Duration.ofMillis(500));
        assertEquals(List.of(Duration.ofMillis(500)), left);
        var other = new Departure(_ -> heard, time, time, Runnable::run, left::add);
        other.now(Duration.ZERO);
        heard.complete(null);
        assertEquals(List.of(Duration.ofMillis(500), Duration.ZERO), left);
    }

    @Test
    void aKillDoesNotWait() {
        departure.begin("10.244.0.7", Duration.ofSeconds(30));
        departure.now(Duration.ZERO);
        heard.complete(null);
        assertEquals(List.of(Duration.ZERO), left);
    }
}
