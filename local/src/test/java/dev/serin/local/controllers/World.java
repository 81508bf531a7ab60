package dev.serin.local.controllers;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.ScriptedDraws;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// The controllers over an API in memory, on threads that step when the test says so, with a node
/// that is the test itself.
final class World implements AutoCloseable {
    final FakeTime time = new FakeTime();
    final MemoryApi api = new MemoryApi(time);
    final Steps owner = new Steps();
    final Steps podMaker = new Steps();
    final FakeMetrics metrics = new FakeMetrics();
    final List<String> failures = new ArrayList<>();
    private final Controllers controllers;
    private int addresses;

    World(long seed) {
        api.create(MemoryApi.resource(Kinds.NAMESPACE, "{'metadata':{'name':'default'}}"));
        var means =
                new Controllers.Means(
                        api,
                        owner,
                        podMaker,
                        time,
                        time,
                        new ScriptedDraws(seed),
                        new ControllerObserver() {
                            @Override
                            public void failed(
                                    String controller,
                                    ResourceKey key,
                                    RuntimeException cause,
                                    Duration again) {
                                failures.add(controller + " " + key + ": " + cause);
                            }
                        },
                        new Controllers.Measures(metrics, metrics));
        controllers =
                Controllers.start(
                        means,
                        new Machine(
                                "serin", List.of("10.244.0.1"), 2, 1L << 30, "amd64", "6", "v1"));
    }

    /// One thread of the test's making.
    static final class Steps implements Executor {
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        boolean step() {
            var task = tasks.poll();
            if (task != null) {
                task.run();
            }
            return task != null;
        }
    }

    /// Until the controllers have nothing to do.
    void quiet() {
        for (var steps = 0; owner.step() || podMaker.step(); steps++) {
            if (steps > 200_000) {
                throw new AssertionError("the controllers never rest");
            }
        }
    }

    /// Some steps of either thread, in an order that chance has.
    void some(Random random) {
        for (var i = random.nextInt(30); i > 0; i--) {
            (random.nextBoolean() ? owner : podMaker).step();
        }
    }

    /// Everything that can settle has settled: pods run and are ready, those deleted are gone.
    void settle() {
        for (var i = 0; i < 100; i++) {
            quiet();
            var moved = false;
            for (var pod : pods()) {
                moved |= nodeWorks(pod);
            }
            quiet();
            if (!moved) {
                time.advance(Duration.ofSeconds(40));
                quiet();
            }
            if (!moved && pods().stream().noneMatch(World::moves)) {
                return;
            }
        }
        throw new AssertionError("the pods never settle: " + pods());
    }

    /// What a kubelet does for this pod next.
    boolean nodeWorks(Resource pod) {
        if (!moves(pod)) {
            return false;
        }
        if (pod.metadata().has("deletionTimestamp")) {
            api.delete(pod.key(), 0);
            return true;
        }
        if (pod.spec().path("nodeName").asString("").isEmpty()) {
            return false;
        }
        ready(pod.key(), true);
        return true;
    }

    static boolean moves(Resource pod) {
        return pod.metadata().has("deletionTimestamp") || !PodState.of(pod).ready();
    }

    void ready(ResourceKey key, boolean ready) {
        var pod = Objects.requireNonNull(api.get(key));
        var body = pod.body().deepCopy();
        var status = body.withObject("/status").put("phase", "Running");
        if (!status.has("startTime")) {
            status.put("startTime", time.now().toString());
        }
        if (!status.has("podIP")) {
            status.put("podIP", "10.244.1." + ++addresses);
        }
        var conditions = new Conditions(pod.status(), time.now());
        conditions.set("Ready", ready, "", "");
        conditions.writeTo(status);
        api.updateStatus(new Resource(pod.kind(), body));
    }

    List<Resource> pods() {
        return api.list(Kinds.POD, null, Map.of());
    }

    Resource deployment(String name) {
        return Objects.requireNonNull(api.get(Kinds.key(Kinds.DEPLOYMENT, "default", name)));
    }

    List<Resource> sets() {
        return api.list(Kinds.REPLICA_SET, null, Map.of());
    }

    /// Changes the spec as a person would.
    void edit(String name, Consumer<ObjectNode> change) {
        var body = deployment(name).body().deepCopy();
        change.accept((ObjectNode) body.path("spec"));
        api.update(new Resource(Kinds.DEPLOYMENT, body));
    }

    static void image(ObjectNode spec, String image) {
        ((ObjectNode) spec.path("template").path("spec").path("containers").get(0))
                .put("image", image);
    }

    static Resource deployment(String name, int replicas, String more) {
        return MemoryApi.resource(
                Kinds.DEPLOYMENT,
                """
                {'metadata':{'name':'%s'},'spec':{'replicas':%d%s,
                 'selector':{'matchLabels':{'app':'%s'}},
                 'template':{'metadata':{'labels':{'app':'%s'}},
                 'spec':{'containers':[{'name':'c','image':'v1',
                 'ports':[{'name':'rest','containerPort':8501}]}]}}}}
                """
                        .formatted(name, replicas, more, name, name));
    }

    @Override
    public void close() {
        controllers.close();
        quiet();
    }
}
