package dev.serin.local.controllers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKind;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

@ExtendWith(NothingLeft.class)
class SetsTest {
    private static final String CLAIMS =
            ",'volumeClaimTemplates':[{'metadata':{'name':'data'},'spec':{"
                + "'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}}]";

    private final World world = new World(1);

    @AfterEach
    void close() {
        world.close();
        assertEquals(List.of(), world.failures);
    }

    @Test
    void comesUpOneAfterTheOtherAndGoesDownFromTheLast() {
        stateful("'replicas':3,'serviceName':'db'" + CLAIMS);
        assertEquals(List.of("db-0"), names());
        var first = pod("db-0");
        assertEquals("db-0", first.spec().path("hostname").asString(""));
        assertEquals("db", first.spec().path("subdomain").asString(""));
        assertEquals("0", first.labels().get("apps.kubernetes.io/pod-index"));
        assertEquals(
                "data-db-0",
                first.spec().at("/volumes/0/persistentVolumeClaim/claimName").asString(""));
        world.ready(first.key(), true);
        world.quiet();
        assertEquals(List.of("db-0", "db-1"), names());
        world.settle();
        assertEquals(List.of("db-0", "db-1", "db-2"), names());
        assertEquals(3, set().status().path("readyReplicas").asInt(0));
        assertEquals(3, set().status().path("currentReplicas").asInt(0));
        edit(Kinds.STATEFUL_SET, "db", spec -> spec.put("replicas", 1));
        assertTrue(pod("db-2").metadata().has("deletionTimestamp"));
        assertFalse(pod("db-1").metadata().has("deletionTimestamp"), "one after the other");
        world.settle();
        assertEquals(List.of("db-0"), names());
        assertEquals(
                3, world.api.list(Kinds.CLAIM, null, Map.of()).size(), "storage stays for later");
    }

    @Test
    void allAtOnceWhereItMay() {
        stateful("'replicas':3,'podManagementPolicy':'Parallel','ordinals':{'start':5}");
        assertEquals(List.of("db-5", "db-6", "db-7"), names());
        world.settle();
        edit(Kinds.STATEFUL_SET, "db", spec -> spec.put("replicas", 0));
        assertTrue(world.pods().stream().allMatch(p -> p.metadata().has("deletionTimestamp")));
    }

    @Test
    void renewsFromTheLastToThePartition() {
        stateful("'replicas':3");
        world.settle();
        var before = set().status().path("currentRevision").asString("");
        edit(
                Kinds.STATEFUL_SET,
                "db",
                spec -> {
                    World.image(spec, "v2");
                    spec.withObject("/updateStrategy")
                            .put("type", "RollingUpdate")
                            .putObject("rollingUpdate")
                            .put("partition", 1);
                });
        assertTrue(pod("db-2").metadata().has("deletionTimestamp"));
        assertFalse(pod("db-1").metadata().has("deletionTimestamp"));
        world.settle();
        assertEquals(List.of("v1", "v2", "v2"), images());
        var status = set().status();
        assertEquals(before, status.path("currentRevision").asString(""));
        assertEquals(2, status.path("updatedReplicas").asInt(0));
        assertEquals(1, status.path("currentReplicas").asInt(0));
        // One below the partition that is lost comes back as it was.
        world.api.delete(pod("db-0").key(), 0);
        world.settle();
        assertEquals(List.of("v1", "v2", "v2"), images());
        edit(
                Kinds.STATEFUL_SET,
                "db",
                spec -> spec.withObject("/updateStrategy/rollingUpdate").put("partition", 0));
        world.settle();
        assertEquals(List.of("v2", "v2", "v2"), images());
        assertNotEquals(before, set().status().path("currentRevision").asString(""));
        assertEquals(set().status().path("updateRevision"), set().status().path("currentRevision"));
    }

    @Test
    void waitsForThePersonWhereItIsToldSo() {
        stateful("'replicas':2,'updateStrategy':{'type':'OnDelete'}");
        world.settle();
        edit(Kinds.STATEFUL_SET, "db", spec -> World.image(spec, "v2"));
        world.settle();
        assertEquals(List.of("v1", "v1"), images());
        world.api.delete(pod("db-1").key(), null);
        world.settle();
        assertEquals(List.of("v1", "v2"), images());
    }

    @Test
    void aTemplateThatComesBackIsTheOldRevisionWithANewNumber() {
        stateful("'replicas':1,'revisionHistoryLimit':1");
        world.settle();
        var first = set().status().path("updateRevision").asString("");
        for (var image : List.of("v2", "v1")) {
            edit(Kinds.STATEFUL_SET, "db", spec -> World.image(spec, image));
            world.settle();
        }
        assertEquals(first, set().status().path("updateRevision").asString(""));
        assertEquals(
                List.of(2L, 3L),
                revisions().stream()
                        .map(r -> r.body().path("revision").asLong(0))
                        .sorted()
                        .toList());
        for (var image : List.of("v3", "v4")) {
            edit(Kinds.STATEFUL_SET, "db", spec -> World.image(spec, image));
            world.settle();
        }
        assertEquals(2, revisions().size(), "one in use and one of the past");
    }

