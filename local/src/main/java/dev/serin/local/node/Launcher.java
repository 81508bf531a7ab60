package dev.serin.local.node;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.log.LogFile;
import dev.serin.local.host.Namespaces;
import dev.serin.local.image.Image;
import dev.serin.local.node.sandbox.HostRoot;
import dev.serin.local.node.sandbox.StartScript;
import dev.serin.local.node.usage.Allowance;
import dev.serin.local.node.usage.Cgroup;
import dev.serin.local.node.usage.Source;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/// Starts the containers of one pod: a process in namespaces of its own, or a sidecar in its host.
/// Owned by the pod's thread.
final class Launcher implements Container.Starter {
    private static final String PATH =
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// What each pod has of its own below /etc.
    private static final List<String> ETC = List.of("resolv.conf", "hosts", "hostname");

    static final List<String> UNPRIVILEGED =
            List.of(
                    "setpriv",
                    "--bounding-set",
                    "-all",
                    "--inh-caps",
                    "-all",
                    "--no-new-privs",
                    "--");

    private final Node.Parts parts;
    private final Path folder;
    private final Path namespace;
    private final Volumes volumes;
    private final HostRoot root;

    /// @param folder of the pod, on disk
    /// @param namespace of the pod
    Launcher(Node.Parts parts, Path folder, Path namespace, Volumes volumes, HostRoot root) {
        this.parts = parts;
        this.folder = folder;
        this.namespace = namespace;
        this.volumes = volumes;
        this.root = root;
    }

    @Override
    public Container.Run start(Container container, Container.Ground ground, IntConsumer ended) {
        var image = container.spec().path("image").asString("");
        return switch (parts.images().resolve(image)) {
            case Image.Unknown(Problem problem) ->
                    throw new ProblemException(
                            new Problem(
                                    "image " + image,
                                    problem.found(),
                                    problem.expected(),
                                    problem.cure()));
            case Image.Sidecar _ -> sidecar(container, ground, ended);
            case Image.Program program -> process(container, program, ground, ended);
        };
    }

    private Container.Run sidecar(Container container, Container.Ground ground, IntConsumer ended) {
        var spec = container.spec();
        if (container.role() == Container.Role.INIT) {
            // istio-init: the node has made the packet rules already.
            ground.owner().execute(() -> ended.accept(0));
            return new Nothing();
        }
        var environment = environment(spec, Map.of(), ground);
        var files = new LinkedHashMap<String, Path>();
        for (var file : ETC) {
            files.put("/etc/" + file, folder.resolve(file));
        }
        for (var mount : mounts(spec, environment)) {
            files.put(mount.target(), Path.of(mount.source()));
        }
        var running =
                parts.sidecars()
                        .start(
                                new SidecarHost.Sidecar(
                                        ground.pod().namespace() + "/" + ground.pod().name(),
                                        namespace,
                                        Environment.expand(spec.path("args"), environment),
                                        environment,
                                        files,
                                        log(container)));
        running.ended()
                .whenComplete((code, failure) ->
                        ground.owner().execute(() -> ended.accept(failure == null ? code : 1)));
        // The proxy shares a process with others: a command runs in the pod's network, on this
        // machine's files.
        var way = new ArrayList<>(List.of("nsenter", "--net=" + namespace));
        way.addAll(UNPRIVILEGED);
        return new Sidecar(running, new Container.Entry(way, withPath(environment)));
    }

