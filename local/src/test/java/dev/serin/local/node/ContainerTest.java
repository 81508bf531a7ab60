package dev.serin.local.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.local.capture.PacketFilter;
import dev.serin.local.host.Programs;
import dev.serin.local.image.Image;
import dev.serin.local.node.usage.Metering;
import dev.serin.testkit.FakeTime;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/// Restarts, back-off and probes, with time that stands still and everything on the test's thread.
class ContainerTest {
    private final FakeTime time = new FakeTime();
    private final StoredResources api = new StoredResources();
    private final List<FakeRun> runs = new ArrayList<>();
    private @Nullable Problem refused;
    private @Nullable String failure;

    @Test
    void whatEndedWithTheProcessOfOthersIsStartedAtOnceAndCounted() {
        var container = container("{\"name\": \"a\"}", Container.Role.APP, "Always");
        container.start();
        for (int i = 1; i <= 5; i++) {
            runs.getLast().ended.accept(99);
            assertEquals(1 + i, runs.size());
            assertEquals(i, container.restarts());
            assertInstanceOf(Container.State.Running.class, container.state());
        }
    }

    @Test
    void restartsAtOnceFirstThenWithGrowingPauses() {
        var container = container("{\"name\": \"a\"}", Container.Role.APP, "Always");
        container.start();
        runs.getLast().ended.accept(1);
        assertEquals(2, runs.size());
        assertEquals(1, container.restarts());
        for (var pause : new int[] {10, 20, 40, 80, 160, 300, 300}) {
            var before = runs.size();
            runs.getLast().ended.accept(137);
            var waiting = assertInstanceOf(Container.State.Waiting.class, container.state());
            assertEquals("CrashLoopBackOff", waiting.reason());
            time.advance(Duration.ofSeconds(pause - 1));
            assertEquals(before, runs.size());
            time.advance(Duration.ofSeconds(1));
            assertEquals(before + 1, runs.size());
        }
        // A run of more than ten minutes is calm again.
        time.advance(Duration.ofMinutes(11));
        var before = runs.size();
        runs.getLast().ended.accept(1);
        runs.getLast().ended.accept(1);
        assertEquals(before + 1, runs.size());
    }

    @Test
    void followsTheRestartPolicy() {
        var once = container("{\"name\": \"a\"}", Container.Role.APP, "Never");
        once.start();
        runs.getLast().ended.accept(1);
        assertTrue(once.finished());
        assertFalse(once.succeeded());
        var untilSuccess = container("{\"name\": \"a\"}", Container.Role.APP, "OnFailure");
        untilSuccess.start();
        runs.getLast().ended.accept(1);
        assertFalse(untilSuccess.finished());
        runs.getLast().ended.accept(0);
        assertTrue(untilSuccess.succeeded());
        assertTrue(untilSuccess.finished());
    }

    @Test
    void isReadyOnceItsProbeSucceedsAndNotWhenItFailsThrice() {
        var container =
                container(
                        "{\"name\": \"a\", \"readinessProbe\": {\"exec\": {\"command\": [\"x\"]},"
                                + " \"periodSeconds\": 5}}",
                        Container.Role.APP,
                        "Always");
        container.start();
        runs.getLast().failure = "not yet";
        time.advance(Duration.ofSeconds(3));
        assertFalse(container.ready());
        runs.getLast().failure = null;
        time.advance(Duration.ofMillis(100));
        assertTrue(container.ready());
        runs.getLast().failure = "broken";
        time.advance(Duration.ofSeconds(10));
        assertTrue(container.ready());
        time.advance(Duration.ofSeconds(5));
        assertFalse(container.ready());
        assertTrue(events().contains("Readiness probe failed: broken"), events());
    }

    @Test
    void aFailedLivenessProbeRestartsIt() {
        var container =
                container(
                        "{\"name\": \"a\", \"livenessProbe\": {\"exec\": {\"command\": [\"x\"]},"
                                + " \"periodSeconds\": 1, \"failureThreshold\": 2}}",
                        Container.Role.APP,
                        "Always");
        container.start();
        time.advance(Duration.ofSeconds(10));
        assertEquals(1, runs.size());
        runs.getLast().failure = "hangs";
        time.advance(Duration.ofSeconds(2));
        assertEquals(1, container.restarts());
        assertEquals(2, runs.size());
        assertTrue(events().contains("will be restarted"), events());
    }

