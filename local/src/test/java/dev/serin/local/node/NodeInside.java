package dev.serin.local.node;

import static dev.serin.testkit.Eventually.eventually;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.time.ThreadTimers;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.capture.Setup;
import dev.serin.local.host.Inside;
import dev.serin.local.host.Namespaces;
import dev.serin.local.node.usage.Cgroups;
import dev.serin.local.node.usage.Metering;
import dev.serin.testkit.Child;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;

/// Runs inside the namespaces: real pods through a node with an API in memory.
final class NodeInside {
    private final StoredResources api = new StoredResources();
    private final FewImages images = new FewImages();
    private final Path state;
    private final Node node;
    private final Metering metering;
    private final @Nullable Cgroups cgroups;
    private final ThreadTimers timers = new ThreadTimers("timers", Throwable::printStackTrace);

    private NodeInside() throws Exception {
        var programs = Inside.programs();
        Namespaces.build(programs);
        state = Files.createTempDirectory("node-state");
        cgroups = Cgroups.open("node-test-" + ProcessHandle.current().pid(), 2);
        metering = new Metering(Ticker.system(), timers, Runnable::run);
        node =
                new Node(
                        new Node.Parts(
                                "laptop",
                                "10.96.0.1",
                                state.resolve("pods"),
                                Path.of("/run/serin"),
                                Namespaces.rootless(),
                                2,
                                api,
                                images,
                                request -> "token-of-" + request.serviceAccount(),
                                new Setup(programs, true, System.out::println).filter(),
                                images,
                                programs,
                                Ticker.system(),
                                timers,
                                Executors.newVirtualThreadPerTaskExecutor(),
                                metering,
                                cgroups,
                                Farewell.NONE,
                                System.out::println));
    }

    public static void main(String[] arguments) {
        Child.ended(() -> {
            var it = new NodeInside();
            it.node.start();
            try {
                it.servesHttpAndLogs();
                it.mountsVolumesOnlyInThePod();
                it.initContainersComeFirstAndFailuresAreCounted();
                it.refusesRootWhereItMustNotBe();
                it.endsWhatIsTooLongThere();
                it.runsHooksAndSaysItsLastWords();
                it.deletesWithoutATrace();
                it.capturesWhatHasASidecar();
                it.startsEightPodsFast();
                it.enforcesLimitsAndMeasures();
            } finally {
                it.node.stop(Duration.ofSeconds(3));
                it.timers.close();
                Volumes.delete(it.state);
            }
            assertEquals("", Inside.programs().run(List.of("ip", "netns"), "").output());
        });
    }

    private void servesHttpAndLogs() throws Exception {
        create(
                """
                {"metadata": {"name": "web", "namespace": "default", "labels": {"app": "web"}},
                 "spec": {"nodeName": "laptop", "containers": [{
                   "name": "web", "image": "sh", "command": ["%s/bin/java", "-m", "jdk.httpserver", "-p", "$(PORT)", "-b", "$(IP)", "-d", "/tmp"],
                   "env": [{"name": "PORT", "value": "8080"},
                           {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
                   "workingDir": "/srv/www",
                   "readinessProbe": {"httpGet": {"path": "/", "port": 8080}}}]}}
                """
                        .formatted(System.getProperty("java.home")));
        eventually(Duration.ofSeconds(20), "web is ready", () -> ready("web"));
        var pod = pod("web");
        assertEquals("Running", pod.status().path("phase").asString(""), pod.body().toString());
        eventually(
                Duration.ofSeconds(5),
                "a log line",
                () -> logs("web", "web").contains("\"GET / HTTP/1.1\" 200"));
    }

