package dev.serin.local.controllers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

@ExtendWith(NothingLeft.class)
class DeploymentTest {
    private final World world = new World(1);

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void makesPodsByWayOfAReplicaSetAndTellsWhenTheyAreThere() {
        world.api.create(World.deployment("web", 2, ""));
        world.quiet();
        var set = world.sets().getFirst();
        assertTrue(set.name().matches("web-[a-z0-9]{10}"), set.name());
        assertEquals(set.name().substring(4), set.labels().get("pod-template-hash"));
        assertEquals(2, world.pods().size());
        for (var pod : world.pods()) {
            assertTrue(pod.name().matches(set.name() + "-[a-z0-9]{5}"), pod.name());
            assertEquals("serin", pod.spec().path("nodeName").asString(""));
            assertEquals(set.labels(), pod.labels());
        }
        assertEquals("False", condition("Available"));
        assertFalse(rolledOut());
        world.settle();
        assertTrue(rolledOut());
        assertEquals("True", condition("Available"));
        assertEquals("1", world.deployment("web").annotations().get(Revisions.REVISION));
        assertEquals(2, world.deployment("web").status().path("readyReplicas").asInt(0));
        assertEquals(
                List.of("Scaled up replica set " + set.name() + " from 0 to 2"),
                world.api.events("ScalingReplicaSet"));
        assertEquals(2, world.api.events("SuccessfulCreate").size());
        assertEquals(2, world.api.events("Scheduled").size());
        assertEquals(List.of(), world.failures);
    }

    @Test
    void aKilledPodIsReplaced() {
        world.api.create(World.deployment("web", 3, ""));
        world.settle();
        var killed = world.pods().getFirst();
        world.api.delete(killed.key(), 0);
        world.settle();
        assertEquals(3, world.pods().size());
        assertTrue(world.pods().stream().noneMatch(p -> p.name().equals(killed.name())));
    }

    @Test
    void anUpdateKeepsTheOldSetForTheHistoryAndUndoGivesItTheNextNumber() {
        world.api.create(World.deployment("web", 2, ""));
        world.settle();
        var first = world.sets().getFirst().name();
        world.edit("web", spec -> World.image(spec, "v2"));
        world.settle();
        assertTrue(rolledOut());
        assertEquals("2", world.deployment("web").annotations().get(Revisions.REVISION));
        assertEquals(2, world.sets().size());
        assertTrue(
                world.pods().stream().noneMatch(p -> p.name().startsWith(first + "-")),
                () -> "" + world.pods());
        world.edit("web", spec -> World.image(spec, "v1"));
        world.settle();
        assertEquals(2, world.sets().size());
        assertEquals("3", world.deployment("web").annotations().get(Revisions.REVISION));
        assertEquals(3, Revisions.of(set(first)));
        assertTrue(world.pods().stream().allMatch(p -> p.name().startsWith(first + "-")));
    }

    @Test
    void historyIsAsLongAsAsked() {
        world.api.create(World.deployment("web", 1, ",'revisionHistoryLimit':2"));
        for (var version = 1; version < 7; version++) {
            var image = "v" + version;
            world.edit("web", spec -> World.image(spec, image));
            world.settle();
        }
        assertEquals(3, world.sets().size());
        assertEquals("6", world.deployment("web").annotations().get(Revisions.REVISION));
    }

    @Test
    void recreateEndsAllBeforeItStartsOne() {
        world.api.create(World.deployment("web", 3, ",'strategy':{'type':'Recreate'}"));
        world.settle();
        world.edit("web", spec -> World.image(spec, "v2"));
        world.quiet();
        assertEquals(3, world.pods().size());
        assertTrue(world.pods().stream().allMatch(p -> p.metadata().has("deletionTimestamp")));
        world.api.delete(world.pods().getFirst().key(), 0);
        world.quiet();
        assertEquals(2, world.pods().size(), "no new pod while an old one ends");
        world.settle();
        assertTrue(rolledOut());
    }