    @Test
    void aProbeHasItsOwnGraceAndEachFailureIsAnEvent() {
        var container =
                container(
                        "{\"name\": \"a\", \"livenessProbe\": {\"exec\": {\"command\": [\"x\"]},"
                                + " \"periodSeconds\": 1, \"failureThreshold\": 3,"
                                + " \"terminationGracePeriodSeconds\": 7}}",
                        Container.Role.APP,
                        "Always");
        container.start();
        var first = runs.getLast();
        first.failure = "hangs";
        time.advance(Duration.ofSeconds(1));
        assertTrue(events().contains("Liveness probe failed: hangs"), events());
        assertNull(first.grace);
        time.advance(Duration.ofSeconds(1));
        assertEquals(Duration.ofSeconds(7), first.grace);
    }

    @Test
    void readyAgainOnlyAfterAsManySuccessesAsAreAskedFor() {
        var container =
                container(
                        "{\"name\": \"a\", \"readinessProbe\": {\"exec\": {\"command\": [\"x\"]},"
                                + " \"periodSeconds\": 1, \"successThreshold\": 3,"
                                + " \"failureThreshold\": 1}}",
                        Container.Role.APP,
                        "Always");
        container.start();
        time.advance(Duration.ofSeconds(5));
        assertTrue(container.ready());
        runs.getLast().failure = "busy";
        time.advance(Duration.ofSeconds(1));
        assertFalse(container.ready());
        runs.getLast().failure = null;
        time.advance(Duration.ofSeconds(2));
        assertFalse(container.ready());
        time.advance(Duration.ofSeconds(1));
        assertTrue(container.ready());
    }

    @Test
    void nothingIsAskedUntilItsHookAfterTheStartIsDone() {
        var container =
                container(
                        "{\"name\": \"a\", \"lifecycle\": {\"postStart\": {\"sleep\":"
                                + " {\"seconds\": 5}}}}",
                        Container.Role.APP,
                        "Always");
        container.start();
        time.advance(Duration.ofSeconds(4));
        assertTrue(container.hooked());
        assertFalse(container.ready());
        time.advance(Duration.ofSeconds(1));
        assertFalse(container.hooked());
        assertTrue(container.ready());
    }

    @Test
    void aHookAfterTheStartThatFailsEndsIt() {
        failure = "no such file";
        var container =
                container(
                        "{\"name\": \"a\", \"lifecycle\": {\"postStart\": {\"exec\":"
                                + " {\"command\": [\"x\"]}}}}",
                        Container.Role.APP,
                        "Never");
        container.start();
        assertTrue(container.finished());
        assertEquals(Duration.ofSeconds(30), runs.getLast().grace);
        assertTrue(events().contains("FailedPostStartHook"), events());
        assertTrue(events().contains("PostStartHook failed: no such file"), events());
    }

    @Test
    void theHookBeforeTheEndIsPartOfItsGrace() {
        var container =
                container(
                        "{\"name\": \"a\", \"lifecycle\": {\"preStop\": {\"sleep\":"
                                + " {\"seconds\": 5}}}}",
                        Container.Role.APP,
                        "Always");
        container.start();
        container.stop(Duration.ofSeconds(20));
        assertFalse(container.ready());
        time.advance(Duration.ofMillis(4999));
        assertNull(runs.getLast().grace);
        time.advance(Duration.ofMillis(1));
        assertEquals(Duration.ofSeconds(15), runs.getLast().grace);
        assertTrue(container.finished());
    }

    @Test
    void aHookThatTakesLongerThanTheGraceLeavesTwoSeconds() {
        var container =
                container(
                        "{\"name\": \"a\", \"lifecycle\": {\"preStop\": {\"sleep\":"
                                + " {\"seconds\": 60}}}}",
                        Container.Role.APP,
                        "Always");
        container.start();
        container.stop(Duration.ofSeconds(3));
        time.advance(Duration.ofSeconds(3));
        assertEquals(Duration.ofSeconds(2), runs.getLast().grace);
    }

