package dev.serin.local.node.usage;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/// The control groups of one mesh's pods: `serin/MESH/POD/CONTAINER` in each hierarchy, version 1
/// or 2. Needs root, or in version 2 a part of the tree that was given to this user. Safe for any
/// thread.
public final class Cgroups {
    private static final List<String> CONTROLLERS = List.of("cpu", "cpuacct", "memory", "pids");
    private static final List<String> NEEDED = List.of("cpu", "memory");

    private final boolean unified;
    private final Map<String, Path> mesh;

    private Cgroups(boolean unified, Map<String, Path> mesh) {
        this.unified = unified;
        this.mesh = mesh;
    }

    /// The machine's; null where this user may not make any. Those of a mesh of this name that was
    /// killed are removed.
    public static @Nullable Cgroups open(String name, int cores) {
        try {
            return open(
                    Files.readString(Path.of("/proc/self/mountinfo")),
                    Files.readString(Path.of("/proc/self/cgroup")),
                    name,
                    cores);
        } catch (IOException _) {
            return null;
        }
    }

    /// @param mounts as `/proc/self/mountinfo` has them
    /// @param own as `/proc/self/cgroup` has it
    static @Nullable Cgroups open(String mounts, String own, String name, int cores) {
        var old = new LinkedHashMap<String, Path>();
        Path unified = null;
        for (var line : mounts.lines().toList()) {
            var words = line.split(" - ");
            if (words.length < 2) {
                continue;
            }
            var place = Path.of(words[0].split(" ")[4].replace("\\040", " "));
            var type = words[1].split(" ");
            if (type[0].equals("cgroup2")) {
                unified = place;
            } else if (type[0].equals("cgroup")) {
                for (var option : type[2].split(",")) {
                    if (CONTROLLERS.contains(option)) {
                        old.putIfAbsent(option, place);
                    }
                }
            }
        }
        if (old.keySet().containsAll(NEEDED) && old.containsKey("cpuacct")) {
            var all = new LinkedHashMap<String, Path>();
            old.forEach((controller, place) -> all.put(controller, under(place, name)));
            return ready(new Cgroups(false, all), cores);
        }
        return unified == null ? null : unified(unified, own, name, cores);
    }

    // From the top down: where root has the whole tree that is the first place, where a user has a
    // part of it the top of that.
    private static @Nullable Cgroups unified(Path top, String own, String name, int cores) {
        var path =
                own.lines()
                        .filter(line -> line.startsWith("0::/"))
                        .map(line -> line.substring("0::/".length()))
                        .findFirst()
                        .orElse("");
        var place = top;
        for (var step : ("/" + path).split("/")) {
            place = step.isEmpty() ? place : place.resolve(step);
            if (!Files.isWritable(place) || !delegates(place)) {
                continue;
            }
            var all = new LinkedHashMap<String, Path>();
            var folder = under(place, name);
            CONTROLLERS.forEach(controller -> all.put(controller, folder));
            var there = ready(new Cgroups(true, all), cores);
            if (there != null) {
                return there;
            }
        }
        return null;
    }

    /// Whether groups below have what we need; asks for it.
    private static boolean delegates(Path folder) {
        try {
            if (!words(folder.resolve("cgroup.controllers")).containsAll(NEEDED)) {
                return false;
            }
            if (!words(folder.resolve("cgroup.subtree_control")).containsAll(NEEDED)) {
                write(folder, "cgroup.subtree_control", "+cpu +memory");
            }
            return true;
        } catch (IOException | UncheckedIOException _) {
            return false;
        }
    }

    private static List<String> words(Path file) throws IOException {
        return List.of(Files.readString(file).strip().split("\\s+"));
    }

    private static Path under(Path place, String name) {
        return place.resolve("serin").resolve(name);
    }

    private static Path above(Path folder) {
        return Objects.requireNonNull(folder.getParent());
    }

