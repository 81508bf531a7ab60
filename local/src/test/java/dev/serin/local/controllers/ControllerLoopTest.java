package dev.serin.local.controllers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

@ExtendWith(NothingLeft.class)
class ControllerLoopTest {
    private final FakeTime time = new FakeTime();
    private final MemoryApi api = new MemoryApi(time);
    private final World.Steps owner = new World.Steps();
    private final List<String> rounds = new ArrayList<>();
    private final List<Duration> failures = new ArrayList<>();
    private Function<ResourceKey, @Nullable Duration> round = _ -> null;
    private final ControllerLoop loop =
            new ControllerLoop(
                    new Recorder(), api, owner, time, new ScriptedDraws(7), new Failures());

    @AfterEach
    void close() {
        loop.close();
        run();
        assertEquals(0, time.waiting());
    }

    @Test
    void doublesBecomeOneRound() {
        var service = create("a");
        api.update(service);
        api.update(service("b"));
        run();
        assertEquals(List.of("a", "b"), rounds);
    }

    @Test
    void whatChangesDuringItsRoundComesAgain() {
        round =
                key -> {
                    if (rounds.size() == 1) {
                        touch("a");
                    }
                    return null;
                };
        create("a");
        run();
        assertEquals(List.of("a", "a"), rounds);
    }

    @Test
    void aFailureComesAgainAfterGrowingWaitsUntilItSucceeds() {
        round =
                _ -> {
                    if (rounds.size() < 5) {
                        throw new IllegalStateException("not yet");
                    }
                    return null;
                };
        create("a");
        for (var i = 0; i < 20; i++) {
            run();
            time.advance(Duration.ofSeconds(1));
        }
        assertEquals(5, rounds.size());
        assertEquals(4, failures.size());
        assertTrue(failures.getFirst().compareTo(Duration.ofMillis(50)) <= 0);
        assertTrue(failures.getLast().compareTo(Duration.ofMillis(200)) >= 0, "" + failures);
        touch("a");
        run();
        assertEquals(6, rounds.size());
        assertEquals(0, time.waiting());
    }

    @Test
    void looksAgainWhenItSaidSoAndOnlyOnce() {
        round = _ -> rounds.size() < 3 ? Duration.ofSeconds(10) : null;
        create("a");
        run();
        touch("a");
        run();
        assertEquals(2, rounds.size());
        time.advance(Duration.ofSeconds(60));
        run();
        assertEquals(3, rounds.size());
    }

    @Test
    void whatWentAwayWakesByWhatWasSeenOfIt() {
        create("a");
        run();
        api.delete(Kinds.key(Kinds.SERVICE, "default", "a"), null);
        run();
        assertEquals(List.of("a", "a"), rounds);
    }

    @Test
    void afterCloseNothingStarts() {
        create("a");
        loop.close();
        run();
        assertEquals(List.of(), rounds);
    }

    private void run() {
        while (owner.step()) {}
    }

    private Resource service(String name) {
        create(name);
        return resource(name);
    }

    private Resource create(String name) {
        return api.create(resource(name));
    }

    private void touch(String name) {
        api.update(resource(name));
    }

    private static Resource resource(String name) {
        return MemoryApi.resource(
                Kinds.SERVICE, "{'metadata':{'name':'%s'},'spec':{}}".formatted(name));
    }

    private final class Recorder implements Controller {
        @Override
        public String name() {
            return "recorder";
        }

        @Override
        public Set<ResourceKind> watches() {
            return Set.of(Kinds.SERVICE);
        }

        @Override
        public Collection<ResourceKey> wakes(Resource resource) {
            return List.of(resource.key());
        }

        @Override
        public @Nullable Duration reconcile(ResourceKey key) {
            rounds.add(key.name());
            return round.apply(key);
        }
    }

    private final class Failures implements ControllerObserver {
        @Override
        public void failed(
                String controller, ResourceKey key, RuntimeException cause, Duration again) {
            failures.add(again);
        }
    }
}
