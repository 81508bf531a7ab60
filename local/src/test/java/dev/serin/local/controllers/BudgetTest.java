package dev.serin.local.controllers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.config.Resource;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

@ExtendWith(NothingLeft.class)
class BudgetTest {
    private final World world = new World(1);

    @AfterEach
    void close() {
        world.close();
        assertEquals(List.of(), world.failures);
    }

    @Test
    void tellsHowManyMayGo() {
        world.api.create(World.deployment("web", 4, ""));
        budget("'minAvailable':'50%'");
        assertEquals("0 of 4, 0 healthy, 2 wanted", told());
        world.settle();
        assertEquals("2 of 4, 4 healthy, 2 wanted", told());
        world.ready(world.pods().getFirst().key(), false);
        world.quiet();
        assertEquals("1 of 4, 3 healthy, 2 wanted", told());
    }

    @Test
    void ofThoseThatMayBeAwayTheSetSaysHowManyThereShouldBe() {
        world.api.create(World.deployment("web", 4, ""));
        budget("'maxUnavailable':1");
        world.settle();
        assertEquals("1 of 4, 4 healthy, 3 wanted", told());
        world.api.delete(world.pods().getFirst().key(), null);
        world.quiet();
        assertEquals("0 of 4, 3 healthy, 3 wanted", told());
    }

    @Test
    void anEvictionThatNeverBeginsIsForgotten() {
        world.api.create(World.deployment("web", 2, ""));
        budget("'minAvailable':1");
        world.settle();
        var body = budget().body().deepCopy();
        body.withObject("/status/disruptedPods")
                .put(world.pods().getFirst().name(), world.time.now().toString());
        world.api.updateStatus(new Resource(Kinds.BUDGET, body));
        world.quiet();
        assertEquals("0 of 2, 1 healthy, 1 wanted", told());
        world.time.advance(Duration.ofMinutes(3));
        world.quiet();
        assertEquals("1 of 2, 2 healthy, 1 wanted", told());
    }

    private void budget(String spec) {
        world.api.create(
                MemoryApi.resource(
                        Kinds.BUDGET,
                        "{'metadata':{'name':'web'},'spec':{SPEC,'selector':{'matchLabels':{'app':'web'}}}}"
                                .replace("SPEC", spec)));
        world.quiet();
    }

    private Resource budget() {
        return Objects.requireNonNull(world.api.get(Kinds.key(Kinds.BUDGET, "default", "web")));
    }

    private String told() {
        var status = budget().status();
        return "%d of %d, %d healthy, %d wanted"
                .formatted(
                        status.path("disruptionsAllowed").asInt(0),
                        status.path("expectedPods").asInt(0),
                        status.path("currentHealthy").asInt(0),
                        status.path("desiredHealthy").asInt(0));
    }
}