    @Test
    void pausedItScalesButDoesNotUpdate() {
        world.api.create(World.deployment("web", 2, ""));
        world.settle();
        world.edit(
                "web",
                spec -> {
                    spec.put("paused", true).put("replicas", 4);
                    World.image(spec, "v2");
                });
        world.settle();
        assertEquals(1, world.sets().size());
        assertEquals(4, world.pods().size());
        assertEquals("Unknown", condition("Progressing"));
        world.edit("web", spec -> spec.put("paused", false));
        world.settle();
        assertEquals(2, world.sets().size());
        assertTrue(rolledOut());
    }

    @Test
    void scaleDownGivesUpThoseThatAreNotReadyFirst() {
        world.api.create(World.deployment("web", 4, ""));
        world.settle();
        var sick = world.pods().get(2);
        world.ready(sick.key(), false);
        world.edit("web", spec -> spec.put("replicas", 3));
        world.quiet();
        var ending =
                world.pods().stream()
                        .filter(p -> p.metadata().has("deletionTimestamp"))
                        .map(Resource::name)
                        .toList();
        assertEquals(List.of(sick.name()), ending);
    }

    @Test
    void aRefusedPodIsAnEventAndAConditionWithTheRefusalsWordsAndIsTriedAgain() {
        var open = new boolean[1];
        world.api.door(
                Kinds.POD,
                _ -> {
                    if (!open[0]) {
                        throw new Refusal(403, "Forbidden", "webhook says: no such image");
                    }
                });
        world.api.create(World.deployment("web", 2, ""));
        world.quiet();
        world.time.advance(Duration.ofSeconds(5));
        world.quiet();
        assertEquals(
                List.of("Error creating: webhook says: no such image"),
                world.api.events("FailedCreate"));
        assertEquals("True", condition("ReplicaFailure"));
        assertFalse(world.failures.isEmpty());
        open[0] = true;
        world.time.advance(Duration.ofSeconds(30));
        world.settle();
        assertTrue(rolledOut());
        assertEquals("", condition("ReplicaFailure"));
    }

    @Test
    void aRolloutThatDoesNotMoveFailsAtItsDeadlineAndRecovers() {
        world.api.create(World.deployment("web", 1, ",'progressDeadlineSeconds':20"));
        world.quiet();
        assertEquals("True", condition("Progressing"));
        world.time.advance(Duration.ofSeconds(21));
        world.quiet();
        assertEquals("False", condition("Progressing"));
        world.settle();
        assertEquals("True", condition("Progressing"));
        assertTrue(rolledOut());
    }

    @Test
    void minReadySecondsHoldsTheNextStep() {
        world.api.create(
                World.deployment(
                        "web",
                        1,
                        ",'minReadySeconds':10,'strategy':{'rollingUpdate':{'maxSurge':1,'maxUnavailable':0}}"));
        world.settle();
        world.edit("web", spec -> World.image(spec, "v2"));
        world.quiet();
        world.pods().forEach(world::nodeWorks);
        world.quiet();
        assertEquals(2, world.pods().size());
        assertTrue(world.pods().stream().noneMatch(p -> p.metadata().has("deletionTimestamp")));
        world.time.advance(Duration.ofSeconds(11));
        world.quiet();
        assertTrue(world.pods().stream().anyMatch(p -> p.metadata().has("deletionTimestamp")));
        world.settle();
        assertTrue(rolledOut());
    }

    @Test
    void orphansAreTakenIn() {
        world.api.create(
                MemoryApi.resource(
                        Kinds.REPLICA_SET,
                        """
                        {'metadata':{'name':'old','labels':{'app':'web','x':'y'}},'spec':{'replicas':1,
                         'selector':{'matchLabels':{'app':'web','x':'y'}},
                         'template':{'metadata':{'labels':{'app':'web','x':'y'}},
                         'spec':{'containers':[{'name':'c','image':'v0'}]}}}}
                        """));
        world.api.create(
                MemoryApi.resource(
                        Kinds.POD,
                        "{'metadata':{'name':'lone','labels':{'app':'web','x':'y'}},'spec':{}}"));
        world.settle();
        assertEquals(1, world.pods().size(), "the lone pod counts");
        world.api.create(World.deployment("web", 2, ""));
        world.settle();
        assertTrue(Ownership.ownedBy(set("old"), world.deployment("web")));
        assertEquals(0, DeploymentController.replicas(set("old")));
        assertEquals(2, world.pods().size());
    }