    private Container.Run process(
            Container container, Image.Program image, Container.Ground ground, IntConsumer ended) {
        var spec = container.spec();
        var first = new LinkedHashMap<String, String>();
        first.put("PATH", PATH);
        first.put("HOME", "/root");
        first.put("HOSTNAME", ground.pod().name());
        first.put("KUBERNETES_SERVICE_HOST", Namespaces.API);
        first.put("KUBERNETES_SERVICE_PORT", "443");
        first.putAll(image.environment());
        var environment = environment(spec, first, ground);
        var command = command(container, image, environment);
        var user = ContainerUser.of(ground.pod(), spec);
        var cgroup = cgroup(container, ground);
        var log = log(container);
        var lastWords = LastWords.of(spec, folder, log);
        var imageDir = Optional.ofNullable(image.workingDir()).orElse("/");
        var script =
                StartScript.of(
                        new StartScript.Plan(
                                parts.run().resolve("scratch").toString(),
                                root,
                                binds(container.name(), image, spec, environment, lastWords),
                                command,
                                environment,
                                spec.path("workingDir").asString(imageDir),
                                user,
                                parts.rootless(),
                                cgroup == null ? List.of() : cgroup.doors()));
        try {
            Files.createDirectories(parts.run().resolve("scratch"));
            var file = folder.resolve(container.name() + ".sh");
            Files.deleteIfExists(file);
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, script);
            return new Child(
                    launch(file),
                    new Child.Plan(
                            container.name(),
                            StartScript.as(user, parts.rootless()),
                            environment,
                            log,
                            lastWords,
                            cgroup),
                    ground,
                    ended);
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(
                            "container " + container.name(),
                            String.valueOf(e.getMessage()),
                            "see that the state folder can be written"),
                    e);
        }
    }

    private @Nullable Cgroup cgroup(Container container, Container.Ground ground) {
        var cgroups = parts.cgroups();
        var why = "this user may make no cgroup";
        if (cgroups != null) {
            try {
                return cgroups.make(ground.pod().uid(), ground.pod().spec(), container.spec());
            } catch (IOException e) {
                why = String.valueOf(e.getMessage());
            }
        }
        if (Allowance.limits(container.spec())) {
            ground.events()
                    .tell(
                            ground.pod(),
                            container.name(),
                            "Warning",
                            "LimitsNotEnforced",
                            "the limits of container "
                                    + container.name()
                                    + " are not enforced: "
                                    + why
                                    + "; start the mesh as root for that");
        }
        return null;
    }

    private Process launch(Path script) throws IOException {
        var builder =
                new ProcessBuilder(
                                "nsenter",
                                "--net=" + namespace,
                                "unshare",
                                "--mount",
                                "--uts",
                                "--ipc",
                                "--pid",
                                "--fork",
                                "--kill-child",
                                "sh",
                                script.toString())
                        .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().clear();
        builder.environment().put("PATH", parts.programs().path());
        return builder.start();
    }

    private static Map<String, String> environment(
            JsonNode spec, Map<String, String> first, Container.Ground ground) {
        return new Environment(ground.parts().client(), ground.fields()).of(spec, first);
    }

    private static List<String> command(
            Container container, Image.Program image, Map<String, String> environment) {
        var words =
                image.words(
                        Environment.expand(container.spec().path("command"), environment),
                        Environment.expand(container.spec().path("args"), environment));
        if (words.isEmpty()) {
            throw new ProblemException(
                    Problem.of(
                            "container " + container.name(),
                            "neither its image nor its manifest has a command",
                            "add command: to the container"));
        }
        return words;
    }

    // A link on the way to a mountPath leads where it leads on the machine: /var/run to /run.
    private List<StartScript.Bind> binds(
            String container,
            Image.Program image,
            JsonNode spec,
            Map<String, String> environment,
            LastWords lastWords) {
        var binds = new ArrayList<StartScript.Bind>();
        for (var file : ETC) {
            binds.add(
                    new StartScript.Bind(
                            folder.resolve(file).toString(), "/etc/" + file, false, true));
        }
        binds.add(
                at(
                        new StartScript.Bind(
                                lastWords.file().toString(), lastWords.path(), false, true)));
        // The image's own come first: a volume of the pod at the same path hides them.
        ImageFiles.binds(image, folder.resolve("image").resolve(container))
                .forEach(bind -> binds.add(at(bind)));
        for (var mount : mounts(spec, environment)) {
            binds.add(at(mount));
        }
        binds.sort(Comparator.comparingInt(b -> Path.of(b.target()).getNameCount()));
        return binds;
    }

    private static StartScript.Bind at(StartScript.Bind mount) {
        return new StartScript.Bind(
                mount.source(),
                resolved(Path.of(mount.target())).toString(),
                mount.readOnly(),
                mount.file());
    }

    private List<StartScript.Bind> mounts(JsonNode spec, Map<String, String> environment) {
        var binds = new ArrayList<StartScript.Bind>();
        for (var mount : spec.path("volumeMounts")) {
            var name = mount.path("name").asString("");
            var path = volumes.path(name);
            var target = mount.path("mountPath").asString("");
            if (path == null || !target.startsWith("/") || target.contains("/../")) {
                throw new ProblemException(
                        path == null
                                ? Problem.of(
                                        "mount " + target,
                                        "the pod has no volume '" + name + "'",
                                        "declare it under volumes:, or name one that is")
                                : Problem.of(
                                        "mount " + target,
                                        "not an absolute path",
                                        "write the whole path, from /"));
            }
            var written = mount.path("subPathExpr").asString(mount.path("subPath").asString(""));
            var source = path.resolve(Environment.expand(written, environment)).normalize();
            binds.add(
                    new StartScript.Bind(
                            source.toString(),
                            Path.of(target).normalize().toString(),
                            mount.path("readOnly").asBoolean(false),
                            Files.isRegularFile(source)));
        }
        return binds;
    }

    private static Path resolved(Path target) {
        for (var parent = target; parent != null; parent = parent.getParent()) {
            try {
                return parent.toRealPath().resolve(parent.relativize(target));
            } catch (IOException _) {
                // Not there: its parent may be.
            }
        }
        return target;
    }

    private Path log(Container container) {
        var logs = folder.resolve("logs").resolve(container.name());
        var runs = PodLogs.runs(logs);
        // This run and the one before are kept, as kubectl logs --previous can show.
        for (int i = 0; i < runs.size() - 1; i++) {
            try {
                LogFile.delete(runs.get(i));
            } catch (IOException _) {
                // It stays until the pod goes.
            }
        }
        var number =
                runs.isEmpty()
                        ? 0
                        : Integer.parseInt(
                                        runs.getLast().getFileName().toString().replace(".log", ""))
                                + 1;
        try {
            Files.createDirectories(logs);
        } catch (IOException _) {
            // Opening the log tells.
        }
        return logs.resolve(number + ".log");
    }

    /// What stands for a container that has nothing to do.
    private record Nothing() implements Container.Run {
        @Override
        public void stop(Duration grace) {}

        @Override
        public void kill() {}

        @Override
        public String exec(JsonNode command, Duration timeout) {
            return "has ended";
        }

        @Override
        public Container.@Nullable Entry entry() {
            return null;
        }
    }

    private record Sidecar(SidecarHost.Running running, Container.Entry entry)
            implements Container.Run {
        @Override
        public void stop(Duration grace) {
            running.stop(grace);
        }

        @Override
        public void kill() {
            running.stop(Duration.ZERO);
        }

        @Override
        public boolean blameless(int code) {
            return code == SidecarHost.KILLED;
        }

        @Override
        public Source source() {
            return running.source();
        }

        @Override
        public String exec(JsonNode command, Duration timeout) {
            return "a command can't be run in the proxy, which shares a process with others";
        }
    }

    // The mesh's own programs first: pilot-agent.
    private Map<String, String> withPath(Map<String, String> environment) {
        var all = new LinkedHashMap<>(environment);
        all.putIfAbsent("PATH", parts.run().resolve("bin") + ":" + PATH);
        return all;
    }
}
