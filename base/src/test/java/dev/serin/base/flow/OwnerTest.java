package dev.serin.base.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;

class OwnerTest {
    @Test
    void tasksRunInOrderOnOneThreadAndAFailureDoesNotEndIt() {
        var failures = new CopyOnWriteArrayList<String>();
        var done = new ArrayList<Integer>();
        try (var owner = new Owner("test", e -> failures.add(e.getMessage()))) {
            for (var i = 0; i < 100; i++) {
                var number = i;
                owner.execute(() -> {
                    owner.check();
                    done.add(number);
                    if (number == 50) {
                        throw new IllegalStateException("fifty");
                    }
                });
            }
            assertEquals(100, owner.call(done::size).join());
        }
        assertEquals(List.of("fifty"), failures);
        assertEquals(99, done.getLast());
    }

    @Test
    void otherThreadsAreTurnedAwayAtTheDoor() {
        try (var owner = new Owner("test", e -> {})) {
            assertThrows(IllegalStateException.class, owner::check);
        }
    }

    @Test
    void whatACallThrowsIsItsAnswer() {
        try (var owner = new Owner("test", e -> {})) {
            var call =
                    owner.call(() -> {
                        throw new java.io.IOException("no");
                    });
            var thrown = assertThrows(CompletionException.class, call::join);
            assertEquals("no", thrown.getCause().getMessage());
        }
    }

    @Test
    void aClosedOwnerRefuses() {
        var owner = new Owner("test", e -> {});
        owner.close();
        assertThrows(RejectedExecutionException.class, () -> owner.execute(() -> {}));
    }
}