    private void mountsVolumesOnlyInThePod() throws Exception {
        api.create(
                StoredResources.resource(
                        StoredResources.CONFIG_MAP,
                        """
                        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "conf", "namespace": "default"},
                         "data": {"models.config": "first"}}
                        """));
        var host = Files.createDirectory(state.resolve("models"));
        Files.writeString(host.resolve("weights"), "w1");
        create(
                """
                {"metadata": {"name": "vols", "namespace": "default"},
                 "spec": {"nodeName": "laptop", "terminationGracePeriodSeconds": 1,
                   "volumes": [{"name": "m", "hostPath": {"path": "%s"}}, {"name": "c", "configMap": {"name": "conf"}},
                     {"name": "e", "emptyDir": {}},
                     {"name": "t", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}],
                   "containers": [{"name": "a", "image": "sh",
                     "args": ["cat /models/weights /etc/deep/er/models.config /var/run/secrets/tok/token; echo; echo $FROM $A; echo x > /scratch/made; echo y > /etc/written; echo mine > ~/kept; cat ~/kept; hostname; cat /etc/resolv.conf; grep Cap /proc/self/status; trap 'exit 0' TERM; while :; do sleep 0.1; done"],
                     "env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "conf", "key": "models.config"}}}],
                     "volumeMounts": [{"name": "m", "mountPath": "/models", "readOnly": true}, {"name": "c", "mountPath": "/etc/deep/er"},
                       {"name": "e", "mountPath": "/scratch"}, {"name": "t", "mountPath": "/var/run/secrets/tok"}]},
                    {"name": "b", "image": "sh", "args": ["until cat /scratch/made; do sleep 0.1; done; until grep second /conf/models.config; do sleep 0.1; done; sleep 1000"],
                     "volumeMounts": [{"name": "e", "mountPath": "/scratch"}, {"name": "c", "mountPath": "/conf"}]}]}}
                """
                        .formatted(host));
        eventually(Duration.ofSeconds(20), "vols is ready", () -> ready("vols"));
        eventually(
                Duration.ofSeconds(5), "all printed", () -> logs("vols", "a").contains("CapAmb"));
        var printed = logs("vols", "a");
        assertTrue(printed.startsWith("w1firsttoken-of-default\nimage first\n"), printed);
        assertTrue(printed.contains("\nmine\n"), "the home is the container's own: " + printed);
        assertTrue(printed.contains("nameserver 10.96.0.10"), printed);
        assertTrue(printed.contains("CapBnd:\t0000000000000000"), printed);
        assertFalse(Files.exists(Path.of("/etc/deep")));
        assertFalse(Files.exists(Path.of("/etc/written")));
        var changed =
                Objects.requireNonNull(api.get(new ResourceKey("configmaps", "default", "conf")))
                        .body()
                        .deepCopy();
        changed.putObject("data").put("models.config", "second");
        api.update(new Resource(StoredResources.CONFIG_MAP, changed));
        eventually(
                Duration.ofSeconds(5),
                "the changed file is seen",
                () -> logs("vols", "b").endsWith("x\nsecond\n"));
    }

    private void refusesRootWhereItMustNotBe() {
        create(
                """
                {"metadata": {"name": "rooted", "namespace": "default"},
                 "spec": {"nodeName": "laptop", "securityContext": {"runAsNonRoot": true}, "containers": [
                   {"name": "a", "image": "sh"},
                   {"name": "b", "image": "sh", "securityContext": {"runAsUser": 0}},
                   {"name": "c", "image": "sh", "args": ["sleep 1000"], "securityContext": {"runAsUser": 1000}}]}}
                """);
        eventually(
                Duration.ofSeconds(20),
                "c runs",
                () -> container("rooted", 2).path("state").has("running"));
        var waiting = container("rooted", 0).path("state").path("waiting");
        assertEquals("CreateContainerConfigError", waiting.path("reason").asString(""));
        assertTrue(
                waiting.path("message")
                        .asString("")
                        .contains(
                                "container has runAsNonRoot and image will run as root (pod:"
                                        + " \"rooted_default("),
                waiting.toString());
        var other = container("rooted", 1).path("state").path("waiting").path("message");
        assertTrue(
                other.asString("").contains("container's runAsUser breaks non-root policy"),
                other.toString());
        api.delete(pod("rooted").key(), 0);
    }

