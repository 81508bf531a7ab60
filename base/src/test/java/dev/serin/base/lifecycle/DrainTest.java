package dev.serin.base.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class DrainTest {
    @Test
    void itEndsWhenItWasStartedAndThePartsAreClosedAlsoThoseTakenLate() {
        var drain = new Drain();
        var first = drain.part();
        assertFalse(drain.ended().isDone());
        drain.start();
        assertTrue(drain.isStarted());
        var late = drain.part();
        first.close();
        first.close();
        assertFalse(drain.ended().isDone());
        late.close();
        assertTrue(drain.ended().isDone());
    }

    @Test
    void nothingToWaitForEndsAtTheStartAndNotBefore() {
        var drain = new Drain();
        drain.part().close();
        assertFalse(drain.ended().isDone());
        drain.start();
        assertTrue(drain.ended().isDone());
    }

    @Test
    void watchersAreToldOnceAndLateOnesAtOnce() {
        var drain = new Drain();
        var told = new ArrayList<String>();
        drain.onStart(() -> told.add("early"));
        drain.start();
        drain.start();
        drain.onStart(() -> told.add("late"));
        assertEquals(List.of("early", "late"), told);
    }

    @Test
    void readinessNamesWhatIsMissing() {
        var readiness = new Readiness();
        var told = new ArrayList<String>();
        var listeners = readiness.await("listeners");
        var clusters = readiness.await("clusters");
        readiness.whenReady(() -> told.add("ready"));
        assertEquals(List.of("listeners", "clusters"), readiness.missing());
        listeners.run();
        listeners.run();
        assertFalse(readiness.isReady());
        assertEquals(List.of(), told);
        clusters.run();
        assertTrue(readiness.isReady());
        readiness.whenReady(() -> told.add("at once"));
        assertEquals(List.of("ready", "at once"), told);
    }
}