    @Test
    void aHookBeforeTheEndThatFailsIsAnEventAndHoldsUpNothing() {
        var container =
                container(
                        "{\"name\": \"a\", \"lifecycle\": {\"preStop\": {\"exec\":"
                                + " {\"command\": [\"x\"]}}}}",
                        Container.Role.APP,
                        "Always");
        container.start();
        runs.getLast().failure = "broken";
        container.stop(Duration.ofSeconds(10));
        assertEquals(Duration.ofSeconds(10), runs.getLast().grace);
        assertTrue(events().contains("PreStopHook failed: broken"), events());
        var forced = container("{\"name\": \"b\"}", Container.Role.APP, "Always");
        forced.start();
        forced.stop(Duration.ZERO);
        assertEquals(Duration.ZERO, runs.getLast().grace);
    }

    @Test
    void anUnknownImageIsTriedAgainUntilItIsMapped() {
        refused = Problem.of("image x", "unknown", "map it");
        var container = container("{\"name\": \"a\"}", Container.Role.APP, "Always");
        container.start();
        assertEquals(
                new Container.State.Waiting("ErrImagePull", "image x: unknown; cure: map it"),
                container.state());
        refused = null;
        time.advance(Duration.ofSeconds(10));
        assertInstanceOf(Container.State.Running.class, container.state());
    }

    @Test
    void stoppedItStaysDown() {
        var container = container("{\"name\": \"a\"}", Container.Role.APP, "Always");
        container.start();
        container.stop(Duration.ofSeconds(5));
        assertTrue(container.finished());
        time.advance(Duration.ofHours(1));
        assertEquals(1, runs.size());
        assertNull(container.last());
    }

    private String events() {
        return api.list(
                        new dev.serin.config.ResourceKind("", "v1", "Event", "events", true),
                        null,
                        Map.of())
                .toString();
    }

    private Container container(String spec, Container.Role role, String policy) {
        var pod =
                api.create(
                        StoredResources.resource(
                                StoredResources.POD,
                                "{\"metadata\": {\"name\": \"p\", \"namespace\": \"ns\"}, \"spec\":"
                                        + " {\"restartPolicy\": \""
                                        + policy
                                        + "\"}}"));
        var parts =
                new Node.Parts(
                        "laptop",
                        "10.96.0.1",
                        Path.of("/nowhere"),
                        Path.of("/nowhere"),
                        true,
                        2,
                        api,
                        image -> new Image.Sidecar(),
                        request -> "",
                        new NoFilter(),
                        sidecar -> {
                            throw new IllegalStateException();
                        },
                        new Programs("", Duration.ZERO),
                        time,
                        time,
                        Runnable::run,
                        new Metering(time, time, Runnable::run),
                        null,
                        Farewell.NONE,
                        message -> {});
        return new Container(
                JsonMapper.shared().readTree(spec),
                role,
                new Container.Ground(
                        parts,
                        pod,
                        this::start,
                        new Fields(pod, "10.244.0.2", "10.96.0.1", 2),
                        Runnable::run,
                        new Events(api, time, "laptop"),
                        () -> {}),
                0);
    }

    private Container.Run start(Container container, Container.Ground ground, IntConsumer ended) {
        if (refused != null) {
            throw new ProblemException(refused);
        }
        runs.add(new FakeRun(ended, failure));
        return runs.getLast();
    }

    private static final class FakeRun implements Container.Run {
        private final IntConsumer ended;
        private @Nullable String failure;

        private @Nullable Duration grace;

        FakeRun(IntConsumer ended, @Nullable String failure) {
            this.ended = ended;
            this.failure = failure;
        }

        @Override
        public void stop(Duration within) {
            grace = within;
            ended.accept(143);
        }

        @Override
        public void kill() {
            ended.accept(137);
        }

        @Override
        public boolean blameless(int code) {
            return code == 99;
        }

        @Override
        public @Nullable String exec(JsonNode command, Duration timeout) {
            return failure;
        }

        @Override
        public Container.@Nullable Entry entry() {
            return null;
        }
    }

    private static final class NoFilter implements PacketFilter {
        @Override
        public void capture(Path namespace, Set<Integer> inboundLeftAlone) {}

        @Override
        public void services(List<ServiceRule> services, Target outside) {}
    }
}
