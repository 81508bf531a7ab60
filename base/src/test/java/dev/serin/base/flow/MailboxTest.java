package dev.serin.base.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

class MailboxTest {
    private final ArrayDeque<Runnable> reader = new ArrayDeque<>();
    private final List<Map<String, Integer>> taken = new ArrayList<>();
    private final Mailbox<String, Integer> mailbox =
            new Mailbox<>(reader::add, Integer::sum, taken::add);

    @Test
    void whileTheReaderIsBusyChangesOfAKeyBecomeOne() {
        mailbox.put("a", 1);
        mailbox.put("b", 10);
        mailbox.put("a", 2);
        assertEquals(1, reader.size(), "one round is waiting");
        reader.remove().run();
        assertEquals(List.of(Map.of("a", 3, "b", 10)), taken);
    }

    @Test
    void whatComesDuringARoundIsTheNextOne() {
        var again = new AtomicReference<Mailbox<String, Integer>>();
        again.set(
                new Mailbox<>(
                        reader::add,
                        Integer::sum,
                        batch -> {
                            taken.add(batch);
                            if (taken.size() == 1) {
                                again.get().put("a", 5);
                            }
                        }));
        again.get().put("a", 1);
        while (!reader.isEmpty()) {
            reader.remove().run();
        }
        assertEquals(List.of(Map.of("a", 1), Map.of("a", 5)), taken);
    }
}
