package dev.serin.xds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;

final class PushQueueTest {
    private final Queue<Runnable> workers = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private final PushQueue<String> queue =
            new PushQueue<>(
                    workers::add,
                    (proxy, push) -> {
                        done.add(proxy + " " + new java.util.TreeSet<>(push.endpoints()));
                        if (proxy.equals("busy") && done.size() == 1) {
                            again();
                        }
                    });

    @Test
    void aProxyThatWaitsHasOneMergedPush() {
        queue.put("slow", Push.endpoints(Set.of("a")));
        queue.put("slow", Push.endpoints(Set.of("b")));
        queue.put("other", Push.endpoints(Set.of("a")));
        assertEquals(2, queue.size());
        runAll();
        assertEquals(List.of("slow [a, b]", "other [a]"), done);
        assertEquals(0, queue.size());
    }

    @Test
    void whatComesWhileAProxyIsWorkedOnIsDoneAfterwards() {
        queue.put("busy", Push.endpoints(Set.of("a")));
        runAll();
        assertEquals(List.of("busy [a]", "busy [b]"), done);
    }

    private void again() {
        queue.put("busy", Push.endpoints(Set.of("b")));
        assertEquals(0, workers.size(), "not by a second thread at the same time");
    }

    private void runAll() {
        for (var task = workers.poll(); task != null; task = workers.poll()) {
            task.run();
        }
    }
}