    private void endsWhatIsTooLongThere() {
        create(
                """
                {"metadata": {"name": "late", "namespace": "default"},
                 "spec": {"nodeName": "laptop", "activeDeadlineSeconds": 2, "terminationGracePeriodSeconds": 1,
                   "containers": [{"name": "a", "image": "sh", "args": ["sleep 1000"]}]}}
                """);
        eventually(
                Duration.ofSeconds(20),
                "the deadline has passed",
                () -> pod("late").status().path("reason").asString("").equals("DeadlineExceeded"));
        eventually(
                Duration.ofSeconds(10),
                "its container has ended",
                () -> container("late", 0).path("state").has("terminated"));
        var status = pod("late").status();
        assertEquals("Failed", status.path("phase").asString(""), status.toString());
        assertEquals(
                "Pod was active on the node longer than the specified deadline",
                status.path("message").asString(""));
        assertEquals(0, container("late", 0).path("restartCount").asInt(-1));
        api.delete(pod("late").key(), 0);
    }

    private JsonNode container(String pod, int number) {
        return pod(pod).status().path("containerStatuses").path(number);
    }

    private void initContainersComeFirstAndFailuresAreCounted() {
        create(
                """
                {"metadata": {"name": "crash", "namespace": "default"},
                 "spec": {"nodeName": "laptop", "volumes": [{"name": "e", "emptyDir": {}}],
                   "initContainers": [{"name": "first", "image": "sh", "args": ["sleep 0.3; echo done > /e/f"],
                     "volumeMounts": [{"name": "e", "mountPath": "/e"}]}],
                   "containers": [{"name": "a", "image": "sh", "args": ["cat /e/f; kill -9 $$$$"],
                     "volumeMounts": [{"name": "e", "mountPath": "/e"}]},
                     {"name": "bad", "image": "nowhere/x:1"}]}}
                """);
        eventually(
                Duration.ofSeconds(20),
                "back-off after the second crash",
                () -> pod("crash").body().toString().contains("CrashLoopBackOff"));
        var status = pod("crash").status();
        assertEquals("done\n", logs("crash", "a"));
        var a = status.path("containerStatuses").get(0);
        assertEquals(2, a.path("restartCount").asInt(-1), a.toString());
        assertEquals(
                137,
                a.path("lastState").path("terminated").path("exitCode").asInt(-1),
                a.toString());
        var bad = status.path("containerStatuses").get(1).path("state").path("waiting");
        assertEquals("ErrImagePull", bad.path("reason").asString(""));
        assertTrue(bad.path("message").asString("").contains("serin image map"), bad.toString());
        api.delete(pod("crash").key(), 0);
    }

