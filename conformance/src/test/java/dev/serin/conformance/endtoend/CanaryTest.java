package dev.serin.conformance.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/// The whole main job, by the launcher: a model in two versions behind a 90/10 split, from the
/// machine and from a pod; the header rule; weights changed under load; a model process killed.
/// Once as root, once as an ordinary user.
@Tag("end-to-end")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class CanaryTest {
    private static final int PREDICTIONS = 10_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private Person person;
    private Mesh mesh;

    /// Who runs the mesh.
    abstract Person person(Path folder) throws IOException;

    @BeforeAll
    void up() throws IOException {
        person = person(Files.createDirectories(folder.resolve(getClass().getSimpleName())));
        mesh = Mesh.up(person, "e2e", "examples/canary");
    }

    @AfterAll
    void down() {
        if (mesh != null) {
            mesh.down();
        }
    }

    @Test
    @Order(1)
    void podsAreReadyWithTheirSidecars() {
        var pods = person.kubectl("get", "pods", "--no-headers").succeeded().out();
        assertEquals(
                2,
                pods.lines().filter(p -> p.matches("digits-v[12]-\\S+ +2/2 +Running .*")).count(),
                pods);
        var services = person.kubectl("get", "services", "-n", "istio-system").succeeded().out();
        assertTrue(
                services.contains("istiod") && services.contains("istio-ingressgateway"), services);
    }

    @Test
    @Order(2)
    void tenThousandPredictionsThroughTheGatewaySplitNinetyToTen() {
        assertSplit(mesh.load(mesh.url(), PREDICTIONS, 8), PREDICTIONS);
    }

    @Test
    @Order(3)
    void tenThousandPredictionsFromAClientPodSplitNinetyToTenAndAreCounted() {
        var answers = mesh.loadFromPod("http://digits:8501/v1/models/digits:predict", PREDICTIONS);
        assertSplit(answers.answers(), PREDICTIONS);
        assertEquals(PREDICTIONS, answers.source(), "counted by the client's sidecar");
        assertEquals(PREDICTIONS, answers.destination(), "counted by the models' sidecars");
    }

    @Test
    @Order(4)
    void theHeaderRuleSendsExactlyTheRightOnes() {
        mesh.applyRoutes(Mesh.HEADER_RULE);
        mesh.awaitAnswer(mesh.v2(), "my-header: a chrome one");
        var chrome = mesh.load(mesh.url(), 300, 4, "--header", "my-header: Mozilla chrome 1");
        assertEquals(300, chrome.of(mesh.v2()), chrome.toString());
        var other = mesh.load(mesh.url(), 300, 4, "--header", "my-header: firefox");
        assertEquals(300, other.of(mesh.v1()), other.toString());
        var none = mesh.load(mesh.url(), 300, 4);
        assertEquals(300, none.of(mesh.v1()), none.toString());
    }

    @Test
    @Order(5)
    void weightsChangedUnderLoadTakeEffectWithinASecondAndFailNothing() throws Exception {
        mesh.applyRoutes(Mesh.weights(100, 0));
        mesh.awaitOnly(mesh.v1());
        var load = mesh.startLoad(mesh.url(), 12, "--rate", "200");
        Eventually.eventually(Duration.ofSeconds(10), "the load runs", () -> load.hasRunFor(2000));
        load.markChange(() -> mesh.applyRoutes(Mesh.weights(0, 100)));
        var answers = load.finish();
        assertEquals(
                answers.total(),
                answers.of(mesh.v1()) + answers.of(mesh.v2()),
                "nothing failed: " + answers);
        assertTrue(answers.of(mesh.v2()) > 0, answers.toString());
        var late = answers.byAnswer().get(mesh.v1()).last() - load.changeMillis();
        assertTrue(late <= 1000, "the last answer of v1 came " + late + " ms after the change");
    }

    @Test
    @Order(6)
    void aKilledModelProcessCostsAtMostTheRequestsInFlightAndComesBack() throws Exception {
        person.kubectl("scale", "deployment", "digits-v1", "digits-v2", "--replicas=2").succeeded();
        person.kubectl("rollout", "status", "deployment/digits-v1", "--timeout=90s").succeeded();
        person.kubectl("rollout", "status", "deployment/digits-v2", "--timeout=90s").succeeded();
        mesh.applyRoutes(Mesh.weights(50, 50));
        var connections = 4;
        var load =
                mesh.startLoad(mesh.url(), 10, "--rate", "200", "--connections", "" + connections);
        Eventually.eventually(Duration.ofSeconds(10), "the load runs", () -> load.hasRunFor(2000));
        load.markChange(mesh::killOneModel);
        var answers = load.finish();
        var failed = answers.total() - answers.of(mesh.v1()) - answers.of(mesh.v2());
        assertTrue(failed <= connections, failed + " failed: " + answers);
        Eventually.eventually(
                Duration.ofSeconds(60),
                "the killed one is back",
                () ->
                        person.kubectl("get", "pods", "-l", "app=digits", "--no-headers")
                                        .succeeded()
                                        .out()
                                        .lines()
                                        .filter(p -> p.contains(" 2/2 "))
                                        .count()
                                == 4);
    }

    @Test
    @Order(7)
    void aCommandRunsInAContainerByBothOfKubectlsWays() {
        for (var webSockets : new String[] {"true", "false"}) {
            var said =
                    person.run(
                            60,
                            "env",
                            "KUBECTL_REMOTE_COMMAND_WEBSOCKETS=" + webSockets,
                            "kubectl",
                            "exec",
                            "deploy/digits-v1",
                            "--",
                            "sh",
                            "-c",
                            "ls /models; echo wrong >&2; exit 3");
            assertEquals("digits\n", said.out());
            assertTrue(said.err().startsWith("wrong\n"), said.err());
            assertEquals(3, said.exit(), said.err());
        }
        var proxy =
                person.kubectl(
                        "exec",
                        "deploy/digits-v1",
                        "-c",
                        "istio-proxy",
                        "--",
                        "curl",
                        "-s",
                        "127.0.0.1:15000/ready");
        assertEquals("LIVE\n", proxy.succeeded().out(), "in the pod's network");
    }

    @Test
    @Order(8)
    void aPortOfAPodIsForwardedByBothOfKubectlsWays() throws Exception {
        for (var webSockets : new String[] {"true", "false"}) {
            var log = folder.resolve("forward-" + webSockets + person.home().hashCode());
            var forward =
                    person.start(
                            log,
                            "env",
                            "KUBECTL_PORT_FORWARD_WEBSOCKETS=" + webSockets,
                            "kubectl",
                            "port-forward",
                            "deploy/digits-v1",
                            ":8501");
            try {
                var told = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");
                Eventually.eventually(
                        Duration.ofSeconds(30),
                        "the port is told",
                        () -> told.matcher(text(log)).find());
                var port = told.matcher(text(log)).results().findFirst().orElseThrow();
                var url = "http://127.0.0.1:" + port.group(1) + "/v1/models/digits";
                for (var turn = 0; turn < 3; turn++) {
                    var status = person.run(30, "curl", "-sS", "--max-time", "20", url).succeeded();
                    assertTrue(status.out().contains("AVAILABLE"), status.out());
                }
            } finally {
                forward.destroy();
                forward.waitFor();
            }
        }
    }

    @Test
    @Order(9)
    void grpcIsCarriedByGatewayAndSidecarsAndEachVersionOfHttpMeetsTheOther() throws Exception {
        var http2 = "--http2-prior-knowledge";
        var calls = new GrpcCalls(person, mesh);
        calls.await();
        for (var version : new String[] {http2, "--http1.1"}) {
            calls.throughTheGateway(version);
            calls.fromAPod(version, 9000);
            calls.fromAPod(version, 9001);
        }
        calls.areCounted();
        var model = mesh.url().replace(":predict", "");
        var status = person.run(30, "curl", "-sS", "--max-time", "10", http2, model).succeeded();
        assertTrue(
                status.out().contains("AVAILABLE"), "the model server speaks HTTP/1.1: " + status);
    }

    @Test
    @Order(10)
    void downLeavesNothingBehind() {
        mesh.down();
        mesh.assertNothingLeft();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Two-sided 99.9 % of the binomial around a tenth (normal approximation, z = 3.29), and every
    /// answer a model's own.
    private void assertSplit(Answers answers, int sent) {
        assertEquals(sent, answers.total());
        assertEquals(
                sent,
                answers.of(mesh.v1()) + answers.of(mesh.v2()),
                "every answer is a model's own: " + answers);
        var spread = 3.29 * Math.sqrt(sent * 0.1 * 0.9);
        var share = answers.of(mesh.v2());
        assertTrue(
                Math.abs(share - sent * 0.1) <= spread,
                "v2 answered "
                        + share
                        + " of "
                        + sent
                        + " (expected: "
                        + sent * 0.1
                        + " ± "
                        + spread
                        + ")");
    }
}
