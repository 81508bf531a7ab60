package dev.serin.conformance.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.testkit.Child;
import dev.serin.testkit.Eventually;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A mesh that a person has started with `serin up`, and what is done to it.
final class Mesh {
    /// The tutorial's smart canary, on the example's names.
    static final String HEADER_RULE =
            routes(
                    """
                      - match: [{headers: {my-header: {regex: .*chrome.*}}}]
                        route: [{destination: {host: digits, subset: v2}}]
                      - route: [{destination: {host: digits, subset: v1}}]
                    """);

    private final Person person;
    private final String name;
    private final Path example;
    private final String url;
    private final String v1;
    private final String v2;

    private Mesh(Person person, String name, Path example, String url) {
        this.person = person;
        this.name = name;
        this.example = example;
        this.url = url;
        this.v1 = ownAnswer("v1");
        this.v2 = ownAnswer("v2");
        if (v1.equals(v2)) {
            throw new AssertionError("both versions answer " + v1);
        }
    }

    /// Starts it in the background and waits until it says that it is up.
    static Mesh up(Person person, String name, String example, String... more) throws IOException {
        var words = new ArrayList<>(List.of("up", "--detach", "--mesh", name, "-f", example));
        words.addAll(List.of(more));
        var said = person.serin(180, words.toArray(new String[0])).succeeded();
        var curl = Pattern.compile("curl .*(http://\\S+)").matcher(said.out());
        if (!curl.find()) {
            throw new AssertionError("no curl line to copy in:\n" + said.out() + said.err());
        }
        var kubeconfig = person.serin(30, "kubeconfig", "--mesh", name).succeeded().out();
        Files.writeString(person.home().resolve("kubeconfig"), kubeconfig);
        return new Mesh(person, name, person.product().resolve(example), curl.group(1));
    }

    String url() {
        return url;
    }

    /// How version 1 answers the example's request, as Load.java prints it.
    String v1() {
        return v1;
    }

    String v2() {
        return v2;
    }

    /// Routes of the example with these weights.
    static String weights(int v1, int v2) {
        return routes(
                """
                  - route:
                    - {destination: {host: digits, subset: v1}, weight: %d}
                    - {destination: {host: digits, subset: v2}, weight: %d}
                """
                        .formatted(v1, v2));
    }

    void applyRoutes(String virtualService) {
        try {
            var file = Files.writeString(person.home().resolve("routes.yaml"), virtualService);
            person.kubectl("apply", "-f", file.toString()).succeeded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until a request with that header is answered so, ten times in a row.
    void awaitAnswer(String answer, String header) {
        Eventually.eventually(
                Duration.ofSeconds(10),
                header + " is answered by " + answer,
                () -> load(url, 10, 1, "--header", header).of(answer) == 10);
    }

    void awaitOnly(String answer) {
        Eventually.eventually(
                Duration.ofSeconds(10), "only " + answer, () -> load(url, 50, 1).of(answer) == 50);
    }

    Answers load(String to, int count, int connections, String... more) {
        var words = loadCommand(to, "--count", "" + count, "--connections", "" + connections);
        words.addAll(List.of(more));
        return Answers.parse(person.run(240, words.toArray(new String[0])).succeeded().out());
    }

    /// Starts a load of so many seconds and lets it run.
    Load startLoad(String to, int seconds, String... more) throws IOException {
        var words = loadCommand(to, "--count", "1000000", "--seconds", "" + seconds);
        words.addAll(List.of(more));
        var log = Files.createTempFile(person.home(), "load", ".log");
        return new Load(person.start(log, words.toArray(new String[0])), log);
    }

    /// The load, sent by a pod with a sidecar, and what the sidecars of both sides counted
    /// meanwhile.
    FromPod loadFromPod(String to, int count) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var models =
                person.kubectl(
                                "get",
                                "pods",
                                "-l",
                                "app=digits",
                                "-o",
                                "jsonpath={.items[*].status.podIP}")
                        .succeeded()
                        .out()
                        .strip();
        var script =
                """
                set -e
                until curl -sf http://127.0.0.1:15021/healthz/ready; do sleep 0.2; done
                count() { cat | grep '^istio_requests_total{' | grep "reporter=\\"$1\\"" | grep 'destination_service_name="digits"' | awk '{n += $NF} END {print n + 0}'; }
                models() { for m in %s; do curl -sf http://$m:15090/stats/prometheus; done | count destination; }
                before=$(models)
                %s /load/Load.java --url %s --body /example/request.json --count %d --connections 4
                echo "SOURCE $(curl -sf http://127.0.0.1:15090/stats/prometheus | count source)"
                echo "DESTINATION $(( $(models) - before ))"
                """
                        .formatted(models, java, to, count);
        var pod =
                """
                {"apiVersion": "v1", "kind": "Pod",
                 "metadata": {"name": "client", "labels": {"app": "client"}},
                 "spec": {"restartPolicy": "Never",
                  "containers": [{"name": "load", "image": "curlimages/curl", "command": ["sh", "-c", %s],
                   "volumeMounts": [{"name": "load", "mountPath": "/load"}, {"name": "example", "mountPath": "/example"}]}],
                  "volumes": [{"name": "load", "hostPath": {"path": "%s"}}, {"name": "example", "hostPath": {"path": "%s"}}]}}
                """
                        .formatted(quoted(script), loadFolder(), example);
        try {
            var file = Files.writeString(person.home().resolve("client.json"), pod);
            person.kubectl("create", "-f", file.toString()).succeeded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var log =
                Eventually.poll(
                        Duration.ofSeconds(180),
                        () -> person.kubectl("logs", "client", "-c", "load").out(),
                        text -> text.contains("\nDESTINATION "));
        var about = person.kubectl("describe", "pod", "client").out();
        person.kubectl("delete", "pod", "client", "--grace-period=1").succeeded();
        if (!log.contains("\nDESTINATION ")) {
            throw new AssertionError("the client pod did not finish:\n" + log + about);
        }
        return new FromPod(Answers.parse(log), number(log, "SOURCE"), number(log, "DESTINATION"));
    }

    /// What a client pod saw.
    ///
    /// @param source requests that its own sidecar counted
    /// @param destination requests that the models' sidecars counted
    record FromPod(Answers answers, long source, long destination) {}

    /// Kills one model server's process, as an operator's slip or the kernel would.
    void killOneModel() {
        var victim =
                processes().stream()
                        .filter(p -> commandLine(p).contains(" serve "))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("no model server runs"));
        victim.destroyForcibly();
    }

    /// The virtual machines of this mesh in that role.
    List<ProcessHandle> javaProcesses(String role) {
        // Not by the product's folder: those that may not read it are shown it elsewhere.
        return processes().stream()
                .flatMap(p -> Stream.concat(Stream.of(p), p.descendants()))
                .distinct()
                .filter(p -> commandLine(p).contains(" dev.serin.cli.Main " + role + " "))
                .toList();
    }

    void down() {
        person.serin(60, "down", "--mesh", name).succeeded();
    }

    /// No process, port, namespace or mount of this mesh is there any more.
    void assertNothingLeft() {
        var left = Eventually.poll(Duration.ofSeconds(10), this::processes, List::isEmpty);
        assertEquals(
                List.of(), left.stream().map(this::commandLine).toList(), "processes left behind");
        try {
            var port = Integer.parseInt(url.replaceAll("http://[^:]+:(\\d+)/.*", "$1"));
            new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
            var mounts = Files.readString(Path.of("/proc/self/mounts"));
            assertEquals(
                    0,
                    mounts.lines().filter(m -> m.contains(person.home().toString())).count(),
                    mounts);
            var namespaces = Path.of("/run/netns");
            if (Files.isDirectory(namespaces)) {
                try (var list = Files.list(namespaces)) {
                    assertEquals(0, list.filter(n -> n.toString().contains(name)).count());
                }
            }
        } catch (IOException e) {
            throw new AssertionError("something of the mesh is left behind", e);
        }
    }

    private List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses()
                .filter(p -> p.pid() != ProcessHandle.current().pid())
                .filter(p -> commandLine(p).contains(person.product().toString()))
                .toList();
    }