    private static @Nullable Cgroups ready(Cgroups cgroups, int cores) {
        try {
            cgroups.clear();
            for (var folder : new TreeSet<>(cgroups.mesh.values())) {
                cgroups.make(above(folder));
                cgroups.make(folder);
            }
            // As much of each core as anything else on the machine.
            for (var folder : List.of(above(cgroups.at("cpu")), cgroups.at("cpu"))) {
                cgroups.grant(
                        Map.of("cpu", folder, "memory", folder),
                        new Allowance(1000L * cores, 0, 0));
            }
            return cgroups;
        } catch (IOException | UncheckedIOException _) {
            return null;
        }
    }

    private Path at(String controller) {
        var folder = mesh.get(controller);
        if (folder == null) {
            throw new IllegalStateException("no controller " + controller);
        }
        return folder;
    }

    /// A fresh group for a container that is about to start.
    ///
    /// @param pod its spec
    /// @param container its spec
    /// @throws IOException if the kernel refuses it
    public Cgroup make(String uid, JsonNode pod, JsonNode container) throws IOException {
        var name = container.path("name").asString("");
        var pods = new LinkedHashMap<String, Path>();
        var folders = new LinkedHashMap<String, Path>();
        mesh.forEach((controller, folder) -> {
            pods.put(controller, folder.resolve(uid));
            folders.put(controller, folder.resolve(uid).resolve(name));
        });
        var group = new Cgroup(unified, folders);
        try {
            group.remove();
            for (var folder : new TreeSet<>(pods.values())) {
                make(folder);
                make(folder.resolve(name));
            }
            grant(pods, Allowance.ofPod(pod));
            grant(folders, Allowance.of(container.path("resources")));
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
        return group;
    }

    private void make(Path folder) throws IOException {
        Files.createDirectories(folder);
        // A container's own has processes, those above it have none, as version 2 asks.
        if (unified && folder.getNameCount() <= at("cpu").getNameCount() + 1) {
            write(folder, "cgroup.subtree_control", "+cpu +memory");
        }
    }

    private void grant(Map<String, Path> folders, Allowance allowance) {
        var cpu = folders.getOrDefault("cpu", at("cpu"));
        var memory = folders.getOrDefault("memory", at("memory"));
        if (unified) {
            write(cpu, "cpu.weight", "" + allowance.weight());
            if (allowance.limit() > 0) {
                write(cpu, "cpu.max", allowance.quota() + " " + Allowance.PERIOD);
            }
            if (allowance.bytes() > 0) {
                write(memory, "memory.max", "" + allowance.bytes());
            }
            return;
        }
        write(cpu, "cpu.shares", "" + allowance.shares());
        if (allowance.limit() > 0) {
            write(cpu, "cpu.cfs_period_us", "" + Allowance.PERIOD);
            write(cpu, "cpu.cfs_quota_us", "" + allowance.quota());
        }
        if (allowance.bytes() > 0) {
            write(memory, "memory.limit_in_bytes", "" + allowance.bytes());
        }
    }

    /// Removes what is left of a pod.
    ///
    /// @return false while a process is still in it
    public boolean remove(String uid) {
        var gone = true;
        for (var folder : new TreeSet<>(mesh.values())) {
            gone &= remove(folder.resolve(uid));
        }
        return gone;
    }

    /// Removes them all, as far as no process is in them.
    public void clear() {
        for (var folder : new TreeSet<>(mesh.values())) {
            if (remove(folder)) {
                // The last mesh's takes the parent along; another's keeps it.
                alone(above(folder));
            }
        }
    }

    /// With those below it. Only folders can be removed there, and only they need to be.
    static boolean remove(Path folder) {
        if (!Files.isDirectory(folder)) {
            return true;
        }
        try (var inside = Files.newDirectoryStream(folder, Files::isDirectory)) {
            inside.forEach(Cgroups::remove);
        } catch (IOException _) {
            // It has just gone, or removing it tells.
        }
        return alone(folder);
    }

    private static boolean alone(Path folder) {
        try {
            Files.deleteIfExists(folder);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static void write(Path folder, String file, String text) {
        try {
            Files.writeString(
                    folder.resolve(file),
                    text,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "can't write " + text + " to " + folder.resolve(file), e);
        }
    }
}
