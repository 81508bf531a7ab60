package dev.serin.conformance.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.testkit.Eventually;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// The processes behind a mesh's proxies: what they may do, and what becomes of the mesh when one
/// is killed. Once as root, once as an ordinary user, once with a process in each pod.
@Tag("end-to-end")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class SidecarsTest {
    private static final String PROXY = "istio-proxy";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private Person person;
    private Mesh mesh;

    abstract Person person(Path folder) throws IOException;

    /// The words of a proxy's command line, before which `dev.serin.cli.Main` stands.
    abstract String proxyCommand();

    abstract String[] options();

    @BeforeAll
    void up() throws IOException {
        person = person(Files.createDirectories(folder.resolve(getClass().getSimpleName())));
        mesh = Mesh.up(person, "sidecars", "examples/canary", options());
    }

    @AfterAll
    void down() {
        if (mesh != null) {
            mesh.down();
            mesh.assertNothingLeft();
        }
    }

    @Test
    @Order(1)
    void whoParsesTrafficHoldsNoCapabilityAndCanGetNone() throws IOException {
        var proxies = mesh.javaProcesses(proxyCommand());
        assertFalse(proxies.isEmpty(), "no process " + proxyCommand());
        for (var proxy : proxies) {
            var status = status(proxy);
            for (var set : new String[] {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
                assertEquals("0000000000000000", status.get(set), set + " of " + proxy);
            }
            assertEquals("1", status.get("NoNewPrivs"));
            var users = String.valueOf(status.get("Uid")).split("\\s+");
            assertFalse(users[1].equals("0"), "the machine's root parses traffic");
        }
        var broker = status(mesh.javaProcesses("broker").getFirst());
        // CAP_NET_ADMIN and CAP_SYS_ADMIN: to mark sockets, and to enter a pod's network.
        assertEquals("0000000000201000", broker.get("CapEff"));
        assertEquals("1", broker.get("NoNewPrivs"));
    }

    @Test
    @Order(2)
    void theProxysLogIsItsOwnPodsAndACommandMeetsItsAdminPages() {
        mesh.load(mesh.url(), 20, 2);
        var pod = pod();
        var log = person.kubectl("logs", pod, "-c", PROXY, "--timestamps").succeeded().out();
        assertTrue(log.contains(pod), log);
        assertTrue(log.lines().allMatch(line -> line.matches("20\\d\\d-\\d\\d-\\d\\dT.*")), log);
        assertFalse(log.contains("istio-ingressgateway-"), log);
        for (var command :
                new String[][] {
                    {"pilot-agent", "request", "GET", "server_info"},
                    {"curl", "-s", "localhost:15000/server_info"}
                }) {
            var words =
                    new java.util.ArrayList<>(java.util.List.of("exec", pod, "-c", PROXY, "--"));
            words.addAll(java.util.List.of(command));
            var said = person.kubectl(words.toArray(String[]::new)).succeeded().out();
            assertTrue(said.contains("LIVE") && said.contains(pod), said);
        }
    }

    @Test
    @Order(3)
    void aKilledBrokerIsReplacedAndNoRequestFails() throws Exception {
        var load = mesh.startLoad(mesh.url(), 8, "--rate", "100", "--connections", "4");
        Eventually.eventually(Duration.ofSeconds(10), "the load runs", () -> load.hasRunFor(1000));
        var before = mesh.javaProcesses("broker").getFirst();
        load.markChange(before::destroyForcibly);
        var answers = load.finish();
        assertEquals(
                answers.total(),
                answers.of(mesh.v1()) + answers.of(mesh.v2()),
                "nothing failed: " + answers);
        Eventually.eventually(
                Duration.ofSeconds(10),
                "another broker",
                () -> mesh.javaProcesses("broker").stream().anyMatch(p -> p.pid() != before.pid()));
        // New listeners and connections need it.
        person.kubectl("rollout", "restart", "deployment/digits-v1").succeeded();
        person.kubectl("rollout", "status", "deployment/digits-v1", "--timeout=90s").succeeded();
        mesh.load(mesh.url(), 20, 2);
    }

    @Test
    @Order(4)
    void aRollingUpdateFailsNoRequest() throws Exception {
        var load = mesh.startLoad(mesh.url(), 15, "--rate", "50", "--connections", "4");
        Eventually.eventually(Duration.ofSeconds(10), "the load runs", () -> load.hasRunFor(1000));
        var deployments = new String[] {"deployment/digits-v1", "deployment/digits-v2"};
        person.kubectl("rollout", "restart", deployments[0], deployments[1]).succeeded();
        for (var deployment : deployments) {
            person.kubectl("rollout", "status", deployment, "--timeout=90s").succeeded();
        }
        var answers = load.finish();
        assertEquals(
                answers.total(),
                answers.of(mesh.v1()) + answers.of(mesh.v2()),
                "nothing failed: " + answers);
    }

    @Test
    @Order(5)
    void aKilledProxyIsStartedAgainAndCounted() {
        var pod = pod();
        var before = restarts(pod);
        var victim = mesh.javaProcesses(proxyCommand()).getFirst();
        var begun = System.nanoTime();
        mesh.javaProcesses(proxyCommand()).forEach(ProcessHandle::destroyForcibly);
        assertTrue(victim.pid() > 0);
        Eventually.eventually(
                Duration.ofSeconds(60),
                "all answer again",
                () -> {
                    var answers = mesh.load(mesh.url(), 20, 1);
                    return answers.of(mesh.v1()) + answers.of(mesh.v2()) == 20;
                });
        System.out.println(
                getClass().getSimpleName()
                        + ": killed proxies answer again after "
                        + Duration.ofNanos(System.nanoTime() - begun).toMillis()
                        + " ms");
        Eventually.eventually(
                Duration.ofSeconds(60), "one restart more", () -> restarts(pod).equals(before + 1));
        assertEquals(
                "137",
                person.kubectl("get", "pod", pod, "-o", path("lastState.terminated.exitCode"))
                        .succeeded()
                        .out());
    }

    private Integer restarts(String pod) {
        return Integer.valueOf(
                person.kubectl("get", "pod", pod, "-o", path("restartCount")).succeeded().out());
    }

    private static String path(String field) {
        return "jsonpath={.status['containerStatuses','initContainerStatuses'][?(@.name==\""
                + PROXY
                + "\")]."
                + field
                + "}";
    }

    private String pod() {
        return person.kubectl(
                        "get",
                        "pods",
                        "-l",
                        "app=digits,version=v2",
                        "-o",
                        "jsonpath={.items[0].metadata.name}")
                .succeeded()
                .out();
    }

    private static Map<String, String> status(ProcessHandle process) throws IOException {
        var all = new TreeMap<String, String>();
        for (var line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            var colon = line.indexOf(':');
            all.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        return all;
    }
}
