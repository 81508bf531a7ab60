package dev.serin.local.controllers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.Resource;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

@ExtendWith(NothingLeft.class)
class JobTest {
    private final World world = new World(1);

    @AfterEach
    void close() {
        world.close();
        assertEquals(List.of(), world.failures);
    }

    @Test
    void runsAsManyAtOnceAsItMayUntilEnoughHaveSucceeded() {
        create("'completions':3,'parallelism':2");
        assertEquals(2, active().size());
        assertEquals(2, job().status().path("active").asInt(0));
        end(active().getFirst(), 0);
        assertEquals(1, job().status().path("succeeded").asInt(0));
        assertEquals(2, active().size());
        end(active().getFirst(), 0);
        assertEquals(1, active().size(), "only one is still missing");
        end(active().getFirst(), 0);
        assertEquals("True", condition("Complete"));
        assertEquals(3, job().status().path("succeeded").asInt(0));
        assertFalse(job().status().has("active"));
        assertTrue(job().status().has("completionTime"));
        assertEquals(List.of("Job completed"), world.api.events("Completed"));
        assertTrue(
                world.pods().stream().noneMatch(p -> p.metadata().has("finalizers")),
                "nothing holds the pods any more");
    }

    @Test
    void failsWhenMorePodsHaveFailedThanMay() {
        create("'backoffLimit':1");
        end(active().getFirst(), 1);
        assertEquals(List.of(), active(), "the next waits");
        world.time.advance(Duration.ofSeconds(9));
        world.quiet();
        assertEquals(List.of(), active());
        world.time.advance(Duration.ofSeconds(2));
        world.quiet();
        end(active().getFirst(), 1);
        assertEquals("True", condition("Failed"));
        assertEquals("BackoffLimitExceeded", reason("Failed"));
        assertEquals(2, job().status().path("failed").asInt(0));
    }

    @Test
    void aPodThatIsDeletedIsCountedAndReplaced() {
        create("'parallelism':1,'completions':1");
        var first = active().getFirst();
        world.api.delete(first.key(), null);
        world.quiet();
        assertEquals(1, job().status().path("failed").asInt(0));
        world.time.advance(Duration.ofSeconds(11));
        world.quiet();
        assertEquals(1, active().size());
        assertFalse(active().getFirst().name().equals(first.name()));
    }

    @Test
    void isOverWhenItsTimeIs() {
        create("'activeDeadlineSeconds':30");
        world.ready(active().getFirst().key(), true);
        world.quiet();
        world.time.advance(Duration.ofSeconds(31));
        world.quiet();
        assertEquals("True", condition("FailureTarget"));
        assertNull(condition("Failed"), "while its pod still ends");
        var pod = world.pods().getFirst();
        assertTrue(pod.metadata().has("deletionTimestamp"));
        world.api.delete(pod.key(), 0);
        world.quiet();
        assertEquals("DeadlineExceeded", reason("Failed"));
    }

    @Test
    void goesSomeTimeAfterItsEnd() {
        create("'ttlSecondsAfterFinished':60");
        end(active().getFirst(), 0);
        assertEquals("True", condition("Complete"));
        world.time.advance(Duration.ofSeconds(59));
        world.quiet();
        assertEquals("True", condition("Complete"));
        world.time.advance(Duration.ofSeconds(2));
        world.quiet();
        assertEquals(List.of(), world.api.list(Kinds.JOB, null, Map.of()));
    }

