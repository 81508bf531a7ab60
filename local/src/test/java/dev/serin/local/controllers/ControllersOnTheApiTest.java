package dev.serin.local.controllers;

import static dev.serin.testkit.Eventually.eventually;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.base.chance.Draws;
import dev.serin.base.flow.Owner;
import dev.serin.base.time.ThreadTimers;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.LocalApi;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// The controllers over the real API and its store, on real threads: what the API in memory may
/// have got wrong shows here.
@ExtendWith(NothingLeft.class)
class ControllersOnTheApiTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger rounds = new AtomicInteger();

    @TempDir Path state;

    @Test
    void aDeploymentRollsOutAndComesToRest() {
        try (var api = new LocalApi(new LocalApi.Options(state, Ticker.system(), Draws.system()));
                var timers = new ThreadTimers("controllers-timers", this::failed);
                var owner = new Owner("controllers", this::failed);
                var podMaker = new Owner("pod-maker", this::failed);
                var _ = controllers(api, timers, owner, podMaker)) {
            var client = api.client("test");
            client.create(World.deployment("web", 2, ""));
            client.create(
                    MemoryApi.resource(
                            Kinds.SERVICE,
                            """
                            {'metadata':{'name':'web'},'spec':{'selector':{'app':'web'},
                             'ports':[{'name':'http','port':8501,'targetPort':'rest'}]}}
                            """));
            node(client, 2);
            assertEquals(1, client.list(Kinds.REPLICA_SET, null, Map.of()).size());
            var body = deployment(client).body().deepCopy();
            World.image((ObjectNode) body.path("spec"), "v2");
            client.update(new Resource(Kinds.DEPLOYMENT, body));
            node(client, 2);
            atRest();
            assertEquals("2", deployment(client).annotations().get(Revisions.REVISION));
            var slice = client.list(Kinds.ENDPOINT_SLICE, null, Map.of()).getFirst();
            assertEquals(2, slice.body().path("endpoints").size());
        }
    }

    @Test
    void aJobEndsAndAStatefulSetStandsOnTheRealStore() {
        try (var api = new LocalApi(new LocalApi.Options(state, Ticker.system(), Draws.system()));
                var timers = new ThreadTimers("controllers-timers", this::failed);
                var owner = new Owner("controllers", this::failed);
                var podMaker = new Owner("pod-maker", this::failed);
                var _ = controllers(api, timers, owner, podMaker)) {
            var client = api.client("test");
            var template =
                    "'template':{'metadata':{'labels':{'app':'x'}},'spec':{'restartPolicy':'%s',"
                            + "'containers':[{'name':'c','image':'v1'}]}}";
            client.create(
                    MemoryApi.resource(
                            Kinds.JOB,
                            "{'metadata':{'name':'sum'},'spec':{'completions':2,"
                                    + template.formatted("Never")
                                    + "}}"));
            client.create(
                    MemoryApi.resource(
                            Kinds.STATEFUL_SET,
                            "{'metadata':{'name':'db'},'spec':{'replicas':2,"
                                    + "'selector':{'matchLabels':{'app':'x'}},"
                                    + template.formatted("Always")
                                    + "}}"));
            eventually(
                    BOUND,
                    "a Job that is complete and two pods that stand; failures: " + failures,
                    () -> {
                        for (var pod : client.list(Kinds.POD, null, Map.of())) {
                            if (pod.name().startsWith("sum-")) {
                                succeed(client, pod);
                            } else {
                                play(client, pod);
                            }
                        }
                        var job = client.get(Kinds.key(Kinds.JOB, "default", "sum"));
                        var set = client.get(Kinds.key(Kinds.STATEFUL_SET, "default", "db"));
                        return job.status().toString().contains("Complete")
                                && job.status().path("succeeded").asInt(0) == 2
                                && set.status().path("readyReplicas").asInt(0) == 2;
                    });
            atRest();
            // What is owned by a Job that goes, goes with it: nothing holds its pods.
            client.delete(Kinds.key(Kinds.JOB, "default", "sum"), null);
            eventually(
                    BOUND,
                    "no pods of the Job; failures: " + failures,
                    () -> {
                        for (var pod : client.list(Kinds.POD, null, Map.of())) {
                            if (pod.metadata().has("deletionTimestamp")) {
                                client.delete(pod.key(), 0);
                            }
                        }
                        return client.list(Kinds.POD, null, Map.of()).size() == 2;
                    });
        }
    }

    private static void succeed(ResourceClient client, Resource pod) {
        if (pod.status().path("phase").asString("").equals("Pending")) {
            var body = pod.body().deepCopy();
            body.withObject("/status").put("phase", "Succeeded");
            try {
                client.updateStatus(new Resource(pod.kind(), body));
            } catch (Refusal refusal) {
                if (refusal.code() != 409 && refusal.code() != 404) {
                    throw refusal;
                }
            }
        }
    }

    private Controllers controllers(
            LocalApi api, ThreadTimers timers, Owner owner, Owner podMaker) {
        return Controllers.start(
                new Controllers.Means(
                        api.client("controllers"),
                        owner,
                        podMaker,
                        Ticker.system(),
                        timers,
                        Draws.system(),
                        new ControllerObserver() {
                            @Override
                            public void reconciled(String controller, ResourceKey key) {
                                rounds.incrementAndGet();
                            }

                            @Override
                            public void failed(
                                    String controller,
                                    ResourceKey key,
                                    RuntimeException cause,
                                    Duration again) {
                                failures.add(controller + " " + key + ": " + cause);
                            }
                        },
                        Controllers.Measures.NONE),
                new Machine("serin", List.of("10.244.0.1"), 2, 1L << 30, "amd64", "6", "v1"));
    }

    /// Plays the node until the Deployment says that it is done.
    private void node(ResourceClient client, int replicas) {
        eventually(
                BOUND,
                "rolled out; failures: " + failures,
                () -> {
                    for (var pod : client.list(Kinds.POD, null, Map.of())) {
                        play(client, pod);
                    }
                    var status = deployment(client).status();
                    return status.path("updatedReplicas").asInt(0) == replicas
                            && status.path("availableReplicas").asInt(0) == replicas
                            && status.path("replicas").asInt(0) == replicas
                            && status.path("observedGeneration").asLong(0)
                                    == deployment(client).generation()
                            && client.list(Kinds.POD, null, Map.of()).size() == replicas;
                });
    }

    private static void play(ResourceClient client, Resource pod) {
        if (pod.metadata().has("deletionTimestamp")) {
            client.delete(pod.key(), 0);
        } else if (!pod.spec().path("nodeName").asString("").isEmpty()
                && !PodState.of(pod).ready()) {
            var body = pod.body().deepCopy();
            var status = body.withObject("/status").put("phase", "Running");
            status.put("podIP", "10.244.1." + (1 + Math.floorMod(pod.name().hashCode(), 250)));
            var conditions = new Conditions(pod.status(), Ticker.system().now());
            conditions.set("Ready", "True", "", "");
            conditions.writeTo(status);
            try {
                client.updateStatus(new Resource(pod.kind(), body));
            } catch (Refusal refusal) {
                if (refusal.code() != 409 && refusal.code() != 404) {
                    throw refusal;
                }
            }
        }
    }

    /// No controller is woken by its own writes for ever.
    private void atRest() {
        eventually(
                BOUND,
                "at rest; failures: " + failures,
                () -> {
                    var before = rounds.get() + failures.size();
                    LockSupport.parkNanos(300_000_000);
                    return rounds.get() + failures.size() == before;
                });
    }

    private static Resource deployment(ResourceClient client) {
        return Objects.requireNonNull(client.get(Kinds.key(Kinds.DEPLOYMENT, "default", "web")));
    }

    private void failed(Throwable cause) {
        failures.add("thread: " + cause);
    }
}