    @Test
    void aPodThatEndedIsMadeAnew() {
        stateful("'replicas':1");
        world.settle();
        var before = pod("db-0");
        var body = before.body().deepCopy();
        body.withObject("/status").put("phase", "Failed");
        world.api.updateStatus(new Resource(before.kind(), body));
        world.quiet();
        world.settle();
        assertNotEquals(before.uid(), pod("db-0").uid());
    }

    @Test
    void claimsGoWithTheirNumberWhereTheSetSaysSo() {
        stateful(
                "'replicas':2,'persistentVolumeClaimRetentionPolicy':{'whenScaled':'Delete',"
                        + "'whenDeleted':'Delete'}"
                        + CLAIMS);
        world.settle();
        edit(Kinds.STATEFUL_SET, "db", spec -> spec.put("replicas", 1));
        world.settle();
        assertEquals(1, world.api.list(Kinds.CLAIM, null, Map.of()).size());
        world.api.delete(set().key(), null);
        world.quiet();
        assertEquals(List.of(), world.api.list(Kinds.CLAIM, null, Map.of()));
    }

    @Test
    void aDaemonSetHasOnePodOnTheNodeAndRenewsIt() {
        daemon("");
        world.settle();
        assertEquals(1, world.pods().size());
        var pod = world.pods().getFirst();
        assertEquals("serin", pod.spec().path("nodeName").asString(""));
        var status = agent().status();
        assertEquals(1, status.path("desiredNumberScheduled").asInt(0));
        assertEquals(1, status.path("numberAvailable").asInt(0));
        assertEquals(1, status.path("updatedNumberScheduled").asInt(0));
        edit(Kinds.DAEMON_SET, "agent", spec -> World.image(spec, "v2"));
        assertEquals(1, world.pods().size(), "the old one has to go first");
        world.settle();
        assertEquals(List.of("v2"), images());
        assertNotEquals(pod.name(), world.pods().getFirst().name());
        assertEquals(2, revisions().size());
    }

    @Test
    void withASurgeTheNewPodIsThereFirst() {
        daemon(
                ",'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':1,'maxUnavailable':0}}");
        world.settle();
        edit(Kinds.DAEMON_SET, "agent", spec -> World.image(spec, "v2"));
        assertEquals(List.of("v1", "v2"), images().stream().sorted().toList());
        assertTrue(world.pods().stream().noneMatch(p -> p.metadata().has("deletionTimestamp")));
        world.settle();
        assertEquals(List.of("v2"), images());
    }

    @Test
    void aDaemonSetForOtherNodesHasNone() {
        daemon("");
        world.settle();
        edit(
                Kinds.DAEMON_SET,
                "agent",
                spec -> spec.withObject("/template/spec/nodeSelector").put("disk", "fast"));
        world.settle();
        assertEquals(List.of(), world.pods());
        assertEquals(0, agent().status().path("desiredNumberScheduled").asInt(-1));
        assertNull(agent().status().get("numberAvailable"));
    }

    private void stateful(String spec) {
        create(Kinds.STATEFUL_SET, "db", spec + ",");
    }

    private void daemon(String spec) {
        create(Kinds.DAEMON_SET, "agent", "'minReadySeconds':0" + spec + ",");
    }

    private void create(ResourceKind kind, String name, String spec) {
        world.api.create(
                MemoryApi.resource(
                        kind,
                        "{'metadata':{'name':'NAME'},'spec':{SPEC'selector':{'matchLabels':{'app':'NAME'}},"
                                        .replace("SPEC", spec)
                                        .replace("NAME", name)
                                + "'template':{'metadata':{'labels':{'app':'NAME'}},'spec':{'containers':[{'name':'c','image':'v1'}]}}}}"
                                        .replace("NAME", name)));
        world.quiet();
    }

    private void edit(ResourceKind kind, String name, Consumer<ObjectNode> change) {
        var there = Objects.requireNonNull(world.api.get(Kinds.key(kind, "default", name)));
        var body = there.body().deepCopy();
        change.accept((ObjectNode) body.path("spec"));
        world.api.update(new Resource(kind, body));
        world.quiet();
    }

    private Resource set() {
        return Objects.requireNonNull(
                world.api.get(Kinds.key(Kinds.STATEFUL_SET, "default", "db")));
    }

    private Resource agent() {
        return Objects.requireNonNull(
                world.api.get(Kinds.key(Kinds.DAEMON_SET, "default", "agent")));
    }

    private Resource pod(String name) {
        return Objects.requireNonNull(world.api.get(Kinds.key(Kinds.POD, "default", name)));
    }

    private List<String> names() {
        return world.pods().stream().map(Resource::name).sorted().toList();
    }

    private List<String> images() {
        return world.pods().stream()
                .sorted(java.util.Comparator.comparing(Resource::name))
                .map(p -> p.spec().at("/containers/0/image").asString(""))
                .toList();
    }

    private List<Resource> revisions() {
        return world.api.list(Kinds.CONTROLLER_REVISION, null, Map.of());
    }
}
