package dev.serin.controlplane.push;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

final class DeparturesTest {
    private static final String LEAVES = "10.244.0.7";
    private static final Predicate<String> THERE = LEAVES::equals;
    private static final Predicate<String> AWAY = THERE.negate();

    private final Departures departures = new Departures();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    @Test
    void isOverWhenEveryProxyHasHeard() {
        departures.synced("gateway-1", 4);
        departures.synced("other-2", 4);
        departures.add(LEAVES, gone, 4, THERE);
        departures.synced("gateway-1", 5);
        departures.published(5, THERE); // something else has changed
        departures.synced("other-2", 5);
        assertFalse(gone.isDone(), "it is still among the ready");
        departures.published(6, AWAY);
        departures.synced("gateway-1", 6);
        departures.published(7, AWAY);
        assertFalse(gone.isDone(), "one proxy has not answered yet");
        departures.synced("other-2", 7);
        assertTrue(gone.isDone());
    }

    @Test
    void proxiesThatAreGoneAreNotWaitedFor() {
        departures.synced("gateway-1", 6);
        departures.synced("other-2", 4);
        departures.add(LEAVES, gone, 6, AWAY);
        assertFalse(gone.isDone());
        departures.disconnected("other-2");
        assertTrue(gone.isDone());
    }

    @Test
    void isOverAtOnceWithoutProxiesOrWithoutAControlPlane() {
        departures.add(LEAVES, gone, 6, AWAY);
        assertTrue(gone.isDone());
        var other = new CompletableFuture<Void>();
        departures.add(LEAVES, other, 7, THERE);
        assertFalse(other.isDone());
        departures.close();
        assertTrue(other.isDone());
    }
}