    @Test
    void eachNumberHasAPodThatKnowsIt() {
        create("'completions':3,'parallelism':3,'completionMode':'Indexed'");
        assertEquals(
                List.of("0", "1", "2"),
                active().stream()
                        .map(p -> p.labels().get("batch.kubernetes.io/job-completion-index"))
                        .sorted()
                        .toList());
        var second =
                active().stream()
                        .filter(p -> p.name().startsWith("sum-1-"))
                        .findFirst()
                        .orElseThrow();
        assertEquals("sum-1", second.spec().path("hostname").asString(""));
        assertEquals(
                "JOB_COMPLETION_INDEX", second.spec().at("/containers/0/env/0/name").asString(""));
        end(second, 0);
        assertEquals("1", job().status().path("completedIndexes").asString(""));
        active().forEach(p -> end(p, 0));
        assertEquals("0-2", job().status().path("completedIndexes").asString(""));
        assertEquals("True", condition("Complete"));
    }

    @Test
    void aNumberThatFailsTooOftenFailsAloneAndTheJobInTheEnd() {
        create(
                "'completions':2,'parallelism':2,'completionMode':'Indexed',"
                        + "'backoffLimitPerIndex':0,'backoffLimit':99");
        end(active().stream().filter(p -> p.name().startsWith("sum-0-")).findFirst().get(), 1);
        assertEquals("0", job().status().path("failedIndexes").asString(""));
        assertNull(condition("Failed"));
        end(active().getFirst(), 0);
        assertEquals("FailedIndexes", reason("Failed"));
    }

    @Test
    void aRuleDecidesWhatAFailureMeans() {
        create(
                "'backoffLimit':6,'podFailurePolicy':{'rules':["
                        + "{'action':'Ignore','onExitCodes':{'operator':'In','values':[7]}},"
                        + "{'action':'FailJob','onExitCodes':{'operator':'In','values':[42]}}]}");
        end(active().getFirst(), 7);
        assertEquals(0, job().status().path("failed").asInt(0));
        world.time.advance(Duration.ofSeconds(11));
        world.quiet();
        end(active().getFirst(), 42);
        assertEquals("PodFailurePolicy", reason("Failed"));
    }

    @Test
    void waitsWhileItIsSuspended() {
        create("'suspend':true");
        assertEquals(List.of(), active());
        assertEquals("True", condition("Suspended"));
        assertFalse(job().status().has("startTime"));
        edit(spec -> spec.put("suspend", false));
        assertEquals(1, active().size());
        assertEquals("False", condition("Suspended"));
        edit(spec -> spec.put("suspend", true));
        assertEquals(List.of(), active());
        assertEquals(0, job().status().path("failed").asInt(0));
    }

    @Test
    void aCronJobMakesJobsAtItsTimesAndForgetsTheOldOnes() {
        world.api.create(cron("'schedule':'*/5 * * * *','successfulJobsHistoryLimit':1"));
        world.quiet();
        assertEquals(List.of(), jobs());
        world.time.advance(Duration.ofMinutes(5));
        world.quiet();
        assertEquals(1, jobs().size());
        var job = jobs().getFirst();
        // The world begins at 2026-01-01T00:00:00Z.
        assertEquals("often-" + (1_767_225_600 / 60 + 5), job.name());
        assertEquals(1, theCron().status().path("active").size());
        assertEquals(
                "2026-01-01T00:05:00Z", theCron().status().path("lastScheduleTime").asString(""));
        world.pods().forEach(p -> end(p, 0));
        assertEquals(0, theCron().status().path("active").size());
        assertTrue(theCron().status().has("lastSuccessfulTime"));
        world.time.advance(Duration.ofMinutes(5));
        world.quiet();
        active().forEach(p -> end(p, 0));
        assertEquals(1, jobs().size(), "the first is forgotten");
    }

    @Test
    void aCronJobThatForbidsItWaitsForTheLastOne() {
        world.api.create(cron("'schedule':'* * * * *','concurrencyPolicy':'Forbid'"));
        world.quiet();
        for (var i = 0; i < 3; i++) {
            world.time.advance(Duration.ofMinutes(1));
            world.quiet();
        }
        assertEquals(1, jobs().size());
        assertEquals(1, world.api.events("JobAlreadyActive").size());
        active().forEach(p -> end(p, 0));
        assertEquals(2, jobs().size(), "the one that was missed last comes at once");
    }

