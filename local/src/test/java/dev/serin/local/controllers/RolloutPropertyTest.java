package dev.serin.local.controllers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.Resource;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;

/// Whatever is done to a Deployment in whatever order, it ends as it is written; and as long as no
/// pod dies by itself, no available pod is given up below what is allowed.
class RolloutPropertyTest {
    static LongStream seeds() {
        var failedOnce = LongStream.of(-7813214665995923289L, 4826909593964696969L);
        return LongStream.concat(failedOnce, new Random().longs(15));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void endsAsWritten(long seed) {
        play(seed, true);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void neverFewerThanAllowed(long seed) {
        play(seed, false);
    }

    private static void play(long seed, boolean deaths) {
        var random = new Random(seed);
        try (var world = new World(seed)) {
            var strategy =
                    ",'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':%s,'maxUnavailable':%s}}"
                            .formatted(part(random), part(random));
            world.api.create(World.deployment("web", 3, strategy));
            world.settle();
            var least = new int[] {allowed(world)};
            world.api.onDelete(resource -> {
                if (!deaths && resource.kind().equals(Kinds.POD) && counts(resource)) {
                    var after =
                            world.pods().stream().filter(RolloutPropertyTest::counts).count() - 1;
                    assertTrue(
                            after >= least[0],
                            () -> "seed %d: %d of %d".formatted(seed, after, least[0]));
                }
            });
            for (var round = 0; round < 25; round++) {
                act(world, random, deaths);
                // A decision made before a change may still be carried out after it.
                least[0] = Math.min(least[0], allowed(world));
                world.some(random);
                if (random.nextInt(5) == 0) {
                    world.settle();
                    least[0] = allowed(world);
                }
            }
            world.settle();
            world.settle();
            var deployment = world.deployment("web");
            var replicas = deployment.spec().path("replicas").asInt(1);
            var image = image(deployment.spec().path("template"));
            assertEquals(replicas, world.pods().size(), () -> "seed " + seed);
            assertTrue(
                    world.pods().stream().allMatch(p -> image(p.body()).equals(image)),
                    () -> "seed " + seed);
            assertEquals(
                    replicas,
                    deployment.status().path("availableReplicas").asInt(0),
                    () -> "seed " + seed);
            assertEquals(
                    1,
                    world.sets().stream()
                            .filter(s -> replicas == 0 || DeploymentController.replicas(s) > 0)
                            .limit(replicas == 0 ? 1 : 9)
                            .count(),
                    () -> "seed " + seed);
        }
    }

    private static void act(World world, Random random, boolean deaths) {
        switch (random.nextInt(deaths ? 7 : 4)) {
            case 0 -> world.edit("web", s -> s.put("replicas", random.nextInt(8)));
            case 1 -> world.edit("web", s -> World.image(s, "v" + random.nextInt(4)));
            case 2, 3 ->
                    world.pods().stream()
                            .filter(_ -> random.nextBoolean())
                            .forEach(world::nodeWorks);
            case 4 -> pick(world, random, pod -> world.api.delete(pod.key(), 0));
            case 5 -> pick(world, random, pod -> world.ready(pod.key(), false));
            default -> world.time.advance(Duration.ofSeconds(random.nextInt(3)));
        }
    }

    private static void pick(
            World world, Random random, java.util.function.Consumer<Resource> act) {
        var pods = world.pods();
        if (!pods.isEmpty()) {
            act.accept(pods.get(random.nextInt(pods.size())));
        }
    }

    private static boolean counts(Resource pod) {
        var state = PodState.of(pod);
        return state.active() && state.ready();
    }

    private static int allowed(World world) {
        return Rollout.Allowed.of(world.deployment("web").spec()).atLeast();
    }

    private static String part(Random random) {
        return random.nextBoolean() ? "" + random.nextInt(3) : "'" + random.nextInt(101) + "%'";
    }

    private static String image(tools.jackson.databind.JsonNode podLike) {
        return podLike.path("spec").path("containers").path(0).path("image").asString("");
    }
}