    private void runsHooksAndSaysItsLastWords() throws Exception {
        var said = Files.createDirectory(state.resolve("said"));
        create(
                """
                {"metadata": {"name": "hooks", "namespace": "default"},
                 "spec": {"nodeName": "laptop", "restartPolicy": "Never", "terminationGracePeriodSeconds": 20,
                   "volumes": [{"name": "s", "hostPath": {"path": "%s"}}],
                   "containers": [
                     {"name": "a", "image": "sh", "args": ["sleep 1000"], "volumeMounts": [{"name": "s", "mountPath": "/said"}],
                      "lifecycle": {"postStart": {"exec": {"command": ["sh", "-c", "sleep 0.3; echo started > /said/a"]}},
                        "preStop": {"exec": {"command": ["sh", "-c", "echo stopping >> /said/a"]}}}},
                     {"name": "b", "image": "sh", "args": ["cat /said/a; echo for the record > /dev/termination-log; exit 4"],
                      "volumeMounts": [{"name": "s", "mountPath": "/said"}]},
                     {"name": "c", "image": "sh", "args": ["echo one; echo two >&2; exit 5"], "terminationMessagePolicy": "FallbackToLogsOnError"},
                     {"name": "d", "image": "sh", "args": ["sleep 1000"],
                      "lifecycle": {"postStart": {"exec": {"command": ["sh", "-c", "echo what went wrong; exit 1"]}}}}]}}
                """
                        .formatted(said));
        eventually(
                Duration.ofSeconds(20),
                "three have ended",
                () -> pod("hooks").body().toString().split("exitCode", -1).length == 4);
        var statuses = pod("hooks").status().path("containerStatuses");
        assertEquals("started\n", logs("hooks", "b"), "b waits for the hook of a");
        var b = statuses.get(1).path("state").path("terminated");
        assertEquals("for the record\n", b.path("message").asString(""), b.toString());
        assertEquals(4, b.path("exitCode").asInt(-1));
        var c = statuses.get(2).path("state").path("terminated").path("message").asString("");
        assertEquals(List.of("one", "two"), c.lines().sorted().toList());
        var events =
                api.list(new ResourceKind("", "v1", "Event", "events", true), null, Map.of())
                        .toString();
        assertTrue(events.contains("PostStartHook failed: what went wrong"), events);
        api.delete(pod("hooks").key(), 20);
        eventually(
                Duration.ofSeconds(15),
                "hooks is gone",
                () -> api.get(new ResourceKey("pods", "default", "hooks")) == null);
        assertEquals("started\nstopping\n", Files.readString(said.resolve("a")));
    }

    private void deletesWithoutATrace() {
        api.delete(pod("vols").key(), 1);
        api.delete(pod("web").key(), 1);
        eventually(
                Duration.ofSeconds(10),
                "pods gone",
                () -> api.list(StoredResources.POD, null, Map.of()).isEmpty());
        eventually(
                Duration.ofSeconds(10),
                "nothing left",
                () ->
                        Inside.programs().run(List.of("ip", "netns"), "").output().isEmpty()
                                && !Inside.programs()
                                        .run(List.of("ip", "-br", "link"), "")
                                        .output()
                                        .contains("p0-")
                                && ProcessHandle.allProcesses()
                                        .noneMatch(p ->
                                                p.info()
                                                        .commandLine()
                                                        .orElse("")
                                                        .contains("jdk.httpserver"))
                                && Objects.requireNonNull(state.resolve("pods").toFile().list())
                                                .length
                                        == 0);
    }

    private void capturesWhatHasASidecar() {
        create(
                """
                {"metadata": {"name": "meshed", "namespace": "default"},
                 "spec": {"nodeName": "laptop", "containers": [{"name": "a", "image": "sh", "args": ["sleep 1000"]},
                   {"name": "istio-proxy", "image": "proxy", "args": ["proxy", "sidecar", "--domain", "$(NS).svc"],
                    "env": [{"name": "NS", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}}]}]}}
                """);
        eventually(Duration.ofSeconds(20), "meshed is ready", () -> ready("meshed"));
        var sidecar = images.started.getFirst();
        assertEquals(List.of("proxy", "sidecar", "--domain", "default.svc"), sidecar.args());
        var rules =
                Inside.programs()
                        .run(
                                List.of(
                                        "nsenter",
                                        "--net=" + sidecar.networkNamespace(),
                                        "sh",
                                        "-c",
                                        "nft list ruleset || iptables-save"),
                                "")
                        .output();
        assertTrue(rules.contains("15006"), rules);
        api.delete(pod("meshed").key(), 0);
    }

    private void startsEightPodsFast() {
        var begun = System.nanoTime();
        for (int i = 0; i < 8; i++) {
            create(
                    """
                    {"metadata": {"name": "many-%d", "namespace": "default"}, "spec": {"nodeName": "laptop",
                      "containers": [{"name": "a", "image": "sh", "args": ["echo up; exec sleep 1000"],
                      "readinessProbe": {"exec": {"command": ["true"]}}}]}}
                    """
                            .formatted(i));
        }
        for (int i = 0; i < 8; i++) {
            var name = "many-" + i;
            eventually(Duration.ofSeconds(20), name, () -> ready(name));
        }
        System.out.println("eight pods: " + (System.nanoTime() - begun) / 1_000_000 + " ms");
    }