    private String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
                    .replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }

    private String ownAnswer(String version) {
        var port = Child.freePort();
        var log = person.home().resolve(version + ".log");
        try {
            var server =
                    person.start(
                            log,
                            "./serin",
                            "serve",
                            "--port=0",
                            "--rest_api_port=" + port,
                            "--model_name=digits",
                            "--model_base_path=" + example.resolve("models").resolve(version));
            try {
                var to = "http://127.0.0.1:" + port + "/v1/models/digits:predict";
                var answers =
                        Eventually.poll(
                                Duration.ofSeconds(60),
                                () -> load(to, 1, 1),
                                a ->
                                        a.byAnswer().keySet().stream()
                                                .anyMatch(k -> k.startsWith("200 ")));
                return answers.byAnswer().keySet().iterator().next();
            } finally {
                server.destroy();
                server.waitFor();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private List<String> loadCommand(String to, String... more) {
        var words = new ArrayList<String>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("-XX:TieredStopAtLevel=1");
        words.add(loadFolder().resolve("Load.java").toString());
        words.addAll(List.of("--url", to, "--body", example.resolve("request.json").toString()));
        words.addAll(List.of(more));
        return words;
    }

    /// A copy that an ordinary user can read.
    private Path loadFolder() {
        var folder = person.home().resolve("load");
        var copy = folder.resolve("Load.java");
        try {
            if (!Files.exists(copy)) {
                Files.createDirectories(folder);
                var source = Path.of(System.getProperty("serin.root"));
                Files.copy(source.resolve("conformance/src/test/resources/load/Load.java"), copy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }

    private static String routes(String http) {
        return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: digits
          namespace: default
        spec:
          hosts: [digits, localhost, 127.0.0.1]
          gateways: [digits-gateway, mesh]
          http:
        """
                + http.indent(0);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    private static long number(String log, String word) {
        return log.lines()
                .filter(line -> line.startsWith(word + " "))
                .mapToLong(line -> Long.parseLong(line.substring(word.length() + 1).strip()))
                .findFirst()
                .orElse(-1);
    }

    /// A load that runs beside the test.
    static final class Load {
        private final Process process;
        private final Path log;
        private long changedAt;

        private Load(Process process, Path log) {
            this.process = process;
            this.log = log;
        }

        boolean hasRunFor(long millis) {
            return process.isAlive()
                    && started() > 0
                    && System.currentTimeMillis() - started() > millis;
        }

        /// Makes a change and notes when it had been made.
        void markChange(Runnable change) {
            change.run();
            changedAt = System.currentTimeMillis();
        }

        /// When the change had been made, on the load's clock.
        long changeMillis() {
            return changedAt - started();
        }

        Answers finish() throws InterruptedException {
            process.waitFor();
            return Answers.parse(text());
        }

        private long started() {
            return number(text(), "START");
        }

        private String text() {
            try {
                return Files.readString(log);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