    @Test
    void aCronJobThatReplacesEndsTheLastOne() {
        world.api.create(cron("'schedule':'* * * * *','concurrencyPolicy':'Replace'"));
        world.quiet();
        world.time.advance(Duration.ofMinutes(1));
        world.quiet();
        var first = jobs().getFirst().name();
        world.time.advance(Duration.ofMinutes(1));
        world.quiet();
        assertEquals(1, jobs().size());
        assertFalse(jobs().getFirst().name().equals(first));
    }

    @Test
    void aCronJobAfterALongSleepMakesOne() {
        world.api.create(cron("'schedule':'* * * * *','suspend':true"));
        world.quiet();
        world.time.advance(Duration.ofDays(3));
        var body = theCron().body().deepCopy();
        body.withObject("/spec").put("suspend", false);
        world.api.update(new Resource(Kinds.CRON_JOB, body));
        world.quiet();
        assertEquals(1, jobs().size());
        assertEquals(1, world.api.events("TooManyMissedTimes").size());
        assertEquals(
                "2026-01-04T00:00:00Z", theCron().status().path("lastScheduleTime").asString(""));
    }

    private void create(String spec) {
        world.api.create(
                MemoryApi.resource(
                        Kinds.JOB,
                        ("{'metadata':{'name':'sum'},'spec':{%s,"
                                        + "'selector':{'matchLabels':{'job':'sum'}},"
                                        + "'template':{'metadata':{'labels':{'job':'sum'}},'spec':"
                                        + "{'restartPolicy':'Never','containers':[{'name':'c',"
                                        + "'image':'v1'}]}}}}")
                                .formatted(spec)));
        world.quiet();
    }

    private static Resource cron(String spec) {
        return MemoryApi.resource(
                Kinds.CRON_JOB,
                ("{'metadata':{'name':'often'},'spec':{%s,'timeZone':'UTC','jobTemplate':{'spec':{"
                                + "'selector':{'matchLabels':{'job':'often'}},"
                                + "'template':{'metadata':{'labels':{'job':'often'}},'spec':"
                                + "{'restartPolicy':'Never','containers':[{'name':'c',"
                                + "'image':'v1'}]}}}}}}")
                        .formatted(spec));
    }

    private Resource job() {
        return Objects.requireNonNull(world.api.get(Kinds.key(Kinds.JOB, "default", "sum")));
    }

    private Resource theCron() {
        return Objects.requireNonNull(world.api.get(Kinds.key(Kinds.CRON_JOB, "default", "often")));
    }

    private List<Resource> jobs() {
        return world.api.list(Kinds.JOB, null, Map.of());
    }

    private List<Resource> active() {
        return world.pods().stream().filter(p -> PodState.of(p).active()).toList();
    }

    private void edit(Consumer<ObjectNode> change) {
        var body = job().body().deepCopy();
        change.accept((ObjectNode) body.path("spec"));
        world.api.update(new Resource(Kinds.JOB, body));
        world.quiet();
    }

    private void end(Resource pod, int code) {
        var body = Objects.requireNonNull(world.api.get(pod.key())).body().deepCopy();
        var status = body.withObject("/status");
        status.put("phase", code == 0 ? "Succeeded" : "Failed");
        status.putArray("containerStatuses")
                .addObject()
                .put("name", "c")
                .putObject("state")
                .putObject("terminated")
                .put("exitCode", code)
                .put("finishedAt", world.time.now().toString());
        world.api.updateStatus(new Resource(pod.kind(), body));
        world.quiet();
    }

    private String condition(String type) {
        var condition = new Conditions(job().status(), world.time.now()).get(type);
        return condition == null ? null : condition.path("status").asString("");
    }

    private String reason(String type) {
        var condition = new Conditions(job().status(), world.time.now()).get(type);
        return condition == null ? "no condition" : condition.path("reason").asString("");
    }
}