    @Test
    void aNodeSelectorThatFitsNothingIsSaid() {
        world.api.create(
                MemoryApi.resource(
                        Kinds.POD,
                        "{'metadata':{'name':'p'},'spec':{'nodeSelector':{'gpu':'yes'}}}"));
        world.quiet();
        assertEquals(
                "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."
                        + " preemption: 0/1 nodes are available: 1 Preemption is not helpful for"
                        + " scheduling.",
                message().substring(0, message().indexOf(" (")));
        assertTrue(message().contains("the labels of node serin are {"), message());
    }

    private String message() {
        return world.api.events("FailedScheduling").getFirst();
    }

    @Test
    void aNodeAffinityIsRequired() {
        var terms =
                Map.of(
                        "none", "{'matchExpressions':[{'key':'gpu','operator':'Exists'}]}",
                        "empty", "{}",
                        "other",
                                "{'matchFields':[{'key':'metadata.name','operator':'In','values':['b']}]}",
                        "here",
                                "{'matchExpressions':[{'key':'gpu','operator':'DoesNotExist'},"
                                    + "{'key':'kubernetes.io/os','operator':'In','values':['linux']},"
                                    + "{'key':'x','operator':'NotIn','values':['y']}],"
                                    + "'matchFields':[{'key':'metadata.name','operator':'In','values':['serin']}]}");
        terms.forEach((name, term) ->
                pod(
                        name,
                        "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':"
                            + "{'nodeSelectorTerms':["
                                + term
                                + "]}}}"));
        world.quiet();
        assertEquals(List.of("here"), scheduled());
    }

    @Test
    void ofTwoPodsWithOneHostPortTheSecondWaitsForTheEndOfTheFirst() {
        var port = "'containers':[{'name':'c','ports':[{'containerPort':80,'hostPort':8088%s}]}]";
        pod("first", port.formatted(""));
        world.quiet();
        pod("second", port.formatted(",'hostIP':'127.0.0.1'"));
        pod("datagrams", port.formatted(",'protocol':'UDP'"));
        world.quiet();
        assertEquals(List.of("datagrams", "first"), scheduled());
        assertEquals(
                "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod"
                        + " ports. preemption: 0/1 nodes are available: 1 No preemption victims"
                        + " found for incoming pod.",
                message());
        world.api.delete(Kinds.key(Kinds.POD, "default", "first"), 0);
        world.quiet();
        assertEquals(List.of("datagrams", "second"), scheduled());
    }

    private void pod(String name, String spec) {
        world.api.create(
                MemoryApi.resource(
                        Kinds.POD, "{'metadata':{'name':'" + name + "'},'spec':{" + spec + "}}"));
    }

    private List<String> scheduled() {
        return world.pods().stream()
                .filter(pod -> pod.spec().path("nodeName").asString("").equals("serin"))
                .map(Resource::name)
                .sorted()
                .toList();
    }

    @Test
    void namespaceAndNodeAreReadyForPods() {
        world.quiet();
        assertTrue(world.api.get(Kinds.key(Kinds.SERVICE_ACCOUNT, "default", "default")) != null);
        var node = world.api.get(Kinds.key(Kinds.NODE, "", "serin"));
        var ready =
                new Conditions(Objects.requireNonNull(node).status(), world.time.now())
                        .get("Ready");
        assertEquals("True", Objects.requireNonNull(ready).path("status").asString(""));
        world.api.delete(node.key(), 0);
        world.quiet();
        assertTrue(world.api.get(node.key()) != null, "it comes back");
    }

    private Resource set(String name) {
        return world.sets().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    }

    private String condition(String type) {
        for (var condition : world.deployment("web").status().path("conditions")) {
            if (condition.path("type").asString("").equals(type)) {
                return condition.path("status").asString("");
            }
        }
        return "";
    }

    /// As `kubectl rollout status` judges.
    private boolean rolledOut() {
        var deployment = world.deployment("web");
        var status = deployment.status();
        var replicas = deployment.spec().path("replicas").asInt(1);
        return status.path("observedGeneration").asLong(0) >= deployment.generation()
                && status.path("updatedReplicas").asInt(0) >= replicas
                && status.path("replicas").asInt(0) <= status.path("updatedReplicas").asInt(0)
                && status.path("availableReplicas").asInt(0) >= replicas;
    }
}
