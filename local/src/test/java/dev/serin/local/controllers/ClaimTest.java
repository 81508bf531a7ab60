package dev.serin.local.controllers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.Resource;
import dev.serin.local.controllers.storage.ClaimController;
import dev.serin.local.controllers.storage.Folders;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

@ExtendWith(NothingLeft.class)
class ClaimTest {
    @TempDir Path folder;

    private final World world = new World(1);
    private ControllerLoop loop;

    @BeforeEach
    void start() {
        var observer = new ControllerObserver() {};
        var draws = new ScriptedDraws(1);
        world.api.create(ClaimController.standard());
        loop =
                new ControllerLoop(
                        new ClaimController(
                                world.api,
                                new Events(world.api, "volumes", world.time, draws, observer),
                                world.time,
                                folder,
                                Folders::remove),
                        world.api,
                        world.owner,
                        world.time,
                        draws,
                        observer);
    }

    @AfterEach
    void close() {
        loop.close();
        world.close();
        assertEquals(List.of(), world.failures);
    }

    @Test
    void aClaimOfTheStandardClassGetsAFolderThatGoesWithIt() throws Exception {
        claim("'storageClassName':'standard'");
        var claim = claim();
        assertEquals("Bound", claim.status().path("phase").asString(""));
        assertEquals("1Gi", claim.status().at("/capacity/storage").asString(""));
        var volume = volume(claim.spec().path("volumeName").asString(""));
        assertEquals("Bound", volume.status().path("phase").asString(""));
        var made = Path.of(volume.spec().at("/hostPath/path").asString(""));
        assertTrue(made.startsWith(folder));
        Files.createDirectories(made.resolve("deep"));
        Files.writeString(made.resolve("deep/file"), "data");
        world.api.delete(claim.key(), null);
        world.quiet();
        assertFalse(Files.exists(made));
        assertEquals(List.of(), world.api.list(Kinds.VOLUME, null, Map.of()));
    }

    @Test
    void theSmallestVolumeThatFitsIsTakenAndKept() {
        volume("large", "10Gi", "");
        volume("small", "2Gi", "");
        volume("tiny", "1Mi", "");
        assertEquals("Available", volume("small").status().path("phase").asString(""));
        claim("'storageClassName':''");
        assertEquals("small", claim().spec().path("volumeName").asString(""));
        assertEquals("Bound", volume("small").status().path("phase").asString(""));
        world.api.delete(claim().key(), null);
        world.quiet();
        assertEquals("Released", volume("small").status().path("phase").asString(""));
    }

    @Test
    void aVolumeThatIsMadeLaterIsTaken() {
        claim("'storageClassName':'slow'");
        assertEquals("Pending", claim().status().path("phase").asString(""));
        assertEquals(
                List.of("storageclass.storage.k8s.io \"slow\" not found"),
                world.api.events("ProvisioningFailed"));
        volume("late", "1Gi", "'storageClassName':'slow',");
        assertEquals("Bound", claim().status().path("phase").asString(""));
    }

    @Test
    void aClaimThatWaitsForItsPodIsBoundWithIt() {
        world.api.create(
                MemoryApi.resource(
                        Kinds.STORAGE_CLASS,
                        "{'metadata':{'name':'lazy'},'provisioner':'serin.dev/folder',"
                                + "'reclaimPolicy':'Retain',"
                                + "'volumeBindingMode':'WaitForFirstConsumer'}"));
        claim("'storageClassName':'lazy'");
        assertNull(claim().spec().get("volumeName"));
        world.api.create(
                MemoryApi.resource(
                        Kinds.POD,
                        "{'metadata':{'name':'user'},'spec':{'containers':[],'volumes':[{'name':'d',"
                            + "'persistentVolumeClaim':{'claimName':'mine'}}]}}"));
        world.quiet();
        assertEquals("Bound", claim().status().path("phase").asString(""));
    }

    private void claim(String spec) {
        world.api.create(
                MemoryApi.resource(
                        Kinds.CLAIM,
                        "{'metadata':{'name':'mine'},'spec':{SPEC,'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}}"
                                .replace("SPEC", spec)));
        world.quiet();
    }

    private void volume(String name, String size, String more) {
        world.api.create(
                MemoryApi.resource(
                        Kinds.VOLUME,
                        "{'metadata':{'name':'NAME'},'spec':{MORE'capacity':{'storage':'SIZE'},'persistentVolumeReclaimPolicy':'Retain','accessModes':['ReadWriteOnce','ReadOnlyMany'],'hostPath':{'path':'/x'}}}"
                                .replace("NAME", name)
                                .replace("SIZE", size)
                                .replace("MORE", more)));
        world.quiet();
    }

    private Resource claim() {
        return Objects.requireNonNull(world.api.get(Kinds.key(Kinds.CLAIM, "default", "mine")));
    }

    private Resource volume(String name) {
        return Objects.requireNonNull(world.api.get(Kinds.key(Kinds.VOLUME, "", name)));
    }
}