    /// As root only: an ordinary user has no cgroup, and is told so where there is a limit.
    private void enforcesLimitsAndMeasures() throws Exception {
        create(
                """
                {"metadata": {"name": "greedy", "namespace": "default"}, "spec": {"nodeName": "laptop",
                  "containers": [{"name": "a", "image": "sh", "args": ["exec tail /dev/zero"],
                  "resources": {"limits": {"memory": "24Mi"}}}]}}
                """);
        create(
                """
                {"metadata": {"name": "busy", "namespace": "default"}, "spec": {"nodeName": "laptop",
                  "containers": [{"name": "a", "image": "sh", "args": ["while :; do :; done"],
                  "resources": {"limits": {"cpu": "200m"}}}]}}
                """);
        eventually(Duration.ofSeconds(20), "busy is ready", () -> ready("busy"));
        if (cgroups == null) {
            eventually(
                    Duration.ofSeconds(5),
                    "it is said",
                    () -> events().contains("LimitsNotEnforced"));
        } else {
            eventually(
                    Duration.ofSeconds(20),
                    "killed",
                    () -> pod("greedy").status().toString().contains("OOMKilled"));
            var end =
                    pod("greedy")
                            .status()
                            .path("containerStatuses")
                            .get(0)
                            .path("lastState")
                            .path("terminated");
            assertEquals("OOMKilled", end.path("reason").asString(""), end.toString());
            assertEquals(137, end.path("exitCode").asInt(-1));
        }
        eventually(
                Duration.ofSeconds(40),
                "measured",
                () -> metering.pods().stream().anyMatch(p -> p.name().equals("busy")));
        var used =
                Objects.requireNonNull(
                        metering.pods().stream()
                                .filter(p -> p.name().equals("busy"))
                                .findFirst()
                                .orElseThrow()
                                .containers()
                                .get("a"));
        System.out.println("a busy container with a limit of 200m: " + used);
        assertTrue(used.cores() > 0.02, used.toString());
        assertTrue(cgroups == null || used.cores() < 0.3, used.toString());
        assertTrue(used.bytes() > 100_000 && used.bytes() < 100 << 20, used.toString());
        var group = cgroupOf("busy");
        api.delete(pod("busy").key(), 0);
        api.delete(pod("greedy").key(), 0);
        eventually(
                Duration.ofSeconds(10),
                "its cgroup is gone",
                () -> group.isEmpty() || !Files.exists(Path.of(group)));
    }

    private String cgroupOf(String pod) throws Exception {
        if (cgroups == null) {
            return "";
        }
        try (var files =
                Files.find(Path.of("/sys/fs/cgroup"), 6, (p, _) -> p.endsWith(pod(pod).uid()))) {
            return files.findFirst().orElseThrow().toString();
        }
    }

    private String events() {
        return api.list(new ResourceKind("", "v1", "Event", "events", true), null, Map.of())
                .toString();
    }

    private void create(String json) {
        api.create(StoredResources.resource(StoredResources.POD, json));
    }

    private Resource pod(String name) {
        return Objects.requireNonNull(api.get(new ResourceKey("pods", "default", name)));
    }

    private boolean ready(String name) {
        for (var condition : pod(name).status().path("conditions")) {
            if (condition.path("type").asString("").equals("Ready")) {
                return condition.path("status").asString("").equals("True");
            }
        }
        return false;
    }

    private String logs(String pod, String container) {
        var out = new ByteArrayOutputStream();
        try {
            node.logs().stream(
                    new PodLogs.Request(
                            pod(pod).uid(), container, false, -1, false, false, Instant.EPOCH),
                    out,
                    () -> true);
        } catch (Exception e) {
            return "";
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
