package dev.serin.local.node.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/// Which files are written where, on a folder in place of the kernel's; the kernel's own are in the
/// node's namespace test.
class CgroupsTest {
    @TempDir Path folder;

    private static final JsonNode POD =
            json(
                    """
                    {"initContainers": [{"name": "first", "resources": {"requests": {"cpu": "100m"}}}],
                     "containers": [{"name": "a", "resources": {"requests": {"cpu": "500m", "memory": "32Mi"},
                                       "limits": {"cpu": "1500m", "memory": "64Mi"}}},
                                    {"name": "b", "resources": {"limits": {"cpu": "250m"}}},
                                    {"name": "c"}]}
                    """);

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    @Test
    void inVersionOneEachControllerHasAHierarchyOfItsOwn() throws Exception {
        var mounts =
                """
                31 23 0:28 / FOLDER rw - tmpfs tmpfs rw
                32 31 0:29 / FOLDER/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
                33 31 0:30 / FOLDER/memory rw,relatime - cgroup cgroup rw,memory
                34 31 0:31 / FOLDER/unified rw,relatime - cgroup2 cgroup2 rw
                """
                        .replace("FOLDER", folder.toString());
        var cgroups = Objects.requireNonNull(Cgroups.open(mounts, "", "m", 2));
        assertEquals("2048", text("cpu,cpuacct/serin/m/cpu.shares"));
        var a = cgroups.make("uid", POD, POD.path("containers").path(0));
        assertEquals(
                List.of(
                        folder + "/cpu,cpuacct/serin/m/uid/a/cgroup.procs",
                        folder + "/memory/serin/m/uid/a/cgroup.procs"),
                a.doors());
        // 500m and 250m, which is a limit and so a request too.
        assertEquals("768", text("cpu,cpuacct/serin/m/uid/cpu.shares"));
        assertEquals("512", text("cpu,cpuacct/serin/m/uid/a/cpu.shares"));
        assertEquals("100000", text("cpu,cpuacct/serin/m/uid/a/cpu.cfs_period_us"));
        assertEquals("150000", text("cpu,cpuacct/serin/m/uid/a/cpu.cfs_quota_us"));
        assertEquals("67108864", text("memory/serin/m/uid/a/memory.limit_in_bytes"));
        var c = cgroups.make("uid", POD, POD.path("containers").path(2));
        assertEquals("2", text("cpu,cpuacct/serin/m/uid/c/cpu.shares"));
        assertTrue(Files.notExists(folder.resolve("memory/serin/m/uid/c/memory.limit_in_bytes")));
        write("memory/serin/m/uid/c/memory.usage_in_bytes", "5000\n");
        write("memory/serin/m/uid/c/memory.stat", "inactive_file 7\ntotal_inactive_file 1000\n");
        write("cpu,cpuacct/serin/m/uid/c/cpuacct.usage", "123456789\n");
        write("memory/serin/m/uid/c/memory.oom_control", "oom_kill_disable 0\noom_kill 2\n");
        assertEquals(new Reading(123456789, 4000), c.read());
        assertEquals(2, c.killedForMemory());
    }

    @Test
    void inVersionTwoThereIsOneFolderAndItsParentsHandTheControllersDown() throws Exception {
        Files.createDirectories(folder.resolve("user.slice/app"));
        for (var place : List.of("", "user.slice/")) {
            write(place + "cgroup.controllers", "cpuset cpu io memory pids\n");
            write(place + "cgroup.subtree_control", "cpu io memory pids\n");
        }
        var mounts = "31 23 0:28 / " + folder + " rw - cgroup2 cgroup2 rw,nsdelegate";
        var cgroups = Objects.requireNonNull(Cgroups.open(mounts, "0::/user.slice/app\n", "m", 2));
        var a = cgroups.make("uid", POD, POD.path("containers").path(0));
        assertEquals(List.of(folder + "/serin/m/uid/a/cgroup.procs"), a.doors());
        assertEquals("+cpu +memory", text("serin/m/cgroup.subtree_control"));
        assertEquals("+cpu +memory", text("serin/m/uid/cgroup.subtree_control"));
        assertTrue(Files.notExists(folder.resolve("serin/m/uid/a/cgroup.subtree_control")));
        assertEquals("20", text("serin/m/uid/a/cpu.weight"));
        assertEquals("150000 100000", text("serin/m/uid/a/cpu.max"));
        assertEquals("67108864", text("serin/m/uid/a/memory.max"));
        write("serin/m/uid/a/memory.current", "5000\n");
        write("serin/m/uid/a/memory.stat", "anon 3\ninactive_file 1000\n");
        write("serin/m/uid/a/cpu.stat", "usage_usec 77\nuser_usec 70\n");
        write("serin/m/uid/a/memory.events", "oom 1\noom_kill 1\n");
        assertEquals(new Reading(77_000, 4000), a.read());
        assertEquals(1, a.killedForMemory());
    }

    @Test
    void withoutControllersThereAreNone() throws Exception {
        write("cgroup.controllers", "hugetlb\n");
        assertNull(
                Cgroups.open(
                        "31 23 0:28 / " + folder + " rw - cgroup2 cgroup2 rw", "0::/\n", "m", 2));
        assertNull(Cgroups.open("31 23 0:28 / / rw - ext4 /dev/vda rw", "0::/\n", "m", 2));
    }

    private String text(String file) throws IOException {
        return Files.readString(folder.resolve(file));
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }
}
